/** A small archive with CloudTrail events, S3 server access logs, some of the same requests, and a count of aggregated events. */
import { accessLine, makeAccessLines, type MadeLine } from './access-lines.js'
import { makeRecord, put } from './archive.js'

export const AGGREGATED = {
  eventVersion: '1.0',
  accountId: '111122223333',
  eventId: 'counted',
  eventCategory: 'Aggregated',
  awsRegion: 'us-east-1',
  eventSource: 's3.amazonaws.com',
  timeWindow: { windowStart: '2024-03-04T00:00:00Z', windowEnd: '2024-03-04T00:05:00Z' },
  summary: {
    primaryDimension: {
      dimension: 'eventName',
      aggregationType: 'Count',
      statistics: [{ name: 'GetObject', value: 7 }],
    },
    details: [
      {
        dimension: 'userIdentity',
        aggregationType: 'Count',
        statistics: [{ name: 'arn:aws:iam::111122223333:user/alice', value: 4 }],
      },
    ],
  },
}

const [FIRST, SECOND, ...OTHERS] = makeAccessLines(40)

/** One with formulas where a spreadsheet would run them. */
export const LINES: readonly MadeLine[] = [
  FIRST!,
  { ...SECOND!, agent: '=HYPERLINK(1)', key: '@SUM(A1)', referer: '+1' },
  ...OTHERS,
]

/** The same request as the line's, as recorded by CloudTrail a second later. */
export function eventOf({ requester, bucket, hostId, requestId }: MadeLine) {
  const record = makeRecord(0, {
    eventID: 'the-event',
    eventTime: '2024-03-04T00:00:01Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    userIdentity: { type: 'IAMUser', arn: requester, accountId: '111122223333', userName: 'alice' },
    requestParameters: { bucketName: bucket, key: 'data/report 3.pdf' },
    additionalEventData: { 'x-amz-id-2': hostId },
  })
  return { ...record, requestID: requestId }
}

export const EVENT = eventOf(FIRST!)

export const BOTH_KINDS = { events: 13, lines: LINES.length, counts: 1 } as const

export function putBothKinds(folder: string): void {
  const events = [EVENT, ...Array.from({ length: 12 }, (_, n) => makeRecord(n + 1))]
  put(folder, 'access.log', LINES.map((line) => `${accessLine(line)}\n`).join(''))
  put(folder, 'log.json', JSON.stringify({ Records: events }))
  put(folder, 'aggregated.json', JSON.stringify([AGGREGATED]))
}
