/** What is recorded, from when, by which trails; and who changed it or refused it. */
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Coverage } from '../../src/model/coverage.js'
import { NO_FILTERS, type Scope } from '../../src/model/question.js'
import { readCoverage } from '../../src/query/coverage/coverage.js'
import { writeCoverage } from '../../src/render/coverage-report.js'
import { openReader } from '../../src/store/open.js'
import { makeRecord, put, putLog, type CloudTrailRecord } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'

const ACCOUNT = '111122223333'
const quiet = { errorCode: undefined, errorMessage: undefined, sharedEventID: undefined }
const SELECTORS = [
  {
    readWriteType: 'All',
    includeManagementEvents: true,
    dataResources: [{ type: 'AWS::S3::Object', values: ['arn:aws:s3'] }],
  },
]
const POLICY = { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject' }] }
const mallory = {
  type: 'IAMUser',
  principalId: 'AIDAMALLORY',
  arn: `arn:aws:iam::${ACCOUNT}:user/mallory`,
  accountId: ACCOUNT,
  userName: 'mallory',
  accessKeyId: 'AKIAMALLORYEXAMPLE00',
}

let number = 100

function call(
  time: string,
  event: string,
  requestParameters: unknown,
  over: CloudTrailRecord = {},
): CloudTrailRecord {
  const [source, eventName] = event.split(':')
  return makeRecord(number++, {
    ...quiet,
    eventTime: `2024-03-${time}:00Z`,
    eventSource: `${source!}.amazonaws.com`,
    eventName,
    awsRegion: 'us-east-1',
    recipientAccountId: ACCOUNT,
    userIdentity: mallory,
    requestParameters,
    responseElements: null,
    resources: undefined,
    eventCategory: 'Management',
    managementEvent: true,
    ...over,
  })
}

const data = { eventCategory: 'Data', managementEvent: false, readOnly: true }
const refused = (service: string, bucketName: string, errorCode: string | undefined) =>
  call(
    '07T10:00',
    's3:PutObject',
    { bucketName, key: 'AWSLogs/x' },
    {
      ...data,
      userIdentity: { type: 'AWSService', invokedBy: service },
      errorCode,
    },
  )

const CHANGES = [
  call('04T08:00', 'cloudtrail:CreateTrail', {
    name: 'main',
    s3BucketName: 'trail-logs',
    isMultiRegionTrail: true,
  }),
  call('04T09:00', 'cloudtrail:PutEventSelectors', { trailName: 'main', eventSelectors: SELECTORS }),
  call('05T01:00', 's3:PutBucketLifecycle', {
    bucketName: 'trail-logs',
    LifecycleConfiguration: { Rule: { Expiration: { Days: 1 } } },
  }),
  call('05T02:00', 's3:PutBucketPolicy', {
    bucketName: 'trail-logs',
    bucketPolicy: POLICY,
    Host: 'trail-logs.s3.amazonaws.com',
  }),
  call('05T03:00', 's3:DeleteBucket', { bucketName: 'trail-logs' }),
  call('05T04:00', 'ec2:DeleteFlowLogs', {
    DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: 'fl-0a1b2c3d' } },
  }),
  call('05T05:00', 'logs:DeleteLogGroup', { logGroupName: '/aws/trail' }),
  call('05T06:00', 'bedrock:DeleteModelInvocationLoggingConfiguration', null),
]
const ELSEWHERE = [
  call('05T07:00', 's3:PutBucketPolicy', { bucketName: 'web-site', bucketPolicy: POLICY }),
  call('05T08:00', 's3:DeleteBucket', { bucketName: 'web-site' }),
  call('05T09:00', 's3:PutBucketLifecycle', { bucketName: 'web-site' }),
]
const OTHERS = [
  call('06T01:00', 's3:GetObject', { bucketName: 'web-site', key: 'a' }, data),
  call('06T03:00', 's3:GetObject', { bucketName: 'web-site', key: 'b' }, data),
  call('06T02:00', 'lambda:Invoke', { functionName: 'f' }, data),
  call(
    '06T04:00',
    'kms:Decrypt',
    {},
    { eventCategory: 'NetworkActivity', eventType: 'AwsVpceEvent', managementEvent: false },
  ),
  call('06T05:00', 'iam:ListUsers', null, { eventCategory: undefined, managementEvent: undefined }),
  refused('config.amazonaws.com', 'trail-logs', 'AccessDenied'),
  refused('config.amazonaws.com', 'trail-logs', 'AccessDenied'),
  refused('delivery.logs.amazonaws.com', 'trail-logs', 'AccessDenied'),
  refused('config.amazonaws.com', 'trail-logs', undefined),
  refused('config.amazonaws.com', 'somebody-elses', 'AccessDenied'),
]
const BOTH = Array.from({ length: 7 }, (_, n) => call(`05T1${n}:00`, 'iam:GetUser', { userName: `u${n}` }))
const AGAIN = [call('05T18:00', 'iam:GetUser', { userName: 'again' })]

