/** The tables of a hand-over file: plain columns, nothing coded, so that any SQLite tool reads it without ours. */
import { EVENT_COLUMNS } from '../model/event.js'
import { createTable, type ColumnSpec, type TableSpec } from '../store/schema.js'
import { EVENTS } from '../store/views.js'

const INTEGERS = new Set(['read_only', 'record_offset', 'record_length', 'appearances'])

const meaningOf = (name: string): string =>
  EVENTS.columns.find((column) => column.name === name)?.meaning ?? name
const text = (name: string, meaning: string): ColumnSpec => ({ name, type: 'TEXT', meaning })
const int = (name: string, meaning: string): ColumnSpec => ({ name, type: 'INTEGER', meaning })

export const OUT_EVENTS: TableSpec = {
  name: 'events',
  meaning: 'The selected events, each once, with the exact record.',
  columns: [
    { name: 'id', type: 'INTEGER', meaning: 'Row number', rule: 'PRIMARY KEY' },
    ...EVENT_COLUMNS.map((name) => (INTEGERS.has(name) ? int : text)(name, meaningOf(name))),
    int('event_time_ms', 'eventTime in ms since 1970 UTC'),
    text('source_sha256', 'SHA-256 of the file of the first appearance, as found'),
    text('source_content_sha256', 'SHA-256 of that file after decompression: what CloudTrail digests list'),
    text('record_sha256', 'SHA-256 of the exact bytes of the record'),
    text('record', 'The exact record as delivered; of a redacted file: with pseudonyms'),
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
    text('role', 'target, source, key, grantee, created, policy, mentioned'),
    text('name', 'Bare id or name'),
    int('derived', '1 when the ARN was put together from parts'),
  ],
}

export const OUT_PRINCIPALS: TableSpec = {
  name: 'principals',
  meaning: 'The principals of the selected events.',
  columns: [
    text('principal_key', 'Canonical key'),
    text('principal_kind', 'Kind'),
    text('principal', 'Best readable name'),
    text('arn', 'ARN of the principal or of the role behind its sessions'),
    int('events', 'Selected events'),
    text('first_seen', 'First selected event, UTC'),
    text('last_seen', 'Last selected event, UTC'),
  ],
}

export const OUT_SOURCES: TableSpec = {
  name: 'sources',
  meaning: 'The files that the selected events were delivered in.',
  columns: [
    text('path', 'Path as found'),
    text('member', 'Name inside a container'),
    int('size', 'Bytes as found'),
    text('sha256', 'SHA-256 as found'),
    int('content_size', 'Bytes after decompression'),
    text('content_sha256', 'SHA-256 after decompression'),
    text('kind', 'trail, insight, digest, other'),
    text('status', 'indexed, duplicate, rejected'),
    int('records', 'Records in the file'),
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
  meaning: 'What this file is: the question that selected the events, versions, the case it came from.',
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
  OUT_PRINCIPALS,
  OUT_SOURCES,
  OUT_PROBLEMS,
  OUT_COVERAGE,
]

/** Columns of `events` in their order. */
export const OUT_EVENT_COLUMNS: readonly string[] = OUT_EVENTS.columns.map((column) => column.name)

export const OUT_DDL: readonly string[] = OUT_TABLES.map((table) => createTable(table))

export const columnsOf = ({ columns }: TableSpec): string[] => columns.map(({ name }) => name)

/** Built after the rows. The full text is over the record itself: Datasette and others find it by `content=`. */
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
  `CREATE VIRTUAL TABLE events_fts USING fts5(record, content='events', content_rowid='id', tokenize="unicode61 remove_diacritics 0")`,
  `INSERT INTO events_fts (events_fts) VALUES ('rebuild')`,
]

/** 'CtHo' in ASCII: not a case, so that coldtrail index never writes to it. */
export const HANDOVER_APPLICATION_ID = 0x4374486f
