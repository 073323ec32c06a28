/** Small archives of generated CloudTrail log files, the same on every machine. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

export type CloudTrailRecord = Record<string, unknown>

const ACCOUNTS = ['111122223333', '444455556666', '012345678901']
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2']
const USERS = ['alice', 'bob', 'Mallory', 'svc-backup']
const ROLES = ['Deploy', 'Audit', 'path/to/Deep']
const START = Date.UTC(2024, 2, 4)

/** A number from 0 to below `below`, the same for the same label. */
export function pick(label: string, below: number): number {
  return createHash('sha256').update(label).digest().readUInt32LE(0) % below
}

export function uuid(label: string): string {
  const hex = createHash('sha256').update(label).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function one<Value>(label: string, values: readonly Value[]): Value {
  return values[pick(label, values.length)]!
}

function key(label: string, prefix = 'AKIA'): string {
  return `${prefix}${createHash('sha256').update(label).digest('hex').slice(0, 16).toUpperCase()}`
}

/** Event number `n`. Fields of `over` replace those of the record; undefined takes a field away. */
export function makeRecord(n: number, over: CloudTrailRecord = {}): CloudTrailRecord {
  const account = one(`account ${n}`, ACCOUNTS)
  const region = one(`region ${n}`, REGIONS)
  const record: CloudTrailRecord = {
    eventVersion: '1.08',
    userIdentity: identity(n, account),
    eventTime: new Date(START + n * 7000).toISOString().replace('.000Z', 'Z'),
    ...call(n, account, region),
    awsRegion: region,
    sourceIPAddress: one(`ip ${n}`, [
      '203.0.113.7',
      '198.51.100.23',
      '192.0.2.1',
      '2001:db8::1',
      'cloudtrail.amazonaws.com',
    ]),
    userAgent: one(`agent ${n}`, [
      'aws-cli/2.15.30 Python/3.11',
      'console.amazonaws.com',
      'Boto3/1.34 md/Botocore#1.34',
    ]),
    // Every tenth request left two events.
    requestID: uuid(`request ${n % 10 === 1 ? n - 1 : n}`),
    eventID: uuid(`event ${n}`),
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    ...over,
  }
  for (const [name, value] of Object.entries(over))
    if (value === undefined) Reflect.deleteProperty(record, name)
  return record
}

function identity(n: number, account: string): CloudTrailRecord {
  const kind = pick(`identity ${n}`, 10)
  if (kind === 0) {
    return {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId: key(`root ${account}`),
    }
  }
  if (kind < 5) {
    const user = one(`user ${n}`, USERS)
    return {
      type: 'IAMUser',
      principalId: key(`id ${user}`, 'AIDA'),
      arn: `arn:aws:iam::${account}:user/${user}`,
      accountId: account,
      accessKeyId: key(`key ${user} ${account}`),
      userName: user,
    }
  }
  if (kind < 9) {
    const role = one(`role ${n}`, ROLES)
    const name = role.slice(role.lastIndexOf('/') + 1)
    const session = `session-${pick(`session ${n}`, 20)}`
    const id = key(`id ${role}`, 'AROA')
    return {
      type: 'AssumedRole',
      principalId: `${id}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
      accountId: account,
      accessKeyId: key(`key ${role} ${session}`, 'ASIA'),
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: id,
          arn: `arn:aws:iam::${account}:role/${role}`,
          accountId: account,
          userName: name,
        },
        attributes: { creationDate: '2024-03-04T00:00:00Z', mfaAuthenticated: 'false' },
      },
    }
  }
  return { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' }
}

function call(n: number, account: string, region: string): CloudTrailRecord {
  switch (pick(`call ${n}`, 6)) {
    case 0: {
      const bucket = `bucket-${pick(`bucket ${n}`, 12)}`
      const object = `reports/${pick(`object ${n}`, 500)}.csv`
      return {
        eventSource: 's3.amazonaws.com',
        eventName: one(`s3 ${n}`, ['GetObject', 'PutObject', 'DeleteObject']),
        requestParameters: { bucketName: bucket, key: object, Host: `${bucket}.s3.amazonaws.com` },
        responseElements: null,
        additionalEventData: { bytesTransferredOut: 12345678901234567890n.toString(), SSEApplied: 'SSE_S3' },
        resources: [
          { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${object}` },
          { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
        ],
        readOnly: pick(`s3 ${n}`, 3) === 0,
        eventCategory: 'Data',
        managementEvent: false,
      }
    }
    case 1:
      return {
        eventSource: 'ec2.amazonaws.com',
        eventName: one(`ec2 ${n}`, ['DescribeInstances', 'TerminateInstances']),
        requestParameters: {
          instancesSet: { items: [{ instanceId: `i-${uuid(`i ${pick(`i ${n}`, 40)}`).slice(0, 8)}` }] },
        },
        responseElements: null,
        ...(pick(`denied ${n}`, 4) === 0
          ? {
              errorCode: 'Client.UnauthorizedOperation',
              errorMessage: `You are not authorized to perform this operation. Encoded message ${n}`,
            }
          : {}),
      }
    case 2:
      return {
        eventSource: 'kms.amazonaws.com',
        eventName: 'Decrypt',
        requestParameters: {
          encryptionContext: { 'aws:elasticfilesystem:filesystem:id': `fs-${pick(`fs ${n}`, 30)}abcdef` },
        },
        responseElements: null,
        resources: [
          {
            accountId: account,
            type: 'AWS::KMS::Key',
            ARN: `arn:aws:kms:${region}:${account}:key/${uuid(`key ${pick(`key ${n}`, 9)}`)}`,
          },
        ],
        readOnly: true,
      }
    case 3:
      return {
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateUser',
        requestParameters: { userName: `new-user-${n}`, note: 'Grüße, 你好, naïve' },
        responseElements: {
          user: { userName: `new-user-${n}`, arn: `arn:aws:iam::${account}:user/new-user-${n}` },
        },
        ...(pick(`iam ${n}`, 5) === 0
          ? { errorCode: 'AccessDenied', errorMessage: 'not authorized to perform: iam:CreateUser' }
          : {}),
      }
    case 4:
      return {
        eventSource: 'lambda.amazonaws.com',
        eventName: 'CreateFunction20150331',
        requestParameters: {
          functionName: `function-${pick(`f ${n}`, 15)}`,
          role: `arn:aws:iam::${account}:role/Deploy`,
        },
        responseElements: null,
      }
    default:
      return {
        eventSource: 'sts.amazonaws.com',
        eventName: 'AssumeRole',
        requestParameters: {
          roleArn: `arn:aws:iam::${account}:role/Audit`,
          roleSessionName: `session-${pick(`s ${n}`, 20)}`,
        },
        responseElements: { credentials: { accessKeyId: key(`given ${n}`, 'ASIA') } },
        resources: [
          { accountId: account, type: 'AWS::IAM::Role', ARN: `arn:aws:iam::${account}:role/Audit` },
        ],
        sharedEventID: uuid(`shared ${n}`),
      }
  }
}

