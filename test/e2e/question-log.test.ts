import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { makeArchive } from '../helpers/archive.js'
import { index, run, tempFolder } from '../helpers/cli.js'

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

it('tells how many rows every question has shown, statements of sql included', async () => {
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
