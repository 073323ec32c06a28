/** Odd questions get an answer or a clear error, never a stack. */
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { quickstartCase } from '../contracts/quickstart-case.js'
import { run, tempFolder } from '../helpers/cli.js'

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

describe('find with names as people have them', () => {
  const ids = (stdout: string): unknown[] =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { event_id: unknown }).event_id)
  const found = async (...args: readonly string[]): Promise<unknown[]> =>
    ids((await ask('find', ...args, '--format', 'jsonl', '--columns', 'event_id')).stdout)

  it('takes the label of a principal that lists show, in its account only', async () => {
    const own = await found('principal', 'AIDARZPUZDIKDQBJ6EAVA')
    expect(own.length).toBeGreaterThan(0)
    expect(await found('principal', 'CI-deploy (123456789012)')).toEqual(own)
    expect(await found('principal', 'ci-deploy (999999999999)')).toEqual([])
  })

  it('takes s3://bucket/ for the bucket', async () => {
    const own = await found('resource', 'acme-prod-customer-exports')
    expect(own).toHaveLength(18)
    expect(await found('resource', 's3://acme-prod-customer-exports/')).toEqual(own)
  })

  it.each([
    [
      'resource',
      's3://acme-prod-customer-exports/no-such-key',
      /its bucket is in the case: coldtrail find resource .*acme-prod-customer-exports$/m,
    ],
    [
      'resource',
      'acme-prod-custmer',
      /records that mention it, if any: coldtrail find text .*'"acme-prod-custmer"'$/m,
    ],
    [
      'text',
      'e02ecc2d-b95b-46db-b241-97934aa90181 CreateAccessKey',
      /IDs are not among the words: search for e02ecc2d-\S+ by itself$/m,
    ],
  ])('says what to try next: %s %s', async (kind, value, reported) => {
    const { code, stderr } = await ask('find', kind, value)
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(reported) as string })
  })
})

describe('index', () => {
  const newCase = (): string => path.join(tempFolder('case'), 'case.sqlite')

  it('says when there was nothing to read', async () => {
    const { code, stderr } = await run(['index', tempFolder('empty'), '--case', newCase()])
    expect(code).toBe(0)
    expect(stderr).toContain('there was no file to read')
  })

  it('distinguishes the text of a log from a path, and does not print all of it', async () => {
    const text = `{"Records":[{"eventName":"${'x'.repeat(3000)}"}]}`
    const { code, stderr } = await run(['index', text, '--case', newCase()])
    expect(code).toBe(2)
    expect(stderr).toContain('reads like the text of a log')
    expect(stderr.length).toBeLessThan(500)
  })
})