const keyOf = (root: string, unique: string) =>
  `${root}/${ACCOUNT}/CloudTrail/us-east-1/2024/03/05/${ACCOUNT}_CloudTrail_us-east-1_20240305T2000Z_${unique.repeat(16)}.json.gz`
const MAIN = keyOf('AWSLogs', 'A')
const MAIN_AGAIN = keyOf('AWSLogs', 'B')
const ORGANIZATION = keyOf('org/AWSLogs/o-exampleorgid', 'C')
const DIGEST = `AWSLogs/${ACCOUNT}/CloudTrail-Digest/us-east-1/2024/03/05/${ACCOUNT}_CloudTrail-Digest_us-east-1_main_us-east-1_20240305T210000Z.json.gz`

let coverage: Coverage

beforeAll(async () => {
  const folder = scratch()
  const root = path.join(folder, 'evidence')
  putLog(root, MAIN, [...CHANGES, ...ELSEWHERE, ...OTHERS, ...BOTH, ...AGAIN])
  putLog(root, MAIN_AGAIN, [...AGAIN, call('05T19:00', 'iam:GetUser', {})])
  putLog(root, ORGANIZATION, [...BOTH, call('05T19:30', 'iam:GetUser', {})])
  putLog(root, MAIN.replace('.json.gz', '.json (1).gz'), [...BOTH])
  const logFiles = [MAIN, MAIN_AGAIN].map((key) => ({
    s3Bucket: 'trail-logs',
    s3Object: key,
    hashValue: '0'.repeat(64),
  }))
  const digest = {
    awsAccountId: ACCOUNT,
    digestStartTime: '2024-03-05T20:00:00Z',
    digestEndTime: '2024-03-05T21:00:00Z',
    digestS3Bucket: 'trail-logs',
    digestS3Object: DIGEST,
    previousDigestS3Object: null,
    logFiles,
  }
  put(root, DIGEST, gzipSync(JSON.stringify(digest)))
  const casePath = path.join(folder, 'case.sqlite')
  await index(casePath, [root])
  opened = casePath
  coverage = scoped({})
})

let opened: string
function scoped(scope: Partial<Scope>): Coverage {
  const db = openReader(opened)
  try {
    return readCoverage(db, { window: {}, filters: NO_FILTERS, ...scope })
  } finally {
    db.close()
  }
}

describe('kinds of events', () => {
  it('have a first and a last, and none before', () => {
    const first = '2024-03-04T08:00:00Z'
    const [of6, of7] = ['2024-03-06T0', '2024-03-07T1'] as const
    expect(
      coverage.kinds.map((row) => [row.kind, row.event_source, row.first_seen, row.last_seen, row.before]),
    ).toEqual([
      ['management', null, first, '2024-03-05T19:30:00Z', null],
      ['data', 'lambda.amazonaws.com', `${of6}2:00:00Z`, `${of6}2:00:00Z`, 'none'],
      ['data', 's3.amazonaws.com', `${of6}1:00:00Z`, `${of7}0:00:00Z`, 'none'],
      ['network activity', 'kms.amazonaws.com', `${of6}4:00:00Z`, `${of6}4:00:00Z`, 'none'],
      ['insight', null, null, null, 'none'],
      ['not stated', null, `${of6}5:00:00Z`, `${of6}5:00:00Z`, 'none'],
    ])
    const s3 = coverage.kinds.find(({ event_source }) => event_source === 's3.amazonaws.com')
    expect(s3?.events).toBe(7)
  })
})

