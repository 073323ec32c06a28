/**
 * JSON lines for Timesketch: its own three fields, and plaso's names for what CloudTrail says, so that taggers and saved
 * searches fit. What plaso has no name for keeps ours.
 */
import { EVENT_COLUMNS, type EventColumn, type EventRow } from '../model/event.js'
import type { ExportChanges } from './export-changes.js'
import { jsonText, resourcesJson } from './json-text.js'
import { LineWriter, type RowSink } from './sink.js'

/** OpenSearch refuses to index longer keywords: exact search and aggregation would miss them. */
const MOST_BYTES = 32_766

/** Columns that plaso names otherwise. */
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

/** Every line has every field: Timesketch gives up at the first line that lacks one of its own. */
function timesketchFields(row: EventRow, changes: ExportChanges): Fields {
  const time = timeOf(row)
  if (time === null) changes.withoutTime++
  const fields: Fields = {
    message: messageOf(row),
    datetime: isoWithOffset(time ?? 0),
    timestamp_desc: time === null ? 'Not a time' : 'Event Time',
    timestamp: (time ?? 0) * 1000,
    data_type: 'aws:cloudtrail:entry',
    username: row.user_name ?? row.principal,
    resources: row.resources === undefined ? null : JSON.stringify(resourcesJson(row.resources)),
    cloud_trail_event: row.record ?? null,
  }
  for (const column of EVENT_COLUMNS) fields[RENAMED[column] ?? column] = row[column]
  return fields
}

function timeOf({ event_time }: EventRow): number | null {
  const time = typeof event_time === 'string' ? Date.parse(event_time) : Number.NaN
  return Number.isFinite(time) ? time : null
}

/** 2024-03-04T10:00:00+00:00; Timesketch asks for the offset. */
function isoWithOffset(ms: number): string {
  const text = new Date(ms).toISOString().replace(/\.000Z$/, 'Z')
  return text.replace(/Z$/, '+00:00')
}

function messageOf(row: EventRow): string {
  const who = row.principal ?? row.principal_type ?? 'unknown'
  const from = row.source_ip_address === null ? '' : ` from ${row.source_ip_address}`
  const error = row.error_code === null ? '' : ` failed with ${row.error_code}`
  return `${who}: ${row.event_source ?? '?'} ${row.event_name ?? '?'}${from}${error}`
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

/** At most so many bytes of UTF-8, and no character in half. */
function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  let end = most
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
