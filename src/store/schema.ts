/**
 * The case file's tables and the meaning of each column: the single source of DDL, `data_dictionary` and
 * docs/case-file.md.
 */
import { AGGREGATE } from './aggregate-schema.js'
import { DATA_DICTIONARY, META } from './meta-schema.js'
import { NOTICE } from './notice-schema.js'
import { ACCESS_CALL, ACCESS_CLIENT, ACCESS_LOG, REQUESTER_NAME } from './access-log-schema.js'
import { ADDRESS, CALLER, CLIENT, NAME_OF_CALLER, NAME_OF_SESSION, SESSION } from './caller-schema.js'
import { USE_BITS } from '../model/event-id.js'
import { blob, computed, hashId, int, text, type TableSpec } from './column-spec.js'

export type { ColumnSpec, TableSpec } from './column-spec.js'

export const ACTION: TableSpec = {
  name: 'action',
  meaning: 'What was called: one row per distinct combination.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text(
      'event_source',
      'Service as recorded, e.g. s3.amazonaws.com (eventSource; of an Insight: the service it is about)',
    ),
    text('event_name', 'Name as recorded (eventName; of an Insight: the call it is about)'),
    text(
      'event_name_stem',
      'event_name without an API date at its end: CreateFunction20150331 is CreateFunction',
    ),
    text('event_type', 'AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, … (eventType)'),
    text(
      'event_category',
      'Management, Data, Insight, NetworkActivity (eventCategory; null before eventVersion 1.07)',
    ),
    text('event_version', 'Version of the record format (eventVersion)'),
    int('read_only', '1 read, 0 write, null if absent (readOnly)'),
    int('management_event', '1, 0, null if absent (managementEvent)'),
  ],
}

export const PLACE: TableSpec = {
  name: 'place',
  meaning: 'Where events were recorded: one row per account and region.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('aws_region', 'Region of the call (awsRegion)'),
    text('recipient_account_id', 'Account whose trail received the record (recipientAccountId)'),
  ],
}

export const OUTCOME: TableSpec = {
  name: 'outcome',
  meaning: 'How requests ended; id 0 is success without a message.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('error_code', 'errorCode'),
    text('error_message', 'errorMessage'),
    int(
      'failed',
      '1 if the record reports a failure, by errorCode, errorMessage or its response (ConsoleLogin)',
    ),
    int(
      'denied',
      '1 if the caller lacked permission, in any spelling (AccessDenied, UnauthorizedOperation, …)',
    ),
  ],
}

export const RESOURCE: TableSpec = {
  name: 'resource',
  meaning: 'One row per distinct resource named by any record.',
  sharded: true,
  columns: [
    int('id', '63-bit hash of arn, type and name', 'PRIMARY KEY'),
    text('arn', 'ARN as written, or put together (derived = 1), or null where the service has none'),
    text('type', 'AWS::Service::Type or a phrase'),
    text('name', 'Bare id or name as written; null for S3, where the ARN ends in it'),
    int(
      'derived',
      '1 when the ARN was put together from the region and account of the record: an assumption',
    ),
  ],
}

export const EVENT: TableSpec = {
  name: 'event',
  meaning: 'One row per distinct event. Read it through the view events.',
  sharded: true,
  columns: [
    int('id', 'Row number; no meaning outside this file', 'PRIMARY KEY'),
    int(
      'event_time_ms',
      'eventTime in ms since 1970 UTC; null when unreadable. CloudTrail writes whole seconds',
    ),
    int('action_id', 'action.id', 'NOT NULL'),
    int('place_id', 'place.id', 'NOT NULL'),
    int('identity_id', 'session.id, which is identity.id', 'NOT NULL'),
    int('address_id', 'address.id', 'NOT NULL'),
    int('client_id', 'client.id', 'NOT NULL'),
    int('outcome_id', 'outcome.id; 0 is success', 'NOT NULL'),
    text('event_id', 'eventID; "sha256:…" of the record where it has none', 'NOT NULL'),
    text('request_id', 'requestID: the service’s id of the request; several events can share it'),
    text('shared_event_id', 'sharedEventID: joins the copies of one action in several accounts'),
    int('source_id', 'source.id of the first appearance, in the order of paths', 'NOT NULL'),
    int('record_offset', 'First byte of the record in the decompressed content of its source', 'NOT NULL'),
    int('record_length', 'Bytes of the record', 'NOT NULL'),
    text('locator', 'Path from there to the record when it is wrapped in another value; null when it is not'),
    int(
      'flags',
      'Bits: 1 text was repaired for the columns, 2 nested too deep, 4 reduced form, 8 lenient parse, 16 time of @timestamp, 32 time of the envelope',
      'NOT NULL',
    ),
    int('appearances', 'How often the event was delivered', 'NOT NULL'),
    int('bytes_in', 'additionalEventData.bytesTransferredIn'),
    int('bytes_out', 'additionalEventData.bytesTransferredOut'),
    int(
      'target_use',
      `What it acted on: event_resource.id is (id << ${USE_BITS}) + target_use; null if unknown`,
    ),
  ],
}

