/** The tables of a hand-over file: plain columns without codes, so that any SQLite tool can read them. */
import { EVENT_COLUMNS } from '../model/event.js'
import { blob, int, text } from '../store/column-spec.js'
import { createTable, type ColumnSpec, type TableSpec } from '../store/schema.js'
import { ACCESS_LOGS, EVENTS } from '../store/views.js'

const columnOf = (name: string): ColumnSpec => {
  const { type = 'TEXT', meaning = name } = EVENTS.columns.find((column) => column.name === name) ?? {}
  return { name, type, meaning }
}

/** Columns that prove a row: hash of the file, hash of the record, exact text. */
const proof = (file: string, what: string): ColumnSpec[] => [
  text('source_sha256', `SHA-256 of ${file}, as found`),
  text('source_content_sha256', 'SHA-256 of that file after decompression: what CloudTrail digests list'),
  text('record_sha256', `SHA-256 of the exact bytes of the ${what}`),
  text('record', `The exact ${what} as delivered; of a redacted file: with pseudonyms`),
  blob('record_bytes', 'Its bytes, only if they are not UTF-8, which the text cannot represent'),
]

export const OUT_EVENTS: TableSpec = {
  name: 'events',
  meaning: 'The selected events, each once, with the exact record.',
  columns: [
    { name: 'id', type: 'INTEGER', meaning: 'Row number', rule: 'PRIMARY KEY' },
    ...EVENT_COLUMNS.map((name) => columnOf(name)),
    int('event_time_ms', 'eventTime in ms since 1970 UTC'),
    ...proof('the file of the first appearance', 'record'),
  ],
}

export const OUT_APPEARANCES: TableSpec = {
  name: 'appearances',
  meaning: 'Every place where a selected event was delivered.',
  columns: [
    int('events_id', 'events.id'),
    text('event_id', 'eventID'),
    text('source_path', 'File'),
    text('member', 'Name inside a container'),
    text('source_sha256', 'SHA-256 of the file as found'),
    int('record_offset', 'First byte of the record in the decompressed content'),
    int('record_length', 'Bytes of the record'),
  ],
}

export const OUT_RESOURCES: TableSpec = {
  name: 'event_resources',
  meaning: 'Which selected event names which resource.',
  columns: [
    int('events_id', 'events.id'),
    text('event_id', 'eventID'),
    text('arn', 'ARN'),
    text('type', 'Type'),
    text('role', 'target, source, key, grantee, created, policy, mentioned, revoked'),
    text('name', 'Bare id or name'),
    int('derived', '1 when the ARN was put together from parts'),
  ],
}

/** As in the view of the case; its row numbers mean nothing here. */
export const LINE_COLUMNS: readonly ColumnSpec[] = ACCESS_LOGS.columns.filter(
  ({ name }) => name !== 'source_id' && name !== 'access_log_rowid',
)

export const OUT_ACCESS_LOGS: TableSpec = {
  name: 'access_logs',
  meaning: 'The selected lines of S3 server access logs, one row per request, each with the exact line.',
  columns: [int('id', 'Row number', 'PRIMARY KEY'), ...LINE_COLUMNS, ...proof('the file', 'line')],
}

export const OUT_AGGREGATES: TableSpec = {
  name: 'aggregates',
  meaning:
    'The selected aggregated events, one row per count, with all counts of each: CloudTrail did not deliver these events individually.',
  columns: [
    int('id', 'Row number', 'PRIMARY KEY'),
    text('event_id', 'eventId of the aggregated event'),
    text('account_id', 'accountId'),
    text('aws_region', 'awsRegion'),
    text('event_source', 'eventSource'),
    text('window_start', 'timeWindow.windowStart, UTC; inclusive'),
    text('window_end', 'timeWindow.windowEnd, UTC; exclusive'),
    int('window_start_ms', 'The same in ms since 1970 UTC'),
    int('window_end_ms', 'The same in ms since 1970 UTC'),
    text('aggregation_type', 'e.g. Count'),
    int('is_primary', '1 of summary.primaryDimension, 0 of summary.details'),
    text('dimension', 'eventName, resourceARN, userIdentity, …'),
    text('name', 'Value of the dimension'),
    int('value', 'The count'),
    text('source_path', 'File'),
    text('member', 'Name inside a container'),
    int('record_offset', 'First byte of the outer value in the decompressed content'),
    int('record_length', 'Bytes of the outer value'),
    ...proof('the file', 'aggregated event, with each of its counts'),
  ],
}

export const OUT_PRINCIPALS: TableSpec = {
  name: 'principals',
  meaning: 'Principals of the selected events.',
  columns: [
    text('principal_key', 'Canonical key'),
    text('principal_kind', 'Kind'),
    text('principal', 'Best readable name'),
    text('arn', 'ARN of the principal or of the role of its sessions'),
    int('events', 'Selected events'),
    int('access_log_lines', 'Selected lines of access logs'),
    text('first_seen', 'First of them, UTC'),
    text('last_seen', 'Last of them, UTC'),
  ],
}

