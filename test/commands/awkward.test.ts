/** Odd questions get an answer, or are told what is wrong with them: never a stack. */
import { beforeAll, describe, expect, it } from 'vitest'
import { quickstartCase } from '../contracts/quickstart-case.js'
import { run } from '../helpers/cli.js'

let caseFile: string

beforeAll(async () => {
  caseFile = await quickstartCase()
})

const ask = (...args: readonly string[]) => run([...args, '--case', caseFile])

describe('problems', () => {
  it.each([
    ['json', (text: string): unknown => JSON.parse(text)],
    [
      'jsonl',
      (text: string): unknown =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
    ],
  ])('by kind as %s', async (format, parse) => {
    const { code, stdout } = await ask('problems', '--format', format)
    expect({ code, rows: parse(stdout) }).toMatchObject({
      code: 0,
      rows: [
        { kind: 'truncated-gzip', problems: 1, byte_offset: 6362 },
        { kind: 'truncated-json', problems: 1, record_index: 5 },
      ],
    })
  })

  it('by kind as CSV', async () => {
    const { stdout } = await ask('problems', '--format', 'csv')
    expect(stdout.split(/\r?\n/)[0]).toBe('kind,problems,meaning,path,member,record_index,byte_offset')
    expect(stdout.trim().split(/\r?\n/)).toHaveLength(3)
  })
})

it.each(['SELECT ?', 'SELECT :name', "SELECT 1 WHERE 'a' = $x"])('sql %s', async (statement) => {
  const { code, stdout, stderr } = await ask('sql', statement)
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: `Error: the statement has a parameter, ? or :name, that nothing gives a value\n  write the value itself: … WHERE event_name = 'CreateUser'\n`,
  })
})

it.each([
  ['find', 'window', '--since', '1h'],
  ['find', 'text', 'iam'],
  ['principals'],
  ['resources'],
  ['summary'],
  ['coverage'],
])('%s %s: a limit that no integer holds', async (...words) => {
  const args = words.filter((word: string | undefined) => word !== undefined)
  const { code, stderr } = await ask(...args, '--limit', '99999999999999999999')
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--limit: expected') as string,
  })
  expect((await ask(...args, '--limit', String(Number.MAX_SAFE_INTEGER))).code).toBe(0)
})
