/** Archives of what is rare elsewhere and breaks things: many distinct values, repeats of every kind, odd numbers, a source of many rooms. */
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { logText, makeRecord, pick, put, putLog, uuid, type CloudTrailRecord } from './archive.js'
import { times } from './counts.js'

export interface NastySpec {
  /** Files of `perFile` events, each second sixty of five times as many; each caller occurs in several of them. */
  readonly files: number
  readonly perFile: number
  readonly sessions: number
  /** Each so-manieth file is as heavy as a batch: many batches, and commits, of few events. */
  readonly heavyEvery: number
  /** Further files with the bytes of the first one. */
  readonly copies: number
  /** Symbolic links to the first one. */
  readonly links: number
  readonly empty: number
  /** Records of one file. */
  readonly longSource: number
}

/** What `npm test` uses, and a soak. */
export const NASTY: NastySpec = {
  files: times(300, 1000),
  perFile: times(4, 70),
  sessions: times(2000, 20_000),
  heavyEvery: 30,
  copies: times(100, 5000),
  links: times(100, 2000),
  empty: times(50, 1000),
  longSource: times(1000, 300_000),
}

export interface Nasty {
  readonly root: string
  /** Distinct eventIDs. */
  readonly events: number
  readonly files: number
  readonly links: number
}

/** Numbers as JSON can write them, of which a double, an integer of 64 bits and a column of SQLite each hold only some. */
const NUMBERS: readonly string[] = [
  '0',
  '-0',
  '7.5',
  '1e3',
  '1e400',
  '-1e400',
  '1e-400',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '12345678901234567890',
  '0.1234567890123456789',
]

/** Event `n` by one of many sessions, from an address, with an agent and on an object that few others have. */
export function sessionRecord(n: number, sessions: number): CloudTrailRecord {
  const session = `s-${pick(`session of ${n}`, sessions)}`
  const role = `Role${pick(`role of ${session}`, 40)}`
  const account = '111122223333'
  return makeRecord(n, {
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROA${role.toUpperCase()}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
      accountId: account,
      accessKeyId: `ASIA${uuid(session).replaceAll('-', '').slice(0, 16).toUpperCase()}`,
    },
    userAgent: `agent/${session}`,
    sourceIPAddress: `10.${pick(`a ${session}`, 250)}.${pick(`b ${session}`, 250)}.${n % 250}`,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    requestParameters: { bucketName: `bucket-${n % 50}`, key: `object-${n >> 1}` },
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::bucket-${n % 50}/object-${n >> 1}` }],
    requestID: uuid(`request ${n}`),
  })
}

/** @param run number of the delivery: each brings other events, with some of the one before. */
export function putNasty(root: string, spec: NastySpec, run = 0): Nasty {
  const folder = path.join(root, `run-${run}`)
  const at = (file: number): string => path.join('logs', `${String(file).padStart(6, '0')}.json.gz`)
  const first = run * 10_000_000
  let next = first
  const make = (count: number): CloudTrailRecord[] =>
    Array.from({ length: count }, () => sessionRecord(next++, spec.sessions))
  const sizeOf = (file: number): number => spec.perFile * (Math.floor(file / 60) % 2 === 0 ? 1 : 5)
  const original = make(sizeOf(0))
  if (run > 0) original.unshift(sessionRecord(first - 10_000_000, spec.sessions))
  putLog(folder, at(0), original)
  for (let file = 1; file < spec.files; file++) {
    const again = file % 5 === 4 ? [sessionRecord(next - 1, spec.sessions)] : []
    const log = logText([...again, ...make(sizeOf(file))])
    put(folder, at(file), file % spec.heavyEvery === 1 ? heavyGzip(log) : gzipSync(log, { level: 1 }))
  }
  for (let copy = 0; copy < spec.copies; copy++) putLog(folder, `copies/${copy}.json.gz`, original)
  for (let file = 0; file < spec.empty; file++) put(folder, `empty/${file}.json`, '')
  put(folder, 'links/.keep.json', '')
  for (let link = 0; link < spec.links; link++)
    symlinkSync(path.join(folder, at(0)), path.join(folder, 'links', `${link}.json.gz`))
  put(folder, 'numbers.json', numbersText(run))
  put(folder, 'counts.json', countsText(run))
  put(folder, 'long.ndjson', longText(spec.longSource, run))
  return {
    root: folder,
    events: next - first + NUMBERS.length + spec.longSource,
    files: spec.files + spec.copies + spec.empty + 1 + 3,
    links: spec.links,
  }
}

/** With a comment that makes it heavier than half of the lightest batch, and no slower to read. */
function heavyGzip(text: string): Buffer {
  const packed = gzipSync(text, { level: 1 })
  packed[3]! |= 0x10
  return Buffer.concat([
    packed.subarray(0, 10),
    Buffer.alloc(260_000, '.'),
    Buffer.of(0),
    packed.subarray(10),
  ])
}

/** Each number where no column is, where one is, and as a size. */
function numbersText(run: number): string {
  const records = NUMBERS.map(
    (number, n) =>
      `{"eventVersion":"1.08","eventTime":"2024-03-04T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject",` +
      `"awsRegion":"us-east-1","eventID":"number-${run}-${n}","requestParameters":{"n":${number}},` +
      `"userIdentity":{"type":"IAMUser","userName":"numbers","accountId":"111122223333"},"additionalEventData":{"bytesTransferredIn":${number}}}`,
  )
  return `{"Records":[${records.join(',')}]}`
}

function countsText(run: number): string {
  const statistics = NUMBERS.map((number, n) => `{"name":"Call${n}","value":${number}}`)
  return `[{"eventVersion":"1.0","accountId":"111122223333","eventId":"counts-${run}","eventCategory":"Aggregated","awsRegion":"us-east-1",
"eventSource":"s3.amazonaws.com","timeWindow":{"windowStart":"2024-03-04T00:00:00Z","windowEnd":"2024-03-04T00:05:00Z"},
"summary":{"primaryDimension":{"dimension":"eventName","aggregationType":"Count","statistics":[${statistics.join(',')}]}}}]`
}

function longText(records: number, run: number): string {
  return Array.from(
    { length: records },
    (_, n) =>
      `{"eventVersion":"1.08","eventTime":"2024-05-14T00:00:00Z","eventID":"long-${run}-${n}","eventName":"N","requestID":"long-request-${run}-${n >> 1}"}`,
  ).join('\n')
}
