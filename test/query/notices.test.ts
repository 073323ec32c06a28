/** Notices of delivery name objects: those that the case lacks are missing, in any envelope of a notice. */
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { NO_FILTERS } from '../../src/model/question.js'
import { readCoverage } from '../../src/query/coverage/coverage.js'
import { openReader } from '../../src/store/open.js'
import { makeRecord, put, putLog } from '../helpers/archive.js'
import { makeZip } from '../helpers/containers.js'
import { decodeText } from '../helpers/decode.js'
import { index, scratch } from '../verify/indexed.js'

const FOLDER = 'AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/03/02'
const key = (n: number, folder = FOLDER): string =>
  `${folder}/111122223333_CloudTrail_eu-west-1_20260302T0805Z_AAAAAAAAAAAAAA${10 + n}.json.gz`
const DIGEST =
  'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260302T080512Z.json.gz'
const json = (value: unknown): string => JSON.stringify(value)

/** A notice that names one key. */
const NOTICES: Readonly<Record<string, (named: string) => unknown>> = {
  'a list of CloudTrail': (named) => ({ s3Bucket: 'logs', s3ObjectKey: [named] }),
  'a string of CloudTrail': (named) => ({ s3Bucket: 'logs', s3ObjectKey: named }),
  'an event of S3': (named) => ({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: '2026-03-02T08:06:00.000Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:x' },
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: 'logs', arn: 'arn:aws:s3:::logs' },
          object: { key: encodeURIComponent(named).replaceAll('%2F', '/').replaceAll('%20', '+'), size: 1 },
        },
      },
    ],
  }),
  'an event of EventBridge': (named) => ({
    version: '0',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-03-02T08:06:00Z',
    detail: { version: '0', bucket: { name: 'logs' }, object: { key: named, size: 1 }, reason: 'PutObject' },
  }),
}

const WRAPPERS: Readonly<Record<string, (inner: unknown) => unknown>> = {
  nothing: (inner) => inner,
  SNS: (inner) => ({ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:x', Message: json(inner) }),
  SQS: (inner) => ({ Messages: [{ MessageId: 'm', ReceiptHandle: 'r', Body: json(inner) }] }),
  'a function behind SQS': (inner) => ({
    Records: [{ messageId: 'm', body: json(inner), eventSource: 'aws:sqs' }],
  }),
  'a function behind SNS': (inner) => ({
    Records: [{ EventSource: 'aws:sns', Sns: { Message: json(inner) } }],
  }),
  'SQS around SNS': (inner) => WRAPPERS['SQS']!(WRAPPERS['SNS']!(inner)),
  'a text in a text': (inner) => ({ MessageId: 'm', Body: json(json(inner)) }),
}

const all = Object.entries(WRAPPERS).flatMap(([wrapper, wrap]) =>
  Object.entries(NOTICES).map(
    ([notice, make]) => [`${notice} in ${wrapper}`, (named: string) => wrap(make(named))] as const,
  ),
)

describe('a notice names an object', () => {
  it.each(all)('%s', (_, make) => {
    const named = key(0, `my logs/50% übrig/${FOLDER}`)
    const { notices, found, problems } = decodeText(json(make(named)))
    expect(notices.map(({ key: read, bucket }) => [read, bucket])).toEqual([[named, 'logs']])
    expect({
      found,
      kinds: problems.map(({ kind }) => kind).filter((kind) => kind !== 'not-a-record'),
    }).toEqual({ found: 0, kinds: [] })
  })

  it('names none of another service, and none that is no text', () => {
    const others = [
      'AWSLogs/111122223333/Config/eu-west-1/2026/3/2/ConfigSnapshot/x.json.gz',
      'AWSLogs/111122223333/elasticloadbalancing/x.log.gz',
      7,
      null,
      [],
      {},
    ]
    expect(
      decodeText(others.map((named) => json({ s3Bucket: 'b', s3ObjectKey: named })).join('\n')).notices,
    ).toEqual([])
    expect(decodeText(json(NOTICES['an event of S3']!('a/b.json'))).notices).toEqual([])
  })

  it('is not read where a key is no encoded text', () => {
    const broken = `${FOLDER}/%E0%A4%A_${key(1).slice(FOLDER.length + 1)}`
    const event = {
      Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'b' }, object: { key: broken } } }],
    }
    expect(decodeText(json(event)).notices.map(({ key: read }) => read)).toEqual([broken])
  })
})

describe('coverage', () => {
  it('lists the objects that notices name and the case lacks', async () => {
    const folder = scratch()
    const root = path.join(folder, 'evidence')
    putLog(root, key(0), [makeRecord(1)])
    const member = { name: key(1).replaceAll('/', '\\'), bytes: gzipSync(json({ Records: [makeRecord(2)] })) }
    put(root, 'more.zip', makeZip([member]))
    all.forEach(([, make], n) => {
      put(root, `queue/${String(n).padStart(2, '0')}.json`, json(make(key(n))))
    })
    const removal = {
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectRemoved:Delete',
          s3: { bucket: { name: 'b' }, object: { key: key(40) } },
        },
      ],
    }
    put(root, 'removed.json', json(removal))
    put(root, 'written.json', json(NOTICES['an event of S3']!(key(40))))
    put(root, 'digest.json', json(NOTICES['a string of CloudTrail']!(DIGEST)))
    put(
      root,
      'queue/validation.json',
      json(WRAPPERS['SNS']!('x')).replace('\\"x\\"', 'CloudTrail validation message.'),
    )
    const casePath = path.join(folder, 'case.sqlite')
    const { records, problems } = await index(casePath, [root])
    expect(records).toMatchObject({ found: 2, events: 2, rejected: 0 })
    expect(Object.keys(problems).sort()).toEqual(['neighbour', 'not-a-record'])
    const db = openReader(casePath)
    const { missing } = readCoverage(db, { window: {}, filters: NO_FILTERS })
    db.close()
    const file = (name: string): string => path.join(root, name)
    const expected = [
      ...all
        .map((_, n) => ({ key: key(n), evidence: file(`queue/${String(n).padStart(2, '0')}.json`) }))
        .slice(2),
      { key: key(40), evidence: `${file('removed.json')} (ObjectRemoved:Delete)` },
      { key: DIGEST, evidence: file('digest.json') },
    ].sort((one, other) => (one.key < other.key ? -1 : 1))
    expect(missing.map(({ key: named, evidence }) => ({ key: named, evidence }))).toEqual(expected)
    for (const row of missing)
      expect(row).toMatchObject({ named_by: 'notice', account_id: '111122223333', aws_region: 'eu-west-1' })
  })
})
