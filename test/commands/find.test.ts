import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import FindPrincipal from '../../src/commands/find/principal.js'
import FindRequest from '../../src/commands/find/request.js'
import FindResource from '../../src/commands/find/resource.js'
import FindText from '../../src/commands/find/text.js'
import FindWindow from '../../src/commands/find/window.js'
import { EVENT_COLUMNS } from '../../src/model/event.js'
import { QUESTIONS } from '../../src/query/find/questions.js'
import { runCommand, type Ran } from '../cli/in-process.js'
import { EVENTS, recordText, tinyCase } from '../helpers/tiny-case.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMMANDS = {
  request: FindRequest,
  principal: FindPrincipal,
  resource: FindResource,
  text: FindText,
  window: FindWindow,
}

const LARGE = 3000
const tiny = tinyCase()
const large = tinyCase(Array.from({ length: LARGE }, (_, i) => ({ ...EVENTS[i % 7]!, eventId: `e${i}` })))

async function find(kind: keyof typeof COMMANDS, ...argv: string[]): Promise<Ran> {
  return findIn(tiny, kind, ...argv)
}

async function findIn(
  { path }: { path: string },
  kind: keyof typeof COMMANDS,
  ...argv: string[]
): Promise<Ran> {
  const end = argv.indexOf('--')
  const before = end === -1 ? argv : argv.slice(0, end)
  const after = end === -1 ? [] : argv.slice(end)
  const ran = await runCommand(COMMANDS[kind], ...before, '--case', path, ...after)
  return { ...ran, stderr: reported(ran.stderr) }
}

/** Without empty lines. */
function reported(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .join('\n')
}

function ids(jsonLines: string): string[] {
  return jsonLines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event_id: string }).event_id.slice(-1))
}

describe.each(Object.entries(COMMANDS))('find %s', (kind, command) => {
  it('is one of the questions, and explains itself', () => {
    expect(Object.keys(QUESTIONS)).toContain(kind)
    expect(command.summary).toMatch(/\.$/)
    expect(command.description.length).toBeGreaterThan(50)
    expect(command.examples.length).toBeGreaterThanOrEqual(2)
    for (const flag of Object.values({ ...command.baseFlags, ...command.flags }))
      expect(flag.description).toMatch(/\.$/)
    const args: Readonly<Record<string, { readonly description?: string }>> = command.args
    for (const arg of Object.values(args)) expect(arg.description).toMatch(/\.$/)
  })

  it('stays thin', () => {
    const text = readFileSync(`${ROOT}/src/commands/find/${kind}.ts`, 'utf8')
    const body = text.slice(text.indexOf('async run()'))
    expect(body.split('\n').length).toBeLessThanOrEqual(20)
  })
})

const ALICE = 'alice: user arn:aws:iam::111122223333:user/dev/Alice AIDAALICE0000EXAMPLE'
const nobody = (): string => `no event matches
no caller has this name; records that mention it: coldtrail find text --case ${tiny.path} '"nobody"'`

it('shows a table, with the matched principal and the count on stderr', async () => {
  const { stdout, stderr, exit } = await find('principal', 'alice')
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toMatch(/^event_time +event_name +target +principal +source_ip_address +error/)
  expect(lines[1]).toMatch(/^2023-07-10T11:40:00\.250Z +CreateFunction20150331 +(?:\S+ +)?alice /)
  expect({ stderr, exit }).toEqual({ stderr: `${ALICE}\n3 events`, exit: 0 })
})

it('suggests a prefix search when a name finds nothing', async () => {
  const { stderr } = await find('principal', 'dep')
  expect(stderr).toContain(
    `names with this prefix: coldtrail find principal --case ${tiny.path} 'dep*'\nno caller has this name`,
  )
  expect((await find('resource', 'evid')).stderr).toBe(
    `no event matches\nnames with this prefix: coldtrail find resource --case ${tiny.path} 'evid*'`,
  )
  const mentions = (words: string): string =>
    `no event matches\nrecords that mention it, if any: coldtrail find text --case ${tiny.path} '"${words}"'`
  expect((await find('resource', 'nothing')).stderr).toBe(mentions('nothing'))
  expect((await find('resource', '***')).stderr).toBe('no event matches')
})