export const REDUCED_FORM: TableSpec = {
  name: 'reduced_form',
  meaning:
    'Reduced forms that were united with others or have their record in the case, each as the event that it was by itself. Their places are in the view appearances.',
  columns: [
    ...EVENT.columns,
    int(
      'target',
      'event.id of what it is an appearance of; its own id where that event began with it',
      'NOT NULL',
    ),
    int('says_more', '1 when it says what the columns and resources of that event do not', 'NOT NULL'),
    text('uses', 'Its resources: a space, resource.id, a dot and resource_role.id for each', 'NOT NULL'),
  ],
}

const REDELIVERY: TableSpec = {
  name: 'redelivery',
  meaning:
    'Further appearances of an event: the same record in another place. Read it through the view appearances.',
  columns: [
    int('event_rowid', 'event.id', 'NOT NULL'),
    int('source_id', 'source.id', 'NOT NULL'),
    int('record_offset', 'First byte of the record in the decompressed content', 'NOT NULL'),
    int('record_length', 'Bytes of the record', 'NOT NULL'),
    text('locator', 'As in event'),
  ],
}

export const EVENT_RESOURCE: TableSpec = {
  name: 'event_resource',
  meaning: 'Which event names which resource, and in which role. Read it through the view event_resources.',
  sharded: true,
  columns: [
    int('id', `event.id << ${USE_BITS}, and on: the uses of one event are a range`, 'PRIMARY KEY'),
    int('resource_id', 'resource.id', 'NOT NULL'),
    int('role_id', 'resource_role.id', 'NOT NULL'),
    int('event_time_ms', 'As in event: orders the index'),
    computed('event_rowid', `id >> ${USE_BITS}`, 'event.id'),
  ],
}

const RESOURCE_ROLE: TableSpec = {
  name: 'resource_role',
  meaning: 'Names of the roles.',
  columns: [
    int('id', 'Number', 'PRIMARY KEY'),
    text('role', 'target, source, key, grantee, created, policy, mentioned, revoked'),
  ],
}

export const SOURCE: TableSpec = {
  name: 'source',
  meaning:
    'One row per file (or member of a container) that was given to index. Read it through the view sources.',
  sharded: true,
  columns: [
    int('id', 'Number in discovery order', 'PRIMARY KEY'),
    int('run_id', 'runs.id that read it, or met a copy', 'NOT NULL'),
    text('path', 'Path as found', 'NOT NULL'),
    text('path_hex', 'Bytes of the path when they are not UTF-8'),
    text('member', 'Name inside a container; null for a plain file'),
    int('size', 'Bytes as found', 'NOT NULL'),
    int('mtime_ms', 'Modification time in ms since 1970 UTC'),
    text('sha256', 'SHA-256 of the bytes as found; null when unreadable'),
    int('content_size', 'Bytes after decompression'),
    text('content_sha256', 'SHA-256 after decompression: what CloudTrail digests list'),
    text('kind', 'trail, insight, digest, other'),
    text('shape', 'How the records are wrapped'),
    text(
      'status',
      'indexed, duplicate, neighbour (of another service or program), rejected, partial (a zip or tar of which --since or --until left members out)',
      'NOT NULL',
    ),
    int('duplicate_of', 'source.id with the same bytes'),
    text(
      'storage',
      'original: the file’s own bytes; deflated: its content, in pieces; reference: not kept; none',
    ),
    int('gzip_members', 'Gzip members; a delivered file has 1; null when not gzip'),
    int('trailing_bytes', 'Bytes after the last gzip member'),
    int('records', 'Records found', 'NOT NULL'),
    int('events', 'Records that became events', 'NOT NULL'),
    int('duplicates', 'Records already known from another place', 'NOT NULL'),
    int('replaced', 'Reduced forms replaced by their full record', 'NOT NULL'),
    int('rejected', 'Records that could not be used', 'NOT NULL'),
    text('row_digest', 'SHA-256 over the rows made of this source; verify makes it again from the rows'),
    text('path_account_id', 'Account that the path claims'),
    text('path_region', 'Region that the path claims'),
    int('path_delivered_ms', 'Delivery time that the file name claims, ms since 1970 UTC'),
    text('container_sha256', 'Of a member: SHA-256 of the zip or tar that it lies in'),
    int('other_rows', 'Rows of access_log and aggregate made of it; they are not counted in records'),
    int('path_run_id', 'runs.id that met this path, where another run read the bytes under a later path'),
  ],
}

