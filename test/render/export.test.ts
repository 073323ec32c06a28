import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ACCESS_COLUMNS, AGGREGATE_COLUMNS, EVENT_COLUMNS, type EventRow } from '../../src/model/event.js'
import { changeNotes, noChanges, type ExportChanges } from '../../src/render/export-changes.js'
import { exportCsvColumns, openExportCsv } from '../../src/render/export-csv.js'
import type { ExportScope } from '../../src/render/export-scope.js'
import { openTimesketch } from '../../src/render/export-timesketch.js'
import type { RowSink } from '../../src/render/sink.js'

const EMPTY = Object.fromEntries(EVENT_COLUMNS.map((name) => [name, null])) as unknown as EventRow

const EVENTS_ONLY: ExportScope = { kinds: ['event'], hasDigestStates: false }

async function written(
  open: (out: NodeJS.WritableStream, changes: ExportChanges, scope: ExportScope) => RowSink,
  ...rows: readonly Partial<EventRow>[]
): Promise<{ text: string; changes: ExportChanges }> {
  const out = new PassThrough()
  const chunks: Buffer[] = []
  out.on('data', (chunk: Buffer) => chunks.push(chunk))
  const changes = noChanges()
  const sink = open(out, changes, EVENTS_ONLY)
  for (const row of rows) await sink.write({ ...EMPTY, ...row })
  await sink.end()
  return { text: Buffer.concat(chunks).toString('utf8'), changes }
}

/** What Timesketch's importer asks of every line. */
function validated(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const fields = JSON.parse(line) as Record<string, unknown>
      for (const name of ['message', 'datetime', 'timestamp_desc'])
        expect(fields[name]).toEqual(expect.any(String))
      expect(fields['datetime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/)
      expect(fields['timestamp']).toBe(Date.parse(String(fields['datetime'])) * 1000)
      return fields
    })
}

const ROW: Partial<EventRow> = {
  event_time: '2023-07-10T11:40:00.250Z',
  event_source: 'iam.amazonaws.com',
  event_name: 'CreateUser',
  principal: 'alice',
  principal_arn: 'arn:aws:iam::111122223333:user/alice',
  user_name: 'alice',
  access_key_id: 'AKIAALICE000EXAMPLE1',
  source_ip_address: '203.0.113.7',
  recipient_account_id: '111122223333',
  error_code: 'AccessDenied',
  resources: [{ arn: 'arn:aws:iam::111122223333:user/bob', type: 'AWS::IAM::User', role: 'created' }],
  record: '{"eventName":"CreateUser","n": 1.10}',
}