it('answers each question', async () => {
  const jsonl = ['--format', 'jsonl']
  expect(ids((await find('request', '4KMY2V7X0C9RT1EH', ...jsonl)).stdout)).toEqual(['1', '2'])
  expect(ids((await find('principal', 'DEPLOY*', ...jsonl)).stdout)).toEqual(['8', '5', '6'])
  expect(ids((await find('resource', 'evidence', '--order', 'desc', ...jsonl)).stdout)).toEqual([
    '6',
    '2',
    '1',
    '8',
  ])
  expect(ids((await find('text', '"quick brown"', ...jsonl)).stdout)).toEqual(['8', '2'])
  expect(ids((await find('text', '--match', 'quick NOT alice', ...jsonl)).stdout)).toEqual(['8', '5', '6'])
  expect(ids((await find('window', '--since', '2023-07-11', ...jsonl)).stdout)).toEqual(['7'])
})

it.each(['±3m', '+-3m', '3m'])('takes %s after the event of --around', async (spread) => {
  const around = ['--around', '2023-07-10T11:42:00Z', spread, '--format', 'jsonl']
  expect(ids((await find('window', ...around)).stdout)).toEqual(['3', '1', '2', '5', '6'])
})

it('takes a time for the value of a command that needs one, also after --around', async () => {
  const around = ['--around', '2023-07-10T11:42:00Z', '3m', '--format', 'jsonl']
  expect((await find('principal', ...around)).stderr).toContain('no caller has this name')
})

it('takes zero rows for an answer', async () => {
  expect(await find('principal', 'nobody')).toEqual({ stdout: '', stderr: nobody(), exit: 0 })
  expect(await find('principal', 'nobody', '--format', 'json')).toEqual({
    stdout: '[]\n',
    stderr: nobody(),
    exit: 0,
  })
})

it.each(['%', "'", '"', '(', '-'])('suggests no search for %s, which has no word', async (value) => {
  const { stderr, exit } = await find('principal', '--', value)
  expect([stderr, exit]).toEqual(['no event matches\nno caller has this name', 0])
})

it('suggests a search that can be typed for a name with quotation marks', async () => {
  const { stderr } = await find('principal', 'no "body" here')
  expect(stderr).toContain(`coldtrail find text --case ${tiny.path} '"no  body  here"'`)
})

it.each([
  ['lambda:CreateFunction', ['3']],
  ['LAMBDA.amazonaws.com:createfunction20150331', ['3']],
  ['s3:CreateFunction', []],
])('takes %s for an event of that service', async (event, expected) => {
  const { stdout } = await find('window', '--event', event, '--since', '2000-01-01', '--format', 'jsonl')
  expect(ids(stdout)).toEqual(expected)
})

it.each([
  ['principal', ['']],
  ['request', ['']],
  ['resource', ['']],
  ['text', ['']],
  ['window', ['--since', '2000-01-01', '--account=']],
  ['window', ['--since', '2000-01-01', '--region', 'us-east-1', '--region', '']],
  ['window', ['--since', '']],
] as const)('find %s refuses %j: a variable that is not set is no question', async (kind, argv) => {
  const { stdout, stderr, exit } = await find(kind, ...argv)
  expect([stdout, exit]).toEqual(['', 2])
  expect(stderr).toMatch(/^Error: (?:VALUE|--\w+) is empty\n {2}is a variable of the shell not set\?$/)
})

it.each([
  ['window', ['--since', '2000-01-01', '--error', 'AccessDenied']],
  ['principal', ['alice', '--error', 'AccessDenied']],
] as const)('find %s %j says that the code needs a =', async (kind, argv) => {
  const { stderr, exit } = await find(kind, ...argv)
  expect([exit, stderr]).toEqual([2, 'Error: use --error=CODE\n  as in: --error=AccessDenied'])
})

it('finds a UUID that a tool wrote in capitals', async () => {
  const id = '6b3c8f2e-1f0a-4d55-9b0e-abcdefabcdef'
  const own = tinyCase([{ ...EVENTS[0]!, eventId: id, requestId: id }])
  const asked = await findIn(own, 'request', id.toUpperCase(), '--format', 'jsonl')
  expect(asked.stdout.trimEnd().split('\n')).toHaveLength(1)
  const around = await findIn(own, 'window', '--around', id.toUpperCase(), '--format', 'jsonl')
  expect(around.stdout.trimEnd().split('\n')).toHaveLength(1)
})

it('suggests the ARN in different case', async () => {
  const arn = 'arn:aws:s3:::evidence'
  expect((await find('resource', arn)).stderr).not.toContain('capitals')
  const { stderr } = await find('resource', arn.toUpperCase())
  expect(stderr).toMatch(
    /the case has this ARN in different case: coldtrail find resource --case \S+ arn:aws:s3:::evidence$/,
  )
})

it('says when a request ID is the ID of an event', async () => {
  const id = EVENTS[0]!.eventId
  const { stderr, exit } = await find('request', id)
  expect(stderr).toBe(
    `no event matches\n${id} is the ID of an event, not of a request: coldtrail show --case ${tiny.path} ${id}`,
  )
  expect(exit).toBe(0)
})

