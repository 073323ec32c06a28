/** CloudTrail events and S3 server access logs in one answer, as the commands print it. */
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import Coverage from '../../src/commands/coverage.js'
import FindPrincipal from '../../src/commands/find/principal.js'
import FindRequest from '../../src/commands/find/request.js'
import FindResource from '../../src/commands/find/resource.js'
import FindText from '../../src/commands/find/text.js'
import FindWindow from '../../src/commands/find/window.js'
import Show from '../../src/commands/show.js'
import { EVENT_COLUMNS } from '../../src/model/event.js'
import { accessLine, makeAccessLines, type MadeLine } from '../helpers/access-lines.js'
import { put } from '../helpers/archive.js'
import { AGGREGATED, eventOf } from '../helpers/both-kinds.js'
import { index, runCommand, scratch } from '../verify/indexed.js'

const folder = scratch()
const CASE = path.join(folder, 'case.sqlite')
const [MADE] = makeAccessLines(1)
const LINE: MadeLine = { ...MADE!, agent: 'odd "agent", =1+1' }
const RAW = accessLine(LINE)
const EVENT = eventOf(LINE)
/** Without the detail that names a caller: no principal finds it. */
const { primaryDimension } = AGGREGATED.summary
const COUNTED = { ...AGGREGATED, summary: { primaryDimension } }

beforeAll(async () => {
  put(folder, 'in/access.log', `${RAW}\n`)
  put(folder, 'in/log.json', JSON.stringify({ Records: [EVENT] }))
  put(folder, 'in/aggregated.json', JSON.stringify([COUNTED]))
  await index(CASE, [path.join(folder, 'in')])
})

async function rows(command: unknown, ...argv: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await runCommand(command, ...argv, '--case', CASE, '--format', 'jsonl')
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const kinds = async (command: unknown, ...argv: string[]): Promise<unknown[]> =>
  (await rows(command, ...argv)).map(({ kind }) => kind)

describe('both logs of one request', () => {
  it.each([
    ['request ID', FindRequest, LINE.requestId],
    ['host ID', FindRequest, LINE.hostId],
    ['bucket', FindResource, LINE.bucket],
    ['object', FindResource, `${LINE.bucket}/data/report 3.pdf`],
    ['object by ARN', FindResource, `arn:aws:s3:::${LINE.bucket}/data/report 3.pdf`],
    ['principal', FindPrincipal, 'arn:aws:iam::111122223333:user/alice'],
    ['principal by name', FindPrincipal, 'alice'],
    ['text', FindText, '"report 3"'],
  ])('by %s', async (_name, command, value) => {
    expect(await kinds(command, value)).toEqual(['access-log', 'event'])
    expect(await kinds(command, value, '--order', 'desc')).toEqual(['event', 'access-log'])
    expect(await kinds(command, value, '--kind', 'access-log')).toEqual(['access-log'])
    expect(await kinds(command, value, '--kind', 'event')).toEqual(['event'])
  })

  it('window, with the counts of aggregated events', async () => {
    const since = ['--since', '2024-03-04T00:00:00Z', '--until', '2024-03-04T00:00:02Z']
    expect(await kinds(FindWindow, ...since)).toEqual(['access-log', 'aggregate', 'event'])
    expect(await kinds(FindWindow, ...since, '--kind', 'aggregate', '--kind', 'event')).toEqual([
      'aggregate',
      'event',
    ])
    expect(await kinds(FindWindow, ...since, '--event', 'GetObject')).toEqual([
      'access-log',
      'aggregate',
      'event',
    ])
    const { stderr } = await runCommand(FindWindow, ...since, '--case', CASE, '--account', '111122223333')
    expect(stderr).toContain('access-log lines have no field for --account: they are left out')
  })
})

it('the columns of an event, the line in JSON, and what only it has', async () => {
  const [row] = await rows(FindRequest, LINE.requestId, '--kind', 'access-log', '--records')
  expect(Object.keys(row!)).toEqual([...EVENT_COLUMNS, 'kind', 'resources', 'access_log', 'record'])
  expect(row).toMatchObject({
    event_time: '2024-03-04T00:00:00Z',
    event_source: 's3.amazonaws.com',
    event_name: LINE.operation,
    event_id: null,
    request_id: LINE.requestId,
    source_ip_address: LINE.address,
    user_agent: LINE.agent,
    principal: 'alice',
    principal_arn: LINE.requester,
    principal_account_id: '111122223333',
    record_offset: 0,
    record_length: RAW.length,
    record: RAW,
    access_log: { bucket: LINE.bucket, object_key: LINE.key, http_status: 200, host_id: LINE.hostId },
  })
})

it('a spreadsheet gets no formula, a table says what each row is', async () => {
  const csv = await runCommand(FindWindow, '--since', '2024-03-04', '--case', CASE, '--format', 'csv')
  expect(csv.stdout.split('\n')[0]).toBe(
    [...EVENT_COLUMNS, 'kind', 'request_parameters', 'response_elements'].join(','),
  )
  const columns = ['--columns', 'kind,http_status,object_key,name,value']
  const chosen = await runCommand(FindWindow, '--since', '2024-03-04', '--case', CASE, ...columns)
  expect(chosen.stdout).toContain(`access-log  200          ${LINE.key!}`)
  expect(chosen.stdout).toMatch(/aggregate +GetObject +7/)
  const table = await runCommand(FindRequest, LINE.requestId, '--case', CASE)
  expect(table.stdout).toMatch(/^kind +event_time/)
  const lines = await runCommand(FindRequest, LINE.requestId, '--case', CASE, '--kind', 'access-log')
  expect(lines.stdout).toMatch(
    /^event_time +event_name .* http_status +error_code +bucket +object_key +request_id\n/,
  )
  expect(lines.stdout).toContain(` ${LINE.bucket} `)
  expect(table.stderr).toContain('1 event, 1 line of access logs')
})

it('show prints the exact line, by request ID and by host ID', async () => {
  for (const id of [LINE.requestId, LINE.hostId]) {
    const { stdout, stderr } = await runCommand(Show, id, '--case', CASE)
    expect(stdout).toBe(RAW)
    expect(stderr).toContain(`access.log, byte 0, ${RAW.length} bytes`)
  }
})

describe('coverage', () => {
  it('says that lines of access logs are there and not part of it', async () => {
    const { stdout } = await runCommand(Coverage, '--case', CASE)
    expect(stdout).toMatch(
      /ABOUT THIS ARCHIVE\n(?:- .*\n)*- Lines of S3 server access logs are in the case, too\./,
    )
  })
})