describe('a scope', () => {
  const kindsIn = (scope: Partial<Scope>) =>
    scoped(scope).kinds.map((row) => [row.kind, row.event_source, row.events, row.first_seen, row.before])
  const window = { sinceMs: Date.parse('2024-03-06T02:30:00Z'), untilMs: Date.parse('2024-03-07T00:00:00Z') }

  it('limits the kinds; what was before the window is known all the same', () => {
    expect(kindsIn({ window })).toEqual([
      ['management', null, 0, null, null],
      ['data', 'lambda.amazonaws.com', 0, null, 'none'],
      ['data', 's3.amazonaws.com', 1, '2024-03-06T03:00:00Z', null],
      ['network activity', 'kms.amazonaws.com', 1, '2024-03-06T04:00:00Z', 'none'],
      ['insight', null, 0, null, 'none'],
      ['not stated', null, 1, '2024-03-06T05:00:00Z', 'none'],
    ])
  })

  it('of other accounts or regions has nothing', () => {
    for (const filters of [
      { ...NO_FILTERS, accounts: ['444455556666'] },
      { ...NO_FILTERS, regions: ['eu-west-1'] },
    ]) {
      const found = scoped({ filters })
      expect(found.kinds.every(({ events }) => events === 0)).toBe(true)
      expect([found.failed_deliveries, found.delivered_twice, found.trail_events]).toEqual([[], [], []])
    }
    const here = scoped({ filters: { ...NO_FILTERS, accounts: [ACCOUNT], regions: ['US-East-1'] } })
    expect(here).toEqual(coverage)
  })

  it('limits refused deliveries and events delivered twice', () => {
    const early = scoped({ window: { untilMs: Date.parse('2024-03-05T13:00:00Z') } })
    expect(early.failed_deliveries).toEqual([])
    expect(early.delivered_twice.map(({ events }) => events)).toEqual([3])
  })
})

describe('changes to what is recorded', () => {
  it('are those of trails, of other logs, and of the buckets that logs are in', () => {
    expect(coverage.trail_events.map(({ event_id }) => event_id)).toEqual(
      CHANGES.map((record) => record['eventID']),
    )
    for (const { principal } of coverage.trail_events) expect(principal).toBe(`mallory (${ACCOUNT})`)
  })

  it('show what they asked for', () => {
    const contents = coverage.trail_events.map(({ event_name, content }) => [
      event_name,
      content === null ? null : (JSON.parse(content) as unknown),
    ])
    expect(contents.slice(0, 5)).toEqual([
      ['CreateTrail', { s3BucketName: 'trail-logs', isMultiRegionTrail: true }],
      ['PutEventSelectors', { eventSelectors: SELECTORS }],
      ['PutBucketLifecycle', { LifecycleConfiguration: { Rule: { Expiration: { Days: 1 } } } }],
      ['PutBucketPolicy', { bucketPolicy: POLICY }],
      ['DeleteBucket', null],
    ])
    // The key of the caller is no target.
    expect(coverage.trail_events.at(-1)?.target).toBeNull()
    expect(coverage.trail_events.map(({ target }) => target).slice(1, 5)).toEqual([
      `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`,
      ...Array.from({ length: 3 }, () => 'arn:aws:s3:::trail-logs'),
    ])
  })
})

describe('refused deliveries', () => {
  it('are those of any service into a bucket of logs', () => {
    expect(
      coverage.failed_deliveries.map(({ service, bucket, error_code, times }) => [
        service,
        bucket,
        error_code,
        times,
      ]),
    ).toEqual([
      ['config.amazonaws.com', 'trail-logs', 'AccessDenied', 2],
      ['delivery.logs.amazonaws.com', 'trail-logs', 'AccessDenied', 1],
    ])
  })
})

describe('events in several deliveries', () => {
  it('are counted by the trails that delivered them, copies of a file are not', () => {
    const [both, again] = coverage.delivered_twice
    expect(both).toEqual({
      trails: [
        'main_us-east-1',
        expect.stringMatching(/^the trail of .*org\/AWSLogs\/o-exampleorgid$/) as string,
      ],
      events: BOTH.length,
    })
    expect(again).toEqual({ trails: ['main_us-east-1'], events: AGAIN.length })
    expect(coverage.delivered_twice).toHaveLength(2)
  })
})

describe('the report', () => {
  it('has a list of each', async () => {
    const out = new PassThrough()
    await writeCoverage(coverage, out, { limit: 20, unicode: true, width: 0, isTerminal: false })
    const text = String(out.read())
    for (const part of [
      'KINDS OF EVENTS: from when they are recorded (6)',
      'EVENTS IN SEVERAL DELIVERIES: by the trails that delivered them (2)',
      'FAILED DELIVERIES: services could not write their logs to the bucket (2)',
      'CHANGES TO WHAT IS RECORDED (8)',
      '"eventSelectors"',
      'main_us-east-1, more than once',
    ])
      expect(text).toContain(part)
  })
})
