/**
 * A case of each format stays under fixtures/cases: every later build of the same major format opens it and gives the same answers;
 * of an older one, it says how to index the archive again.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FORMAT_MAJOR, FORMAT_MINOR } from '../../src/store/format.js'
import { ROOT, run, tempFolder } from '../helpers/cli.js'

const FIXTURES = path.join(ROOT, 'fixtures/cases')
const formats = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.json'))
  .map((name) => path.basename(name, '.json'))

interface Answer {
  readonly args: readonly string[]
  readonly stdout: string
}

it('the present format has its case: npx tsx scripts/make-fixture-case.ts', () => {
  expect(formats).toContain(`${FORMAT_MAJOR}.${FORMAT_MINOR}`)
})

const isOlder = (format: string): boolean => Number(format.split('.')[0]) < FORMAT_MAJOR

function unpacked(format: string): { file: string; bytes: Buffer } {
  const file = path.join(tempFolder('fixture'), 'case.sqlite')
  const bytes = gunzipSync(readFileSync(path.join(FIXTURES, `${format}.sqlite.gz`)))
  writeFileSync(file, bytes)
  return { file, bytes }
}

describe.each(formats.filter(isOlder))('a case of the older format %s', (format) => {
  const { file, bytes } = unpacked(format)

  it.each([
    [['find', 'principal', 'alice']],
    [['sql', 'SELECT 1']],
    [['verify']],
    [['index', path.join(ROOT, 'fixtures/identities')]],
  ])('%j is refused with the command that indexes its archive again', async (args) => {
    const { code, stdout, stderr } = await run([...args, '--case', file])
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
    expect(stderr).toContain(`has case format ${format}; this version reads ${FORMAT_MAJOR}`)
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /cd \S+ && coldtrail index fixtures\/identities fixtures\/shapes --workers 1 --quiet --case NEW\.sqlite/,
    )
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })
})

describe.each(formats.filter((format) => !isOlder(format)))('a case of format %s', (format) => {
  const { file, bytes } = unpacked(format)
  const answers = JSON.parse(readFileSync(path.join(FIXTURES, `${format}.json`), 'utf8')) as Answer[]

  it.each(answers.map((answer) => [answer.args.join(' '), answer] as const))('%s', async (_args, answer) => {
    const { code, stdout } = await run([...answer.args, '--case', file])
    expect(code).toBe(0)
    const rows = (text: string): unknown[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
    // A later version may add fields, and may not take any away.
    expect(rows(stdout)).toMatchObject(rows(answer.stdout))
    expect(rows(stdout).length).toBeGreaterThan(0)
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  it('verify: no findings', async () => {
    const { code, stdout } = await run(['verify', '--case', file])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })
})