/** The text of a log file; records may be given as text, so that any bytes can be said. */
export function logText(records: readonly (CloudTrailRecord | string)[]): string {
  return `{"Records":[${records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join(',')}]}`
}

/** Delivered object name, under AWSLogs/. */
export function logPath(number: number, day = 0, account = ACCOUNTS[0]!, region = REGIONS[0]!): string {
  const date = new Date(START + day * 86_400_000).toISOString().slice(0, 10)
  const minute = String(number % 60).padStart(2, '0')
  const hour = String(Math.floor(number / 60) % 24).padStart(2, '0')
  const unique = createHash('sha256').update(`file ${number} ${day}`).digest('hex').slice(0, 16)
  const name = `${account}_CloudTrail_${region}_${date.replaceAll('-', '')}T${hour}${minute}Z_${unique}.json.gz`
  return path.join('AWSLogs', account, 'CloudTrail', region, ...date.split('-'), name)
}

export function put(root: string, name: string, bytes: string | Buffer): string {
  const file = path.join(root, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  return file
}

export function putLog(root: string, name: string, records: readonly (CloudTrailRecord | string)[]): string {
  const text = logText(records)
  return put(root, name, name.endsWith('.gz') ? gzipSync(text, { level: 1 }) : text)
}

export interface ArchiveSpec {
  readonly files: number
  readonly recordsPerFile: number
  readonly days?: number
  /** Number of the first event. */
  readonly first?: number
  /** Every so-manieth file begins with records that the file before it holds too: delivered twice. */
  readonly redeliveredEvery?: number
}

export interface Archive {
  readonly root: string
  readonly files: readonly string[]
  /** Distinct events. */
  readonly events: number
  readonly records: number
}

/** Writes an AWSLogs tree: event numbers run through the files, files through the days. */
export function makeArchive(root: string, spec: ArchiveSpec): Archive {
  const files: string[] = []
  const days = spec.days ?? 1
  let records = 0
  let n = spec.first ?? 0
  let before: CloudTrailRecord[] = []
  for (let file = 0; file < spec.files; file++) {
    const own = Array.from({ length: spec.recordsPerFile }, () => makeRecord(n++))
    const again =
      spec.redeliveredEvery !== undefined && file % spec.redeliveredEvery === 1 ? before.slice(0, 5) : []
    const number = (spec.first ?? 0) + file
    const day = Math.floor((file * days) / spec.files)
    const name = logPath(number, day, ACCOUNTS[file % 3], REGIONS[Math.floor(file / 3) % 3])
    files.push(putLog(root, name, [...again, ...own]))
    records += own.length + again.length
    before = own
  }
  return { root, files, events: n - (spec.first ?? 0), records }
}

/** A fixed disorder. */
export function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  return items
    .map((item, at) => ({ item, order: createHash('sha256').update(`${seed} ${at}`).digest('hex') }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ item }) => item)
}
