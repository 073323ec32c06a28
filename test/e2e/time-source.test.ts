/** Records without eventTime: the time of what shipped them is used, and marked. */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { gzipSync } from 'node:zlib'
import { makeRecord, put, type CloudTrailRecord } from '../helpers/archive.js'
import { find, index, run, tempFolder } from '../helpers/cli.js'

const TIME = '2024-05-06T07:08:09Z'
const MS = Date.parse(TIME)
const line = (value: unknown): string => `${JSON.stringify(value)}\n`

function untimed(n: number): CloudTrailRecord {
  const record = makeRecord(n)
  delete record['eventTime']
  return record
}

/** Name of the file, what time_source is, the text. */
const SHIPPED: readonly (readonly [string, string, string])[] = [
  [
    'logstash',
    '@timestamp',
    line({ ...untimed(1), '@timestamp': '2024-05-06T07:08:09.000Z', '@version': '1' }),
  ],
  ['beats', '@timestamp', line({ ...untimed(2), '@timestamp': MS })],
  [
    'bridge',
    'envelope',
    line({ 'detail-type': 'AWS API Call via CloudTrail', time: TIME, detail: untimed(3) }),
  ],
  [
    'subscription',
    'envelope',
    line({ messageType: 'DATA_MESSAGE', logEvents: [{ timestamp: MS, message: line(untimed(4)) }] }),
  ],
  [
    'log-event',
    'envelope',
    line({ events: [{ timestamp: MS, ingestionTime: MS + 5000, message: line(untimed(5)) }] }),
  ],
  [
    'hit',
    'envelope',
    line({ _source: { '@timestamp': TIME, event: { action: 'x', original: line(untimed(6)) } } }),
  ],
  ['splunk', 'envelope', line({ result: { _time: '2024-05-06T07:08:09.000+0000', _raw: line(untimed(7)) } })],
  ['ecs', '@timestamp', line({ '@timestamp': TIME, event: { id: 'ecs-1', action: 'CreateUser' } })],
  [
    'kinesis',
    'envelope',
    line({
      Records: [
        {
          kinesis: {
            approximateArrivalTimestamp: MS / 1000,
            data: gzipSync(line(untimed(8))).toString('base64'),
          },
        },
      ],
    }),
  ],
  [
    'queue',
    'envelope',
    line({ MessageId: 'm', Body: line({ TopicArn: 't', Timestamp: TIME, Message: line(untimed(9)) }) }),
  ],
  [
    'cut-detail',
    'envelope',
    line({
      'detail-type': 'AWS API Call via CloudTrail',
      time: TIME,
      region: 'eu-west-1',
      detail: '{"eventVersion"',
    }),
  ],
  [
    'own',
    'eventTime',
    line({
      'detail-type': 'AWS API Call via CloudTrail',
      time: '2020-01-01T00:00:00Z',
      detail: makeRecord(10, { eventTime: TIME }),
    }),
  ],
  ['row.csv', '@timestamp', `@timestamp,eventName,eventID\n${MS},CreateUser,row-1\n`],
]

describe('the time of a record that has none', () => {
  it('is that of its shipper or envelope: found in a window, and marked', async () => {
    const root = tempFolder('times')
    for (const [name, , text] of SHIPPED) put(root, name, text)
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    await index([root], caseFile)
    const rows = await find(caseFile, 'window', '--since', TIME, '--until', '2024-05-06T07:08:10Z')
    const reported = rows.map((row) => [
      path.basename(row.source_path),
      row['time_source'],
      row['event_time'],
    ])
    expect(reported.toSorted()).toEqual(SHIPPED.map(([name, source]) => [name, source, TIME]).toSorted())
    const { code } = await run(['verify', '--case', caseFile])
    expect(code).toBe(0)
  })

  it('one that cannot be read is not replaced', async () => {
    const root = tempFolder('times')
    put(root, 'a.json', line({ ...makeRecord(1), eventTime: 'yesterday', '@timestamp': TIME }))
    put(root, 'b.json', line({ ...untimed(2), '@timestamp': 'yesterday' }))
    const caseFile = path.join(tempFolder('case'), 'case.sqlite')
    const { totals } = await index([root], caseFile)
    expect(totals.problems).toMatchObject({ 'bad-time': 1, 'missing-field': 1 })
    const { stdout } = await run(['coverage', '--case', caseFile])
    expect(stdout).not.toContain('no event is recorded')
    expect(stdout).toContain('no event has a time; 2 without one are in the case')
    const json = await run(['coverage', '--case', caseFile, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ events_without_time: 2 })
  })
})