describe('filters', () => {
  it.each([
    [['--event', 'createfunction'], ['3']],
    [
      ['--event', 'GetObject', '--event', 'ListBuckets'],
      ['8', '1', '7'],
    ],
    [['--event', 'SetBucketAccessControlPolicy'], ['6']],
    [['--service', 's3', '--region', 'us-west-2'], ['7']],
    [
      ['--account', '444455556666'],
      ['6', '4'],
    ],
    [['--source-ip', '198.51.100.20'], ['4']],
    [
      ['--access-key', 'asiadeploy00example1'],
      ['8', '5'],
    ],
    [['--credentials', 'root'], ['4']],
    [
      ['--credentials', 'role-session'],
      ['8', '5', '6'],
    ],
    [['--write-only'], ['3', '2', '5', '6', '4']],
    [['--error'], ['5', '6', '4']],
    [['--error', '--write-only', '--service', 'ec2'], ['5']],
    [['--error=AccessDenied'], ['6']],
    [
      ['--error=accessdenied', '--error=Client.UnauthorizedOperation'],
      ['5', '6'],
    ],
  ])('%j', async (argv, expected) => {
    const { stdout } = await find(
      'text',
      '--match',
      'a* OR e* OR l* OR q* OR r*',
      '--format',
      'jsonl',
      ...argv,
    )
    expect(ids(stdout)).toEqual(expected)
  })

  it('notes how a SOAP name was understood', async () => {
    const { stderr } = await find(
      'window',
      '--since',
      '2023-07-10',
      '--event',
      'GetBucketAccessControlPolicy',
    )
    expect(stderr).toContain('the SOAP call GetBucketAccessControlPolicy is recorded as GetBucketAcl')
  })

  it('does not take an empty error code for any error', async () => {
    expect(await find('principal', 'alice', '--error=')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('no error code') as string,
    })
  })

  it('reads --error after -- as a value', async () => {
    const { stderr, exit } = await find('text', '--', '--error')
    expect({ stderr, exit }).toEqual({ stderr: 'no event matches', exit: 0 })
  })

  it('refuses an unknown kind of credentials', async () => {
    expect(await find('principal', 'alice', '--credentials', 'nonsense')).toMatchObject({ exit: 2 })
  })
})

describe('window', () => {
  it.each([
    [
      ['--since', '2023-07-10T11:45:00Z', '--until', '2023-07-11'],
      ['5', '6', '4'],
      'window: from 2023-07-10T11:45:00Z until before 2023-07-11T00:00:00Z',
    ],
    [['--since', '12h'], ['7'], 'window: from 2023-07-10T12:00:00Z on'],
    [['--until', '2023-07-10T13:41+02:00'], ['3'], 'window: before 2023-07-10T11:41:00Z'],
  ])('%j', async (argv, expected, window) => {
    const { stdout, stderr } = await find('window', '--format', 'jsonl', ...argv)
    expect(ids(stdout)).toEqual(expected)
    expect(stderr.split('\n')[0]).toBe(window)
  })

  it.each([
    [[], 'a window needs --since, --until, --around, --between, --rule or --min-level'],
    [['--since', '03/04/2024'], 'slashes'],
    [['--since', '2h', '--until', '2023-07-01'], 'is not before'],
    [['--until', 'soon'], "--until: 'soon' is not a time"],
  ])('refuses %j', async (argv, message) => {
    const { stdout, stderr, exit } = await find('window', ...argv)
    expect(stderr).toContain(message)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 2 })
  })
})

