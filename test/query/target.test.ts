/** What an event acted on or gave, for calls as an analyst would describe them. */
import { expect, it } from 'vitest'
import { idsBeginning } from '../../src/query/find/appearances.js'
import { openReader } from '../../src/store/open.js'
import { readTuples } from '../../src/store/reader.js'
import { makeRecord, type CloudTrailRecord } from '../helpers/archive.js'
import { caseOf } from '../helpers/count-case.js'

const [OWN, OTHER] = ['111122223333', '444455556666']
const POLICY = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }],
})
const bucket = (name: string) => ({ type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${name}`, accountId: OWN })

type Call = readonly [
  service: string,
  name: string,
  request: unknown,
  response: unknown,
  target: string | null,
]

const CALLS: readonly Call[] = [
  [
    'iam',
    'CreateUser',
    { userName: 'alice' },
    { user: { userName: 'alice', arn: `arn:aws:iam::${OWN}:user/alice` } },
    '+user/alice',
  ],
  [
    'iam',
    'CreateAccessKey',
    { userName: 'alice' },
    { accessKey: { userName: 'alice', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } },
    'user/alice +AKIAIOSFODNN7EXAMPLE',
  ],
  [
    'iam',
    'DeleteAccessKey',
    { userName: 'alice', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    null,
    'AKIAIOSFODNN7EXAMPLE',
  ],
  [
    'iam',
    'AttachUserPolicy',
    { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    null,
    'user/alice +policy/AdministratorAccess',
  ],
  [
    'iam',
    'DetachUserPolicy',
    { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    null,
    'user/alice -policy/AdministratorAccess',
  ],
  [
    'iam',
    'PutUserPolicy',
    { userName: 'alice', policyName: 'all', policyDocument: '{}' },
    null,
    'user/alice +all',
  ],
  ['s3', 'GetObject', { bucketName: 'acme-exports', key: '2023/q3.csv' }, null, 'acme-exports/2023/q3.csv'],
  [
    's3',
    'PutBucketPolicy',
    { bucketName: 'acme-exports', bucketPolicy: JSON.parse(POLICY) as unknown },
    null,
    'acme-exports → everyone',
  ],
  [
    'ec2',
    'ModifySnapshotAttribute',
    { snapshotId: 'snap-0123456789abcdef0', createVolumePermission: { add: { items: [{ userId: OTHER }] } } },
    null,
    `snap-0123456789abcdef0 → ${OTHER}`,
  ],
  [
    'ec2',
    'ModifySnapshotAttribute',
    {
      snapshotId: 'snap-0123456789abcdef0',
      createVolumePermission: { remove: { items: [{ group: 'all' }] } },
    },
    null,
    'snap-0123456789abcdef0 ↛ everyone',
  ],
  [
    'ec2',
    'TerminateInstances',
    { instancesSet: { items: [{ instanceId: 'i-0123456789abcdef0' }] } },
    null,
    'i-0123456789abcdef0',
  ],
  [
    'secretsmanager',
    'GetSecretValue',
    { secretId: `arn:aws:secretsmanager:us-east-1:${OWN}:secret:prod/db-AbCdEf` },
    null,
    'secret:prod/db-AbCdEf',
  ],
  [
    'sts',
    'AssumeRole',
    { roleArn: `arn:aws:iam::${OTHER}:role/Admin` },
    { credentials: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE' } },
    'role/Admin +ASIAIOSFODNN7EXAMPLE',
  ],
  ['sts', 'GetCallerIdentity', null, null, null],
]

it('is named in every row: what was acted on, made and given', async () => {
  const records = CALLS.map(([service, eventName, requestParameters, responseElements], n) =>
    makeRecord(n, {
      eventID: `call-${n}`,
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: 'us-east-1',
      recipientAccountId: OWN,
      requestParameters,
      responseElements,
      resources: service === 's3' && eventName === 'GetObject' ? [bucket('acme-exports')] : undefined,
    }),
  )
  const rows = readTuples(openReader(await caseOf(records)), {
    sql: 'SELECT event_id, event_name, target FROM events ORDER BY event_time_ms',
    params: [],
  })
  expect(rows).toEqual(CALLS.map(([, name, , , target], n) => [`call-${n}`, name, target]))
})

it('shows three of what a call made, and that there is more', async () => {
  const items = [1, 2, 3, 4].map((n) => ({ instanceId: `i-0123456789abcdef${n}` }))
  const record: CloudTrailRecord = {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    requestParameters: { instancesSet: { items: [{ imageId: 'ami-0123456789abcdef0' }] } },
    responseElements: { instancesSet: { items } },
    errorCode: undefined,
  }
  const db = openReader(await caseOf([makeRecord(0, record)]))
  const [[target] = []] = readTuples(db, { sql: 'SELECT target FROM events', params: [] })
  expect(
    String(target)
      .split(' ')
      .map((part) => part.slice(0, 3)),
  ).toEqual(['+i-', '+i-', '+i-', '…'])
})

it('finds an event by the first eight characters of its ID', async () => {
  const ids = ['28072de0-0000-4000-8000-000000000001', '28072de0-0000-4000-8000-000000000002', '9f']
  const db = openReader(await caseOf(ids.map((eventID, n) => makeRecord(n, { eventID }))))
  expect(idsBeginning(db, '28072DE0')).toEqual(ids.slice(0, 2))
  expect(idsBeginning(db, `${ids[1]!.slice(0, 35)}2`)).toEqual([ids[1]])
  expect(idsBeginning(db, '28072de')).toEqual([])
  expect(idsBeginning(db, 'ffffffff')).toEqual([])
})
