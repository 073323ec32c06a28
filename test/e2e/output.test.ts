/** An answer that cannot be written, or a case that cannot be read: one line, the documented exit code, no stack. */
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ShowResult } from '../../src/commands/show.js'
import { makeArchive, makeRecord } from '../helpers/archive.js'
import { BIN, index, run, tempFolder } from '../helpers/cli.js'

const folder = tempFolder('output')
const caseFile = path.join(folder, 'case.sqlite')
const EVENTS = makeArchive(path.join(folder, 'in'), { files: 2, recordsPerFile: 5 })

beforeAll(async () => {
  await index([EVENTS.root], caseFile)
})

function ask(argv: readonly string[], out: number | 'pipe', options: object = {}) {
  const words = [BIN, ...argv, '--case', caseFile]
  const { status, stderr } = spawnSync(process.execPath, words, {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
    ...options,
  })
  return { status, stderr }
}

describe.skipIf(!existsSync('/dev/full'))('a full disk under the output', () => {
  it.each([
    ['find', 'window', '--since', '2000-01-01'],
    ['find', 'window', '--since', '2000-01-01', '--json'],
    ['summary'],
    ['info'],
    ['info', '--json'],
    ['coverage'],
    ['principals', '--format', 'csv'],
    ['export', 'csv', '--all'],
    ['sql', 'SELECT * FROM events'],
  ])('%s %s', (...argv) => {
    const log = path.join(folder, `${argv.join('-').replaceAll(/\W/g, '-')}.jsonl`)
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = ask([...argv, '--log', log], full)
    closeSync(full)
    const { exit, rows } = JSON.parse(readFileSync(log, 'utf8')) as { exit: number; rows: number | null }
    expect({ exit, rows }).toEqual({ exit: 13, rows: null })
    expect(stderr).not.toMatch(/^\s+at |ENOSPC|node:/m)
    expect(stderr.match(/^Error: .*$/gm)).toEqual([
      'Error: no space left for the output: the answer is incomplete',
    ])
    expect(status).toBe(13)
  })
})

it('says that a case may not be read', () => {
  chmodSync(folder, 0o755)
  chmodSync(caseFile, 0o000)
  const isRoot = process.getuid?.() === 0
  const { status, stderr } = ask(['info'], 'pipe', isRoot ? { uid: 65534, gid: 65534 } : {})
  chmodSync(caseFile, 0o600)
  expect(status).toBe(2)
  expect(stderr).toBe(
    `Error: ${caseFile} may not be read by you\n  a case is readable for its owner only: ask for it, or allow reading: chmod u+r\n`,
  )
})

it.each(['randomblob(300000000)', "printf('%.*c', 70000000, 'x')"])(
  'says of %s that it is too long to show',
  async (value) => {
    const { code, stdout, stderr } = await run(['sql', `SELECT ${value} AS v`, '--case', caseFile])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(
      /^Error: column v: a value of \d+ bytes is too long to show\n {2}ask for its length/,
    )
  },
)

describe('--json', () => {
  const asked = (...argv: string[]) => run([...argv, '--json', '--case', caseFile])

  it('of sql is one object, in which nothing acts on a terminal', async () => {
    const { code, stdout, stderr } = await asked(
      'sql',
      'SELECT char(8238, 155, 127) AS v, 9007199254740993 AS n',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[ -~\n]+$/)
    expect(stdout).toContain('\\u202e\\u009b\\u007f')
    expect(JSON.parse(stdout)).toEqual({
      columns: ['v', 'n'],
      rows: [{ v: '\u202e\u009b\u007f', n: '9007199254740993' }],
    })
  })

  it.each([
    ['SELECT nope', 'SQLite: no such column: nope', '60'],
    [
      "SELECT printf('%.*c', 40000000, 'x') UNION ALL SELECT printf('%.*c', 40000000, 'y')",
      'too long for one JSON object',
      '60',
    ],
    [
      'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c',
      'stopped after 2 s',
      '2',
    ],
  ])('of sql is an object for an error, too: %s', async (statement, message, seconds) => {
    const { code, stdout, stderr } = await asked('sql', statement, '--timeout', seconds)
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message: expect.stringContaining(message) as string, exit: 2 },
    })
  })

  it.each([
    ['find', 'text', 'x\u202ey'],
    ['info', 'x\u202ey'],
  ])('escapes what was typed: %s %s', async (...argv) => {
    const { stdout } = await asked(...argv)
    expect(stdout).toContain('x\\u202ey')
    expect(stdout).not.toContain('\u202e')
  })
})

it('shows every copy of the file that an event lies in', async () => {
  const both = tempFolder('copies')
  const copied = path.join(tempFolder('case'), 'copies.sqlite')
  const record = { ...makeRecord(1), eventID: '6b3c8f2e-1f0a-4d55-9b0e-0c1f7f1f2a11' }
  const files = ['one.json', 'two.json'].map((name) => path.join(both, name))
  for (const file of files) writeFileSync(file, JSON.stringify({ Records: [record] }))
  await index(files, copied)
  const asked = ['show', record.eventID, '--case', copied]
  const { stdout } = await run([...asked, '--json'])
  const [shown] = (JSON.parse(stdout) as ShowResult).records
  const [place] = shown!.appearances
  expect(shown!.appearances).toHaveLength(1)
  expect([place!.source_path, ...place!.copies.map((copy) => copy.source_path)].sort()).toEqual(files)
  const { stderr } = await run(asked)
  expect(stderr).toContain(`\n  the same bytes are in ${place!.copies[0]!.source_path}\n`)
})

it.each([
  ['log', 2],
  ['handoff', 12],
])('says of %s verify of a file that is not there what to do next', async (what, exit) => {
  const { code, stderr } = await run([what, 'verify', path.join(folder, 'not-there')])
  expect(code).toBe(exit)
  expect(stderr).toMatch(/^Error: no (?:log|file) at .*not-there\n {2}name .+\n$/)
})
