import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { makeArchive } from '../helpers/archive.js'
import { BIN, index, run, start, startCommand, tempFolder } from '../helpers/cli.js'

const folder = tempFolder('question-log')
const caseFile = path.join(folder, 'case.sqlite')
const log = path.join(folder, 'questions.jsonl')

beforeAll(async () => {
  const { root } = makeArchive(path.join(folder, 'in'), { files: 2, recordsPerFile: 5 })
  await index([root], caseFile)
})

const ask = (...argv: string[]) => run([...argv, '--case', caseFile, '--log', log])
const lines = (): { rows: number | null; exit: number }[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { rows: number | null; exit: number })

it('records how many rows every question has shown, SQL statements included', async () => {
  await ask('sql', 'SELECT event_id FROM events LIMIT 7')
  await ask('sql', 'SELECT event_id FROM events WHERE 0')
  await ask('sql', 'SELECT nothing FROM nowhere')
  await ask(
    'sql',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
    '--timeout',
    '1',
  )
  await ask('find', 'window', '--until', '9000-01-01', '--limit', '4')
  expect(lines().map(({ rows, exit }) => [rows, exit])).toEqual([
    [7, 0],
    [0, 0],
    [null, 2],
    [null, 2],
    [4, 0],
  ])
  const checked = await run(['log', 'verify', log])
  expect({ code: checked.code, stdout: checked.stdout }).toEqual({ code: 0, stdout: '' })
  expect(checked.stderr).toMatch(/^5 questions/)
})

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
const oneEvent = ['find', 'window', '--until', '9000-01-01', '--limit', '1', '--case', caseFile]
const rowsIn = (file: string): (number | null)[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { rows: number | null }).rows)

it('counts what was shown, in every format', async () => {
  const file = path.join(folder, 'counts.jsonl')
  const asked = (...argv: string[]) => run([...argv, '--case', caseFile, '--log', file])
  const shown = async (...argv: string[]): Promise<number> =>
    (await asked(...argv, '--format', 'jsonl')).stdout.trimEnd().split('\n').length
  const [principals, resources, groups] = [
    await shown('principals'),
    await shown('resources'),
    await shown('summary', '--by', 'event_name'),
  ]
  await asked('principals', '--json')
  await asked('resources')
  await asked('resources', '--json')
  await asked('summary', '--by', 'event_name', '--json')
  await asked('summary')
  await asked('problems', '--json')
  expect(resources).toBeGreaterThan(1)
  expect(rowsIn(file)).toEqual([
    principals,
    resources,
    groups,
    principals,
    resources,
    resources,
    groups,
    null,
    0,
  ])
})

it('has a line of each of 20 processes that write at once, where a killed one left its lock', async () => {
  const file = path.join(folder, 'race.jsonl')
  writeFileSync(`${file}.lock`, '')
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => start([...oneEvent, '--log', file], { timeout: 500_000 }).done),
  )
  expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0))
  const { code, stderr } = await run(['log', 'verify', file])
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^20 questions/) as string })
  expect(readdirSync(folder).filter((name) => name.startsWith('race.jsonl'))).toEqual(['race.jsonl'])
})

it.each([
  [
    'has notes in it',
    (lock: string) => {
      writeFileSync(lock, 'notes of mine')
    },
  ],
  [
    'is a link',
    (lock: string) => {
      symlinkSync(caseFile, lock)
    },
  ],
  [
    'has a journal next to it',
    (lock: string) => {
      writeFileSync(`${lock}-journal`, 'a journal of mine')
    },
  ],
])('takes no lock that %s', async (what, make) => {
  const file = path.join(folder, `${what.replaceAll(' ', '-')}.jsonl`)
  make(`${file}.lock`)
  const before = readdirSync(folder)
  const { code, stderr } = await run([...oneEvent, '--log', file])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is no lock') as string })
  expect(readdirSync(folder).filter((name) => name !== path.basename(file))).toEqual(before)
})

it.skipIf(process.platform === 'win32')(
  'is not a device, a pipe or a folder, for writing or for checking',
  async () => {
    const pipe = path.join(folder, 'pipe')
    spawnSync('mkfifo', [pipe])
    const zeros = path.join(folder, 'zeros')
    symlinkSync('/dev/zero', zeros)
    for (const file of [pipe, zeros, '/dev/null', '/dev/full', folder]) {
      const asked = await run([...oneEvent, '--log', file])
      expect({ file, code: asked.code, stdout: asked.stdout }).toEqual({ file, code: 2, stdout: '' })
      expect((await run(['log', 'verify', file])).code).toBe(2)
    }
  },
)

it.skipIf(process.platform === 'win32')('is whole after a disk was full, and goes on', async () => {
  const file = path.join(folder, 'full.jsonl')
  await run([...oneEvent, '--log', file])
  await run([...oneEvent, '--log', file])
  const before = readFileSync(file)
  // The limit is in kB: the two lines fit, the third does not.
  const limited = ['bash', '-c', `trap '' XFSZ; ulimit -f 1; exec "$@"`, 'limited']
  const { code, stderr } = await run([...oneEvent, '--log', file], { prefix: limited })
  expect({ code, stderr }).toEqual({
    code: 13,
    stderr: expect.stringContaining('is not in the log') as string,
  })
  expect(readFileSync(file).equals(before)).toBe(true)
  await run([...oneEvent, '--log', file])
  expect((await run(['log', 'verify', file])).stderr).toMatch(/^3 questions/)
})

it('has the line of a statement that calls itself a child', async () => {
  const file = path.join(folder, 'child.jsonl')
  await run(['sql', 'SELECT 1', '--case', caseFile, '--log', file], { env: { COLDTRAIL_TIMED_CHILD: '1' } })
  await run(['sql', 'SELECT 1', '--case', caseFile, '--log', file], {
    env: { COLDTRAIL_TIMED_CHILD: String(process.pid) },
  })
  expect(rowsIn(file)).toEqual([1, 1])
})

it.skipIf(process.platform !== 'linux')('a statement ends with the process that keeps its time', async () => {
  const { child, done } = start(['sql', ENDLESS, '--case', caseFile, '--timeout', '3600'])
  const children = (): string[] =>
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  while (children().length === 0) await setTimeout(50)
  const [statement = ''] = children()
  // Until it is inside of SQLite, where no turn of its event loop comes.
  while (!readFileSync(`/proc/${statement}/maps`, 'utf8').includes('better_sqlite3')) await setTimeout(50)
  await setTimeout(500)
  expect(existsSync(`/proc/${statement}`)).toBe(true)
  child.kill('SIGKILL')
  // The test's own limit ends the wait.
  while (
    existsSync(`/proc/${statement}/maps`) &&
    readFileSync(`/proc/${statement}/stat`, 'utf8').split(' ')[2] !== 'Z'
  )
    await setTimeout(50)
  await done
})

it.skipIf(process.platform === 'win32')('help ends well for a reader that has gone', async () => {
  for (const argv of [['help'], ['--help'], ['find', '--help'], ['help', 'find', 'window']]) {
    const command = `"$@" | true; echo "\${PIPESTATUS[0]}"`
    const { stdout } = await startCommand('bash', ['-c', command, 'bash', process.execPath, BIN, ...argv])
      .done
    expect({ argv, stdout }).toEqual({ argv, stdout: '0\n' })
  }
})
