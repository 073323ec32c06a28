/**
 * JSON lines for Timesketch: its three required fields, and plaso's names for CloudTrail fields, so that taggers and
 * saved searches work. Fields unknown to plaso keep our names. Access-log lines and counts have the same fields plus
 * their own.
 */
import { isoTime } from '../model/time.js'
import { EVENT_COLUMNS, type EventColumn, type EventRow, type RowKind } from '../model/event.js'
import type { ExportChanges } from './export-changes.js'
import { jsonText, resourcesJson } from './json-text.js'
import { LineWriter, type RowSink } from './sink.js'

/** OpenSearch does not index longer keywords: exact search and aggregation would miss them. */
const MOST_BYTES = 32_766

/** Columns with another name in plaso. */
const RENAMED: Partial<Record<EventColumn, string>> = {
  access_key_id: 'access_key',
  recipient_account_id: 'account_identifier',
  source_ip_address: 'source_ip',
  principal_arn: 'user_identity_arn',
  event_time: 'recorded_time',
}

type Fields = Record<string, string | number | boolean | null>

export function openTimesketch(out: NodeJS.WritableStream, changes: ExportChanges): RowSink {
  const writer = new LineWriter(out)
  return {
    write: (row) => writer.write(`${jsonText(cut(timesketchFields(row, changes), changes))}\n`),
    end: () => writer.end(),
  }
}

interface KindFields {
  /** Meaning of the time. */
  readonly time: string
  readonly dataType: string
  /** Field of the exact text. */
  readonly record: string
  readonly message: (row: EventRow) => string
}

/** plaso has no parser for the last two: they follow its pattern. */
const KINDS: Readonly<Record<RowKind, KindFields>> = {
  event: {
    time: 'Event Time',
    dataType: 'aws:cloudtrail:entry',
    record: 'cloud_trail_event',
    message: eventMessage,
  },
  'access-log': {
    time: 'Request Time',
    dataType: 'aws:s3:access_log:line',
    record: 'access_log_line',
    message: lineMessage,
  },
  aggregate: {
    time: 'Start Time',
    dataType: 'aws:cloudtrail:aggregate',
    record: 'cloud_trail_event',
    message: countMessage,
  },
}

/** Every line has every field of events: Timesketch fails at the first line that lacks one. */
function timesketchFields(row: EventRow, changes: ExportChanges): Fields {
  const kind = row.kind ?? 'event'
  const is = KINDS[kind]
  const time = timeOf(row)
  if (time === null) changes.withoutTime++
  const fields: Fields = {
    message: is.message(row),
    datetime: isoWithOffset(time ?? 0),
    timestamp_desc: time === null ? 'Not a time' : is.time,
    timestamp: (time ?? 0) * 1000,
    data_type: is.dataType,
    kind,
    username: row.user_name ?? row.principal,
    resources: row.resources === undefined ? null : JSON.stringify(resourcesJson(row.resources)),
    [is.record]: row.record ?? null,
    ...(row.digest_state === undefined ? {} : { digest_state: row.digest_state }),
    ...row.access_log,
    ...row.aggregate,
  }
  for (const column of EVENT_COLUMNS) fields[RENAMED[column] ?? column] = row[column]
  return fields
}

function timeOf({ event_time }: EventRow): number | null {
  const time = typeof event_time === 'string' ? Date.parse(event_time) : Number.NaN
  return Number.isFinite(time) ? time : null
}

/** 2024-03-04T10:00:00+00:00; Timesketch requires the offset. */
function isoWithOffset(ms: number): string {
  return isoTime(ms).replace('Z', '+00:00')
}

function eventMessage(row: EventRow): string {
  const who = row.principal ?? row.principal_type ?? 'unknown'
  const error = row.error_code === null ? '' : ` failed with ${row.error_code}`
  return `${who}: ${row.event_source ?? '?'} ${row.event_name ?? '?'}${fromOf(row)}${error}`
}

function lineMessage(row: EventRow): string {
  const { bucket = null, object_key: key = null, http_status: status = null } = row.access_log ?? {}
  const on = `${bucket ?? '?'}${key === null ? '' : `/${key}`}`
  const outcome = [status, row.error_code].filter((part) => part !== null).join(' ')
  const ended = outcome === '' ? '' : ` answered ${outcome}`
  return `${row.principal ?? 'unknown'}: S3 access log ${row.event_name ?? '?'} ${on}${fromOf(row)}${ended}`
}

function countMessage(row: EventRow): string {
  const { dimension = null, name = null, value = null, window_end: end = null } = row.aggregate ?? {}
  const until = end === null ? '' : ` until ${end}`
  return `aggregated events: ${row.event_source ?? '?'} ${dimension ?? '?'} ${name ?? '?'} counted ${value ?? '?'}${until}`
}

function fromOf({ source_ip_address: address }: EventRow): string {
  return address === null ? '' : ` from ${address}`
}

function cut(fields: Fields, changes: ExportChanges): Fields {
  const made: Fields = {}
  for (const [name, value] of Object.entries(fields)) {
    const isLong = typeof value === 'string' && Buffer.byteLength(value) > MOST_BYTES
    made[name] = isLong ? firstBytes(value, MOST_BYTES) : value
    if (!isLong) continue
    made[`${name}_truncated`] = true
    changes.cut++
  }
  return made
}

/** At most so many bytes of UTF-8, without splitting a character. */
function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  let end = most
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