export const SEGMENT: TableSpec = {
  name: 'segment',
  meaning: 'The stored bytes of sources, in pieces that inflate independently.',
  sharded: true,
  columns: [
    int('source_id', 'source.id', 'NOT NULL'),
    int('content_offset', 'First byte of this piece in the decompressed content', 'NOT NULL'),
    int('content_length', 'Bytes of this piece after decompression', 'NOT NULL'),
    text('encoding', 'gzip: a whole .gz file as found; plain; deflate: raw deflate', 'NOT NULL'),
    blob('bytes', 'The piece'),
  ],
}

export const PROBLEM: TableSpec = {
  name: 'problem',
  meaning: 'Everything found wrong with the evidence. Read it through the view problems.',
  sharded: true,
  columns: [
    int('id', 'Row number', 'PRIMARY KEY'),
    int('run_id', 'runs.id', 'NOT NULL'),
    text('kind', 'Closed list; see docs/case-file.md', 'NOT NULL'),
    int('source_id', 'source.id; null for paths that were never read'),
    text('path', 'Path as found', 'NOT NULL'),
    text('member', 'Name inside a container'),
    int('record_index', 'Position of the record in its source, from 0'),
    int('byte_offset', 'Byte of the decompressed content where it begins'),
    int('byte_length', 'Bytes concerned'),
    text('event_id', 'eventID concerned'),
    text('detail', 'In words'),
  ],
}

export const RUNS: TableSpec = {
  name: 'runs',
  meaning: 'One row per index run; each row hashes the one before.',
  columns: [
    int('id', 'Number', 'PRIMARY KEY'),
    text('started', 'UTC', 'NOT NULL'),
    text('finished', 'UTC; null when the run did not end'),
    text('status', 'running, done, interrupted', 'NOT NULL'),
    text('arguments', 'JSON array of the command line', 'NOT NULL'),
    text('working_directory', 'Where it was started'),
    text('user', 'user@host'),
    text('versions', 'JSON: coldtrail, node, sqlite, platform', 'NOT NULL'),
    text('counts', 'JSON: the reconciled totals, and digests over tables as the run left them'),
    text('previous_hash', 'row_hash of the row before'),
    text('row_hash', 'SHA-256 over previous_hash and the columns above'),
  ],
}

export const TABLES: readonly TableSpec[] = [
  META,
  DATA_DICTIONARY,
  RUNS,
  SOURCE,
  SEGMENT,
  PROBLEM,
  ACTION,
  PLACE,
  CALLER,
  NAME_OF_CALLER,
  SESSION,
  NAME_OF_SESSION,
  ADDRESS,
  CLIENT,
  OUTCOME,
  RESOURCE_ROLE,
  RESOURCE,
  EVENT,
  REDELIVERY,
  REDUCED_FORM,
  EVENT_RESOURCE,
  ACCESS_CLIENT,
  REQUESTER_NAME,
  ACCESS_CALL,
  ACCESS_LOG,
  AGGREGATE,
  NOTICE,
]

/**
 * Full text, contentless: the text itself is in the record. Values repeated from event to event (caller, origin, name,
 * error) are indexed once, by dictionary ID, in value_text: half of the words of an archive in a hundredth of the rows.
 */
export const TEXT_TABLES = ['event_text', 'value_text', 'access_text'] as const

export const FTS_DDL: readonly string[] = TEXT_TABLES.map(
  (name) =>
    `CREATE VIRTUAL TABLE ${name} USING fts5(body, content='', columnsize=0, tokenize="unicode61 remove_diacritics 0")`,
)

export function createTable(table: TableSpec, prefix = ''): string {
  const columns = table.columns.map((c) => {
    const generated = c.generated === undefined ? '' : `GENERATED ALWAYS AS (${c.generated}) VIRTUAL`
    return [c.name, c.type, c.rule, generated].filter(Boolean).join(' ')
  })
  if (table.primaryKey !== undefined) columns.push(`PRIMARY KEY (${table.primaryKey})`)
  return `CREATE TABLE ${prefix}${table.name} (${columns.join(', ')})${table.withoutRowid === true ? ' WITHOUT ROWID' : ''}`
}