describe('output', () => {
  it('gives all columns and the resources as JSON lines', async () => {
    const { stdout } = await find('text', 'fox a*b', '--format', 'jsonl')
    const row = JSON.parse(stdout) as Record<string, unknown>
    expect(Object.keys(row)).toEqual([...EVENT_COLUMNS, 'kind', 'resources'])
    expect(row['resources']).toHaveLength(3)
  })

  it('gives CSV with a header', async () => {
    const { stdout } = await find(
      'request',
      '4KMY2V7X0C9RT1EH',
      '--format',
      'csv',
      '--columns',
      'event_name, read_only',
    )
    expect(stdout).toBe('event_name,read_only\nGetObject,1\nPutObject,0\n')
  })

  it('gives the columns that were asked for, resources only when they are among them', async () => {
    const one = await find('text', 'fox a*b', '--format', 'jsonl', '--columns', 'event_id')
    expect(one.stdout).toBe(`{"event_id":"${EVENTS[1]!.eventId}"}\n`)
    const two = await find('text', 'fox a*b', '--format', 'json', '--columns', 'event_name,resources')
    expect(Object.keys((JSON.parse(two.stdout) as object[])[0]!)).toEqual(['event_name', 'resources'])
    expect(await find('request', 'x', '--columns', 'event_id,nonsense')).toMatchObject({ exit: 2 })
    expect(await find('request', 'x', '--columns', ' , ')).toMatchObject({ exit: 2 })
  })

  it('splices in the exact record', async () => {
    const { stdout } = await find(
      'text',
      'fox a*b',
      '--format',
      'jsonl',
      '--columns',
      'event_name',
      '--records',
    )
    expect(stdout).toBe(`{"event_name":"PutObject","record":${recordText(EVENTS[1]!)}}\n`)
  })

  it('does not give records where they do not fit', async () => {
    const { stderr, exit } = await find('principal', 'alice', '--records')
    expect(stderr).toContain('--format jsonl')
    expect(exit).toBe(2)
  })

  it('shows 200 rows of a table and says how many more', async () => {
    const { stdout, stderr } = await findIn(large, 'principal', 'alice')
    expect(stdout.trimEnd().split('\n')).toHaveLength(201)
    expect(stderr).toMatch(/^alice: .*\n200 events shown, 1,087 more; --limit N shows more/)
  })

  it('shows as many as asked for, and says that there are more', async () => {
    const { stdout, stderr } = await findIn(large, 'principal', 'alice', '--limit', '3')
    expect(stdout.trimEnd().split('\n')).toHaveLength(4)
    expect(stderr).toBe(`${ALICE}\n3 events shown, more match; --limit 3 was asked for`)
    expect((await findIn(large, 'principal', 'alice', '--limit', '1287')).stderr).toBe(
      `${ALICE}\n1,287 events`,
    )
  })

  it('streams all in the other formats', async () => {
    for (const format of ['jsonl', 'csv']) {
      const { stdout, stderr } = await findIn(large, 'window', '--since', '2023-07-10', '--format', format)
      expect(stdout.trimEnd().split('\n')).toHaveLength(LARGE + (format === 'csv' ? 1 : 0))
      expect(stderr).toContain('3,000 events')
    }
  })

  it('gives a result object with --json, as long as a table', async () => {
    const { stdout } = await findIn(
      large,
      'principal',
      'alice',
      '--since',
      '2023-07-10',
      '--json',
      '--columns',
      'event_id',
    )
    const result = JSON.parse(stdout) as Record<string, unknown>
    expect(result).toMatchObject({
      question: { kind: 'principal', value: 'alice' },
      window: { since: '2023-07-10T00:00:00Z', until: null },
      shown: 200,
      more: 1087,
      principals: [
        {
          principal_key: 'user:AIDAALICE0000EXAMPLE',
          principal_kind: 'user',
          arn: 'arn:aws:iam::111122223333:user/dev/Alice',
        },
      ],
    })
    expect((result['rows'] as object[]).slice(0, 1)).toEqual([{ event_id: 'e2' }])
  })

  it('gives errors as JSON with --json', async () => {
    const { stdout, exit } = await find('window', '--json', '--since', 'soon')
    expect(JSON.parse(stdout)).toMatchObject({ error: { exit: 2 } })
    expect(exit).toBe(2)
  })
})

it('says that indexing has not finished', async () => {
  const loading = tinyCase(EVENTS, { indexes: false, state: 'loading' })
  const { stderr, exit } = await findIn(loading, 'principal', 'alice')
  expect(stderr).toMatch(/^indexing has not finished.*\nalice: .*\n3 events$/)
  expect(exit).toBe(0)
})

it('needs a case and a value', async () => {
  expect(await findIn({ path: '/nowhere/case.sqlite' }, 'principal', 'alice')).toMatchObject({ exit: 10 })
  expect(await find('principal')).toMatchObject({ exit: 2 })
  expect(await find('principal', 'alice', 'bob')).toMatchObject({ exit: 2 })
})

it('ends quietly when its reader goes away', async () => {
  const code = `const { default: FindWindow } = await import('./src/commands/find/window.ts')
await FindWindow.run(process.argv.slice(1), { root: process.cwd() })`
  const run = `'${process.execPath}' --import tsx --input-type=module --eval "$CODE" --`
  const script = `${run} --since 2023-07-10 --format jsonl --case '${large.path}' | head -1; echo "exit \${PIPESTATUS[0]}"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], {
    cwd: ROOT,
    env: { ...process.env, CODE: code },
  })
  expect(stdout).toMatch(/^\{"event_time".*\}\nexit 0\n$/)
  expect(stderr).not.toMatch(/EPIPE|at /)
  expect(stderr).not.toContain('3,000 events')
})
