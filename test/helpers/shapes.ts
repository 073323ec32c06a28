/** The same records in every shape that an archive can have. */
import { gzipSync } from 'node:zlib'
import type { CloudTrailRecord } from './archive.js'

export interface ShapeSample {
  /** As the table of shapes, or the decoder, names it. */
  readonly shape: string
  readonly file: string
  /** Fields were lost: only some columns are left. */
  readonly reduced?: boolean
  wrap(records: readonly CloudTrailRecord[]): string
}

const json = (value: unknown): string => JSON.stringify(value)
const lines = (values: readonly unknown[]): string => values.map((value) => `${json(value)}\n`).join('')
const packed = (value: unknown): string => gzipSync(json(value)).toString('base64')
const cell = (text: unknown): string => `"${(typeof text === 'string' ? text : '').replaceAll('"', '""')}"`

const lookup = (record: CloudTrailRecord): unknown => ({
  EventId: record['eventID'],
  EventName: record['eventName'],
  EventTime: '2024-03-04T01:00:00+01:00',
  Resources: [],
  CloudTrailEvent: json(record),
})
const lookupRow = (record: CloudTrailRecord): unknown => ({
  EventId: record['eventID'],
  EventName: record['eventName'],
  EventSource: record['eventSource'],
  EventTime: record['eventTime'],
  ReadOnly: 'false',
  Resources: [{ ResourceType: null, ResourceName: 'something' }],
})
const envelope = (record: CloudTrailRecord): unknown => ({
  version: '0',
  id: 'b0a1c2d3-0000-4000-8000-000000000000',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.iam',
  account: '111122223333',
  time: '2024-03-04T00:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: record,
})
const subscription = (records: readonly CloudTrailRecord[]): unknown => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: 'CloudTrail/logs',
  logStream: '111122223333_CloudTrail_us-east-1',
  subscriptionFilters: ['all'],
  logEvents: records.map((record, id) => ({
    id: String(id),
    timestamp: 1709510400000,
    message: json(record),
  })),
})
const logEvent = (record: CloudTrailRecord): unknown => ({
  logStreamName: '111122223333_CloudTrail_us-east-1',
  timestamp: 1709510400000,
  message: json(record),
  ingestionTime: 1709510400001,
  eventId: '36',
})
const document = (record: CloudTrailRecord): unknown => ({
  '@timestamp': '2024-03-04T00:00:00.000Z',
  event: { action: record['eventName'], original: json(record) },
  tags: ['forwarded'],
})
const ecs = (record: CloudTrailRecord): unknown => ({
  _index: 'logs-aws.cloudtrail-default',
  _source: {
    '@timestamp': record['eventTime'],
    event: { id: record['eventID'], action: record['eventName'], provider: record['eventSource'] },
    cloud: { region: record['awsRegion'] },
    aws: {
      cloudtrail: { request_id: record['requestID'], recipient_account_id: record['recipientAccountId'] },
    },
    source: { address: record['sourceIPAddress'] },
    user_agent: { original: record['userAgent'] },
  },
})

const CONSOLE_HEADER =
  'User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category'

function callerOf(record: CloudTrailRecord): Readonly<Record<string, unknown>> {
  return (record['userIdentity'] ?? {}) as Readonly<Record<string, unknown>>
}

function consoleRow(record: CloudTrailRecord, separator = ','): string {
  const field = (name: string): unknown => record[name]
  const columns = [
    'eventTime',
    'eventSource',
    'eventName',
    'awsRegion',
    'sourceIPAddress',
    'userAgent',
    'errorCode',
  ]
  return [
    // Of callers without a name the console has another one, e.g. that of the session.
    cell(callerOf(record)['userName'] ?? 'alice'),
    cell(''),
    ...columns.map((name) => cell(field(name))),
    cell('[{"resourceType":"AWS::IAM::User","resourceName":"a, ""quoted"" name"}]'.replaceAll('""', "'")),
    ...['requestID', 'eventID'].map((name) => cell(field(name))),
    cell('false'),
    ...['eventType', 'recipientAccountId'].map((name) => cell(field(name))),
    cell('Management'),
  ].join(separator)
}

const LAKE = [
  'eventid',
  'eventtime',
  'eventname',
  'eventsource',
  'awsregion',
  'requestid',
  'recipientaccountid',
]
const LAKE_FIELDS = [
  'eventID',
  'eventTime',
  'eventName',
  'eventSource',
  'awsRegion',
  'requestID',
  'recipientAccountId',
]

