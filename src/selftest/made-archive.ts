/** A small archive of log files with exactly known content, including damage and repeats. */
import { isoTime } from '../model/time.js'
import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const REGIONS = ['us-east-1', 'eu-west-1'] as const
const USERS = ['ana', 'ben', 'carla', 'dev-bot'] as const
const CALLS = [
  ['s3.amazonaws.com', 'GetObject'],
  ['s3.amazonaws.com', 'PutObject'],
  ['iam.amazonaws.com', 'CreateAccessKey'],
  ['ec2.amazonaws.com', 'DescribeInstances'],
] as const
const ACCOUNT = '111122223333'
const START = Date.UTC(2024, 4, 14, 6)
const FILES = 240
const RECORDS_A_FILE = 6

export interface MadeRecord {
  readonly eventID: string
  readonly requestID: string
  readonly eventTime: string
  readonly eventName: string
  readonly userName: string
  readonly bucket: string | null
  readonly note: string
  /** The exact text that was written. */
  readonly text: string
}

export interface MadeArchive {
  readonly root: string
  readonly files: number
  /** Each distinct event once, in time order. */
  readonly records: readonly MadeRecord[]
  /** Records that were written again. */
  readonly repeats: number
  /** Files that cannot be used in full. */
  readonly damaged: readonly string[]
}

export function makeArchive(root: string): MadeArchive {
  const records: MadeRecord[] = []
  let files = 0
  const put = (name: string, bytes: string | Buffer): void => {
    files++
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
  for (let file = 0; file < FILES; file++) {
    const own = Array.from({ length: RECORDS_A_FILE }, (_, n) => makeRecord(file * RECORDS_A_FILE + n))
    records.push(...own)
    put(logName(file), gzipSync(envelope(own)))
  }
  const repeats = putOtherForms(records, put)
  const damaged = putDamage(envelope(records.slice(0, RECORDS_A_FILE)), put)
  return { root, files, records, repeats, damaged }
}

/** Known records in other formats. @returns how many. */
function putOtherForms(
  records: readonly MadeRecord[],
  put: (name: string, bytes: string | Buffer) => void,
): number {
  const [first = [], second = [], third = []] = [0, 5, 10].map((from) => records.slice(from, from + 5))
  put('again/redelivered.json.gz', gzipSync(envelope(first), { level: 1 }))
  put('again/list.json', `[\n${second.map(({ text }) => text).join(',\n')}\n]`)
  const message = ({ text }: MadeRecord): string =>
    JSON.stringify({ Type: 'Notification', Message: `{"detail":${text}}` })
  put('again/messages.jsonl', third.map(message).join('\n'))
  return 15
}

/** @returns names of the files that must be reported. */
function putDamage(log: string, put: (name: string, bytes: string | Buffer) => void): string[] {
  const gz = gzipSync(log)
  // In the checksum, so that the records are undamaged.
  const flipped = Buffer.from(gz)
  flipped[gz.length - 6] = (flipped[gz.length - 6] ?? 0) ^ 4
  const made: Readonly<Record<string, string | Buffer>> = {
    'damaged/cut.json.gz': gz.subarray(0, gz.length >> 1),
    'damaged/flipped.json.gz': flipped,
    'damaged/trailing.json.gz': Buffer.concat([gz, Buffer.from('garbage')]),
    'damaged/cut.json': log.slice(0, -40),
    'damaged/broken-record.json': log.replace('"eventVersion"', '"eventVersion'),
    'damaged/empty.json.gz': '',
    'damaged/zeros.json': Buffer.alloc(2000),
    'damaged/text.json': 'this is no log file',
  }
  for (const [name, bytes] of Object.entries(made)) put(name, bytes)
  return Object.keys(made)
}

function envelope(records: readonly MadeRecord[]): string {
  return `{"Records":[${records.map(({ text }) => text).join(',')}]}`
}

function makeRecord(n: number): MadeRecord {
  const [eventSource, eventName] = CALLS[n % CALLS.length] ?? CALLS[0]
  const userName = USERS[(n * 7) % USERS.length] ?? USERS[0]
  const bucket = eventSource === 's3.amazonaws.com' ? `bucket-${n % 9}` : null
  const eventTime = isoTime(START + n * 20_000)
  const note = `note${n % 31} "quoted" größe\u202e`
  const eventID = uuid(`event ${n}`)
  const requestID = uuid(`request ${n >> 1}`)
  const record = {
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      principalId: `AIDA${hash('sha256', userName).slice(0, 16).toUpperCase()}`,
      arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
      accountId: ACCOUNT,
      accessKeyId: `AKIA${hash('sha256', `key ${userName}`).slice(0, 16).toUpperCase()}`,
      userName,
    },
    eventTime,
    eventSource,
    eventName,
    awsRegion: REGIONS[(n / RECORDS_A_FILE) & 1],
    sourceIPAddress: `198.51.100.${n % 200}`,
    userAgent: 'coldtrail-selftest',
    requestParameters: bucket === null ? { note } : { bucketName: bucket, key: `objects/${n}`, note },
    responseElements: null,
    requestID,
    eventID,
    readOnly: eventName === 'GetObject',
    eventType: 'AwsApiCall',
    recipientAccountId: ACCOUNT,
  }
  // A number that no double represents: a record that was parsed and rewritten would differ.
  const text = JSON.stringify(record).replace(
    '"responseElements":null',
    '"responseElements":{"size":12345678901234567890}',
  )
  return { eventID, requestID, eventTime, eventName, userName, bucket, note, text }
}

function logName(file: number): string {
  const region = REGIONS[file & 1] ?? REGIONS[0]
  const at = new Date(START + file * RECORDS_A_FILE * 20_000).toISOString()
  const stamp = at.slice(0, 16).replaceAll(/[-:]/g, '')
  const unique = hash('sha256', `file ${file}`).slice(0, 16)
  return `AWSLogs/${ACCOUNT}/CloudTrail/${region}/2024/05/14/${ACCOUNT}_CloudTrail_${region}_${stamp}Z_${unique}.json.gz`
}

function uuid(label: string): string {
  const hex = hash('sha256', label)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
