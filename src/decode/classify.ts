/**
 * Classifies a JSON value by content. `Records` alone proves nothing: S3 notifications, SQS and SNS payloads use the
 * same key (CloudTrail User Guide: record contents; S3 User Guide: event message structure).
 */
import { isJsonObject, type JsonObject } from '../model/record.js'

export type ValueClass =
  'event' | 'insight' | 'aggregate' | 'digest' | 'keys' | 'lake-sign' | 'notification' | 'empty' | 'unknown'

export function classify(value: unknown): ValueClass {
  if (!isJsonObject(value)) return 'unknown'
  if (isNotification(value)) return 'notification'
  if (isLambdaSource(value)) return 'unknown'
  if (isAggregated(value)) return 'aggregate'
  if (
    value['eventVersion'] !== undefined ||
    (value['eventSource'] !== undefined && value['eventName'] !== undefined)
  ) {
    if (value['userIdentity'] === undefined && isFlat(value)) return 'unknown'
    return value['eventCategory'] === 'Insight' || value['insightDetails'] !== undefined ? 'insight' : 'event'
  }
  if (value['digestS3Object'] !== undefined && value['digestEndTime'] !== undefined) return 'digest'
  if (value['PublicKeyList'] !== undefined || value['publicKeyList'] !== undefined) return 'keys'
  if (value['hashSignature'] !== undefined && Array.isArray(value['files'])) return 'lake-sign'
  // Documentation samples and hand-made records can lack all three; an ID with a time is still a record.
  if (value['eventID'] !== undefined && value['eventTime'] !== undefined && !isFlat(value)) return 'event'
  return Object.keys(value).length === 0 ? 'empty' : 'unknown'
}

/** A table row, whose columns are named after the paths in a record. */
function isFlat(value: JsonObject): boolean {
  for (const key in value) if (FLAT_KEY.test(key)) return true
  return false
}

const FLAT_KEY = /^@?(?:user_?identity|request_?parameters|response_?elements)[._]/i

/** A trail event or an Insight. */
export function isRecord(value: unknown): value is JsonObject {
  const kind = classify(value)
  return kind === 'event' || kind === 'insight'
}

/** A count, not an event; its eventVersion 1.0 makes it look like a very old record. */
function isAggregated(value: JsonObject): boolean {
  return (
    value['eventCategory'] === 'Aggregated' ||
    value['eventType'] === 'AwsAggregatedEvent' ||
    (value['timeWindow'] !== undefined && value['summary'] !== undefined && value['eventName'] === undefined)
  )
}

/** Lambda's event sources (`aws:sqs`, `aws:kinesis`, …) also have eventSource and eventName. */
function isLambdaSource(value: JsonObject): boolean {
  return typeof value['eventSource'] === 'string' && value['eventSource'].startsWith('aws:')
}

/** An S3 event notification has eventVersion, eventSource and eventName, but is not a CloudTrail record. */
function isNotification(value: JsonObject): boolean {
  return value['eventSource'] === 'aws:s3' || (value['s3'] !== undefined && value['eventID'] === undefined)
}

const SIGNATURES: readonly (readonly [string, Buffer])[] = [
  ['zip', Buffer.from('PK\u0003\u0004', 'latin1')],
  ['gzip inside gzip inside gzip', Buffer.from([0x1f, 0x8b, 0x08])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a])],
  ['bzip2', Buffer.from('BZh', 'latin1')],
  ['Parquet', Buffer.from('PAR1', 'latin1')],
  ['ORC', Buffer.from('ORC', 'latin1')],
  ['UTF-16 text', Buffer.from([0xff, 0xfe])],
  ['UTF-16 text', Buffer.from([0xfe, 0xff])],
  ['SQLite', Buffer.from('SQLite format 3\u0000', 'latin1')],
  ['PDF', Buffer.from('%PDF', 'latin1')],
]

export const NOT_JSON = 'not JSON'

/** A known format that is not read, by its first bytes; null if the bytes may be JSON. */
export function unsupportedFormat(bytes: Buffer): string | null {
  for (const [name, magic] of SIGNATURES) {
    if (bytes.length < magic.length || bytes.compare(magic, 0, magic.length, 0, magic.length) !== 0) continue
    return WORDS.has(name) && isText(bytes.subarray(magic.length, magic.length + 8)) ? null : name
  }
  return null
}

/** Signatures that a truncated text could start with; in the real format binary data follows. */
const WORDS: ReadonlySet<string> = new Set(['Parquet', 'ORC'])

function isText(bytes: Buffer): boolean {
  return (
    bytes.length > 1 && bytes.every((byte, at) => (byte >= 0x20 && byte < 0x7f) || (at > 0 && isBreak(byte)))
  )
}

function isBreak(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Files often found next to logs, by their first bytes. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['a PNG image', '\u0089PNG'],
  ['a JPEG image', '\u00ff\u00d8\u00ff'],
  ['a GIF image', 'GIF8'],
  ['a program', '\u007fELF'],
  ['a Windows program', 'MZ'],
  ['a Windows event log', 'ElfFile\u0000'],
  ['a packet capture', '\u00d4\u00c3\u00b2\u00a1'],
  ['HTML or XML', '<'],
]

/** What a text looks like that is neither JSON nor a line format. */
export function foreignText(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 1024)
  const name = OTHERS.find(([, magic]) => start.startsWith(magic))?.[0]
  // Text contains none of these control characters; it does contain tab, line breaks and form feed.
  const isBinary = Array.from(start).some(
    (char) => char < '\t' || (char > '\r' && char < ' ' && char !== '\u001b'),
  )
  return `${NOT_JSON}: ${name ?? (isBinary ? 'binary data' : 'text without a CloudTrail record in it')}`
}