describe('timesketch', () => {
  it('has its own fields and the names of plaso', async () => {
    const { text, changes } = await written(openTimesketch, ROW)
    expect(validated(text)[0]).toMatchObject({
      message: 'alice: iam.amazonaws.com CreateUser from 203.0.113.7 failed with AccessDenied',
      datetime: '2023-07-10T11:40:00.250+00:00',
      timestamp: 1_688_989_200_250_000,
      timestamp_desc: 'Event Time',
      data_type: 'aws:cloudtrail:entry',
      access_key: 'AKIAALICE000EXAMPLE1',
      account_identifier: '111122223333',
      cloud_trail_event: '{"eventName":"CreateUser","n": 1.10}',
      event_name: 'CreateUser',
      event_source: 'iam.amazonaws.com',
      recorded_time: '2023-07-10T11:40:00.250Z',
      resources: '[{"arn":"arn:aws:iam::111122223333:user/bob","type":"AWS::IAM::User","role":"created"}]',
      source_ip: '203.0.113.7',
      user_identity_arn: 'arn:aws:iam::111122223333:user/alice',
      username: 'alice',
    })
    expect(changeNotes(changes)).toEqual([])
  })

  it('cuts what is too long for a keyword, at a character, and says so', async () => {
    const exact = 'x'.repeat(32_766)
    const { text, changes } = await written(
      openTimesketch,
      { ...ROW, record: exact },
      { ...ROW, record: `${'x'.repeat(32_765)}é` },
      { ...ROW, user_agent: '日'.repeat(20_000) },
    )
    const [first, second, third] = validated(text)
    expect(first!['cloud_trail_event']).toBe(exact)
    expect(first).not.toHaveProperty('cloud_trail_event_truncated')
    expect(second).toMatchObject({ cloud_trail_event: 'x'.repeat(32_765), cloud_trail_event_truncated: true })
    expect(third).toMatchObject({ user_agent: '日'.repeat(10_922), user_agent_truncated: true })
    expect(changes.cut).toBe(2)
    expect(changeNotes(changes)[0]).toMatch(/^2 values were over 32,766 bytes/)
  })

  it('keeps an event without a time, as plaso does', async () => {
    const { text, changes } = await written(openTimesketch, { ...ROW, event_time: null })
    expect(validated(text)[0]).toMatchObject({
      timestamp: 0,
      timestamp_desc: 'Not a time',
      recorded_time: null,
    })
    expect(changes.withoutTime).toBe(1)
  })

  it('says of a line of an access log and of a count what they are', async () => {
    const line = {
      kind: 'access-log',
      event_time: '2024-03-04T00:00:00Z',
      event_source: 's3.amazonaws.com',
      event_name: 'REST.GET.OBJECT',
      principal: 'alice',
      source_ip_address: '192.0.2.1',
      error_code: 'AccessDenied',
      access_log: {
        ...Object.fromEntries(ACCESS_COLUMNS.map((name) => [name, null])),
        bucket: 'logs-1',
        object_key: 'a/b',
        http_status: 403,
      } as Required<EventRow>['access_log'],
      record: 'the line',
    } as const
    const count = {
      kind: 'aggregate',
      event_time: '2024-03-04T00:00:00Z',
      event_source: 's3.amazonaws.com',
      aggregate: {
        window_end: '2024-03-04T00:05:00Z',
        aggregation_type: 'Count',
        dimension: 'eventName',
        name: 'GetObject',
        value: 7,
      },
      record: '{}',
    } as const
    const [request, counted] = validated((await written(openTimesketch, line, count)).text)
    expect(request).toMatchObject({
      message: 'alice: S3 access log REST.GET.OBJECT logs-1/a/b from 192.0.2.1 answered 403 AccessDenied',
      timestamp_desc: 'Request Time',
      data_type: 'aws:s3:access_log:line',
      kind: 'access-log',
      access_log_line: 'the line',
      http_status: 403,
      username: 'alice',
    })
    expect(counted).toMatchObject({
      message: 'aggregated events: s3.amazonaws.com eventName GetObject counted 7 until 2024-03-04T00:05:00Z',
      timestamp_desc: 'Start Time',
      data_type: 'aws:cloudtrail:aggregate',
      cloud_trail_event: '{}',
      value: 7,
    })
  })

  it('is one line an event for any values', async () => {
    const { text } = await written(openTimesketch, { ...ROW, user_agent: 'a\r\nb\u2028c\u001b[2J' }, ROW)
    const [first] = validated(text)
    expect(first!['user_agent']).toBe('a\r\nb\u2028c\u001b[2J')
    expect(text).not.toMatch(/[\u001b\u2028]/)
  })
})

describe('csv', () => {
  it('has the columns of the kinds that were asked for', () => {
    const all = exportCsvColumns({ kinds: ['event', 'access-log', 'aggregate'], hasDigestStates: true })
    expect(all).toEqual([
      ...EVENT_COLUMNS,
      'kind',
      'request_parameters',
      'response_elements',
      'resources',
      'digest_state',
      ...ACCESS_COLUMNS,
      ...AGGREGATE_COLUMNS,
    ])
    expect(exportCsvColumns(EVENTS_ONLY)).toEqual([
      ...EVENT_COLUMNS,
      'kind',
      'request_parameters',
      'response_elements',
      'resources',
    ])
  })

  it('has a header, every column, and one line an event', async () => {
    const { text, changes } = await written(openExportCsv, ROW, { ...ROW, user_agent: 'a\r\n"b",c' })
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe(exportCsvColumns(EVENTS_ONLY).join(','))
    expect(lines[2]).toContain('"a␍␊""b"",c"')
    expect(changes).toMatchObject({ prefixed: 0, madeVisible: 1 })
  })

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '"=1',
    '\u200b=1',
    '＝1',
    '−1',
    '\0=1',
  ])('makes no formula of %j', async (value) => {
    const { text, changes } = await written(openExportCsv, { ...ROW, user_agent: value })
    const cell = text.split('\n')[1]!
    expect(cell).toMatch(/,"?'/)
    expect(changes.prefixed).toBe(1)
    expect(changeNotes(changes).join()).toContain('1 cells could be taken for a formula')
  })

  it('keeps what is no formula', async () => {
    const { text, changes } = await written(openExportCsv, { ...ROW, user_agent: 'a=1 - b', read_only: 0 })
    expect(text).toContain('a=1 - b')
    expect(changes).toMatchObject({ prefixed: 0, madeVisible: 0 })
  })
})