export const OUT_SOURCES: TableSpec = {
  name: 'sources',
  meaning: 'Files that contain selected events.',
  columns: [
    text('path', 'Path as found'),
    text('member', 'Name inside a container'),
    int('size', 'Bytes as found'),
    text('sha256', 'SHA-256 as found'),
    text('container_sha256', 'Of a member: SHA-256 of the zip or tar that it lies in'),
    int('content_size', 'Bytes after decompression'),
    text('content_sha256', 'SHA-256 after decompression'),
    text('kind', 'trail, insight, digest, other'),
    text('status', 'indexed, duplicate, neighbour (of another service or program), rejected'),
    int('records', 'Events in the file'),
    int('other_rows', 'Lines of access logs and counts in the file'),
    text('digest_state', 'What digest verify found: VALID, INVALID, …; null when it was not run'),
    text('digest_reason', 'In words'),
  ],
}

export const OUT_PROBLEMS: TableSpec = {
  name: 'problems',
  meaning: 'Everything found wrong with the evidence of the whole case.',
  columns: [
    text('kind', 'Kind'),
    text('path', 'Path as found'),
    text('member', 'Name inside a container'),
    int('record_index', 'Position of the record in its source'),
    int('byte_offset', 'Byte of the decompressed content'),
    int('byte_length', 'Bytes concerned'),
    text('event_id', 'eventID concerned'),
    text('detail', 'In words'),
  ],
}

export const OUT_COVERAGE: TableSpec = {
  name: 'coverage',
  meaning: 'Events of the whole case by account, region and day, and how many of them are here.',
  columns: [
    text('account_id', 'recipientAccountId'),
    text('aws_region', 'awsRegion'),
    text('day', 'YYYY-MM-DD, UTC'),
    int('events_in_case', 'Events in the case'),
    int('events_here', 'Events in this file'),
  ],
}

const OUT_META: TableSpec = {
  name: 'meta',
  meaning: 'What this file is: the question that selected it, versions, the case it came from.',
  columns: [{ name: 'key', type: 'TEXT', meaning: 'Name', rule: 'PRIMARY KEY' }, text('value', 'Value')],
}

const OUT_DICTIONARY: TableSpec = {
  name: 'data_dictionary',
  meaning: 'One row per column of every table.',
  columns: [
    text('table_name', 'Table'),
    text('column_name', 'Column; * describes the table itself'),
    text('type', 'Declared type'),
    text('meaning', 'In words'),
  ],
}

export const OUT_TABLES: readonly TableSpec[] = [
  OUT_META,
  OUT_DICTIONARY,
  OUT_EVENTS,
  OUT_APPEARANCES,
  OUT_RESOURCES,
  OUT_ACCESS_LOGS,
  OUT_AGGREGATES,
  OUT_PRINCIPALS,
  OUT_SOURCES,
  OUT_PROBLEMS,
  OUT_COVERAGE,
]

/** Covered by the logical digest. `meta` contains the digest and is compared with the manifest. */
export const OUT_DIGESTED = OUT_TABLES.filter((table) => table !== OUT_META)

export const OUT_DDL: readonly string[] = OUT_TABLES.map((table) => createTable(table))

export const columnsOf = ({ columns }: TableSpec): string[] => columns.map(({ name }) => name)

/** Built after the rows. The full text covers the record itself: Datasette and others find it by `content=`. */
export const OUT_INDEX_DDL: readonly string[] = [
  'CREATE INDEX events_by_time ON events (event_time_ms)',
  'CREATE INDEX events_by_event_id ON events (event_id)',
  'CREATE INDEX events_by_request_id ON events (request_id)',
  'CREATE INDEX events_by_principal_arn ON events (principal_arn)',
  'CREATE INDEX events_by_access_key_id ON events (access_key_id)',
  'CREATE INDEX events_by_source_ip_address ON events (source_ip_address)',
  'CREATE INDEX events_by_event_name ON events (event_name)',
  'CREATE INDEX event_resources_by_arn ON event_resources (arn)',
  'CREATE INDEX event_resources_by_event ON event_resources (events_id)',
  'CREATE INDEX appearances_by_event ON appearances (events_id)',
  'CREATE INDEX access_logs_by_time ON access_logs (time_ms)',
  'CREATE INDEX access_logs_by_request_id ON access_logs (request_id)',
  'CREATE INDEX access_logs_by_bucket ON access_logs (bucket, object_key)',
  'CREATE INDEX access_logs_by_requester ON access_logs (requester)',
  'CREATE INDEX access_logs_by_remote_ip ON access_logs (remote_ip)',
  `CREATE VIRTUAL TABLE events_fts USING fts5(record, content='events', content_rowid='id', tokenize="unicode61 remove_diacritics 0")`,
  `INSERT INTO events_fts (events_fts) VALUES ('rebuild')`,
  `CREATE VIRTUAL TABLE access_logs_fts USING fts5(record, content='access_logs', content_rowid='id', tokenize="unicode61 remove_diacritics 0")`,
  `INSERT INTO access_logs_fts (access_logs_fts) VALUES ('rebuild')`,
]

/** 'CtHo' in ASCII: not a case, so that coldtrail index never writes to it. */
export const HANDOVER_APPLICATION_ID = 0x4374486f