function lakeRow(record: CloudTrailRecord): string {
  const text = (name: string): string => String(record[name]).replace('T', ' ').replace('Z', '.000')
  const said = (name: string): string => {
    const value = callerOf(record)[name]
    return typeof value === 'string' ? value : 'null'
  }
  return LAKE_FIELDS.map((name) => cell(name === 'eventTime' ? text(name) : record[name]))
    .concat(
      cell(
        `{type=${said('type')}, principalid=${said('principalId')}, arn=${said('arn')}, sessioncontext={x=y}}`,
      ),
    )
    .join(',')
}

const queryRow = (record: CloudTrailRecord): unknown => [
  { eventID: record['eventID'] },
  { eventjson: json(record) },
]

const sqs = (record: CloudTrailRecord): unknown => ({
  messageId: 'm',
  receiptHandle: 'r',
  body: json(envelope(record)),
  attributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:q',
  awsRegion: 'us-east-1',
})
const sns = (record: CloudTrailRecord): unknown => ({
  Type: 'Notification',
  MessageId: 'm',
  TopicArn: 'arn:aws:sns:us-east-1:111122223333:t',
  Message: json(envelope(record)),
})

export const SAMPLES: readonly ShapeSample[] = [
  { shape: 'records-envelope', file: 'good.json', wrap: (r) => json({ Records: r }) },
  { shape: 'records-envelope', file: 'history-download.json', wrap: (r) => `${json({ Records: r })}\n` },
  { shape: 'event-array', file: 'good.json', wrap: (r) => JSON.stringify(r, null, 2) },
  { shape: 'json-values', file: 'good.json', wrap: (r) => lines(r) },
  { shape: 'json-values', file: 'concatenated.json', wrap: (r) => r.map(json).join('') },
  { shape: 'lookup-events', file: 'good.json', wrap: (r) => json({ Events: r.map(lookup), NextToken: 'x' }) },
  { shape: 'lookup-events', file: 'lines.json', wrap: (r) => lines(r.map(lookup)) },
  {
    shape: 'lookup-events',
    file: 'rows.json',
    reduced: true,
    wrap: (r) => json({ Events: r.map(lookupRow) }),
  },
  { shape: 'event-bridge', file: 'good.json', wrap: (r) => lines(r.map(envelope)) },
  { shape: 'event-bridge', file: 'pretty.json', wrap: (r) => JSON.stringify(r.map(envelope), null, 2) },
  {
    shape: 'log-subscription',
    file: 'good.json',
    wrap: (r) =>
      json({
        messageType: 'CONTROL_MESSAGE',
        logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: x' }],
      }) + json(subscription(r)),
  },
  {
    shape: 'lambda-log-event',
    file: 'good.json',
    wrap: (r) => json({ awslogs: { data: packed(subscription(r)) } }),
  },
  {
    shape: 'stream-records',
    file: 'good.json',
    wrap: (r) =>
      json({
        Records: r.map((record) => ({
          kinesis: { data: packed(subscription([record])) },
          eventSource: 'aws:kinesis',
          eventName: 'aws:kinesis:record',
          eventVersion: '1.0',
        })),
      }),
  },
  {
    shape: 'stream-records',
    file: 'firehose.json',
    wrap: (r) =>
      json({
        invocationId: 'i',
        records: r.map((record, id) => ({
          recordId: String(id),
          data: Buffer.from(json(record)).toString('base64'),
        })),
      }),
  },
  {
    shape: 'log-events',
    file: 'good.json',
    wrap: (r) => json({ events: r.map(logEvent), searchedLogStreams: [] }),
  },
  {
    shape: 'log-export',
    file: 'good.txt',
    wrap: (r) => r.map((record) => `2024-03-04T00:00:00.123Z ${json(record)}\n`).join(''),
  },
  {
    shape: 'query-results',
    file: 'good.json',
    wrap: (r) => json({ QueryStatus: 'FINISHED', QueryResultRows: r.map(queryRow) }),
  },
  {
    shape: 'query-results',
    file: 'columns.json',
    reduced: true,
    wrap: (r) =>
      json({
        QueryResultRows: r.map((record) => LAKE_FIELDS.map((name) => ({ key: name, value: record[name] }))),
      }),
  },
  {
    shape: 'answer-table',
    file: 'athena.json',
    reduced: true,
    wrap: (r) =>
      json({
        ResultSet: {
          Rows: [LAKE_FIELDS, ...r.map((record) => LAKE_FIELDS.map((name) => record[name]))].map((cells) => ({
            Data: cells.map((VarCharValue) => ({ VarCharValue })),
          })),
        },
      }),
  },
  {
    shape: 'answer-table',
    file: 'insights.json',
    wrap: (r) =>
      json({
        results: r.map((record) => [
          { field: '@timestamp', value: '2024-03-04 00:00:00.000' },
          { field: '@message', value: json(record) },
        ]),
        status: 'Complete',
      }),
  },
  {
    shape: 'elasticsearch',
    file: 'good.json',
    wrap: (r) => lines(r.map((record) => ({ _source: document(record) }))),
  },
  {
    shape: 'elasticsearch',
    file: 'response.json',
    wrap: (r) =>
      json({ took: 1, hits: { total: r.length, hits: r.map((record) => ({ _source: document(record) })) } }),
  },
  {
    shape: 'elasticsearch',
    file: 'objects.json',
    wrap: (r) => json({ hits: { hits: r.map((record) => ({ _id: '1', _source: record })) } }),
  },
  {
    shape: 'elasticsearch',
    file: 'dotted.json',
    wrap: (r) => lines(r.map((record) => ({ 'event.original': json(record), 'event.action': 'x' }))),
  },
  { shape: 'elasticsearch', file: 'ecs.json', reduced: true, wrap: (r) => lines(r.map(ecs)) },
  {
    shape: 'splunk',
    file: 'good.json',
    wrap: (r) =>
      lines(r.map((record, offset) => ({ preview: false, offset, result: { _raw: json(record) } }))) +
      json({ preview: false, lastrow: true }),
  },
  {
    shape: 'splunk',
    file: 'doubly.json',
    wrap: (r) => lines(r.map((record) => ({ _raw: json(json(record)) }))),
  },
  {
    shape: 'splunk-csv',
    file: 'good.csv',
    wrap: (r) =>
      `"_time","_raw",host\r\n${r.map((record) => `"2024-03-04",${cell(json(record))},h\r\n`).join('')}`,
  },
  {
    shape: 'csv',
    file: 'good.csv',
    wrap: (r) =>
      `@timestamp,@message,@ptr\n${r.map((record) => `2024-03-04 00:00:00.000,${cell(json(record))},Cm0K\n`).join('')}`,
  },
  { shape: 'queue-message', file: 'good.json', wrap: (r) => json({ Records: r.map(sqs) }) },
  { shape: 'queue-message', file: 'sns.json', wrap: (r) => lines(r.map(sns)) },
  {
    shape: 'queue-message',
    file: 'received.json',
    wrap: (r) =>
      json({
        Messages: r.map((record) => ({ MessageId: 'm', ReceiptHandle: 'h', Body: json(sns(record)) })),
      }),
  },
  {
    shape: 'wrapper',
    file: 'good.json',
    wrap: (r) => lines(r.map((record) => ({ a: { b: [{ c: record }] }, ts: 1 }))),
  },
  {
    shape: 'wrapper',
    file: 'string.json',
    wrap: (r) => lines(r.map((record) => ({ 'my field': { log: json(record) } }))),
  },
  {
    shape: 'console-csv',
    file: 'good.csv',
    reduced: true,
    wrap: (r) => `${[CONSOLE_HEADER, ...r.map((record) => consoleRow(record))].join('\n')}\n`,
  },
  {
    shape: 'console-csv',
    file: 'semicolons.csv',
    reduced: true,
    wrap: (r) =>
      [CONSOLE_HEADER.replaceAll(',', ';'), ...r.map((record) => consoleRow(record, ';'))]
        .map((row) => `${row}\r\n`)
        .join(''),
  },
  {
    shape: 'csv',
    file: 'tabs.tsv',
    wrap: (r) =>
      `time\tmessage\thost\n${r.map((record) => `2024-03-04\t${cell(json(record))}\th\n`).join('')}`,
  },
  {
    shape: 'splunk-csv',
    file: 'bare-tabs.tsv',
    wrap: (r) => `_time\t_raw\n${r.map((record) => `2024-03-04\t${json(record)}\n`).join('')}`,
  },
  {
    shape: 'lake-csv',
    file: 'semicolons.csv',
    wrap: (r) =>
      `sep=;\neventid;eventJson\n${r.map((record) => `${cell(record['eventID'])};${cell(json(record))}`).join('\n')}`,
  },
  {
    shape: 'lake-csv',
    file: 'good.csv',
    wrap: (r) =>
      `eventid,eventJson\n${r.map((record) => `${cell(record['eventID'])},${cell(json(record))}`).join('\n')}`,
  },
  {
    shape: 'lake-csv',
    file: 'columns.csv',
    reduced: true,
    wrap: (r) =>
      `${[...LAKE, 'useridentity'].join(',')}\n${r.map((record) => `${lakeRow(record)}\n`).join('')}`,
  },
]
