import type { FileState } from './verification.js'

/**
 * Columns of an event in every view, format and `--columns`: AWS's field names in snake_case, in the order of `csv` and
 * `jsonl`.
 */
export const EVENT_COLUMNS = [
  'event_time',
  'event_source',
  'event_name',
  'aws_region',
  'recipient_account_id',
  'event_id',
  'request_id',
  'shared_event_id',
  'event_type',
  'event_category',
  'event_version',
  'read_only',
  'error_code',
  'error_message',
  'source_ip_address',
  'user_agent',
  'vpc_endpoint_id',
  'principal',
  'principal_type',
  'credential_class',
  'principal_arn',
  'principal_id',
  'principal_account_id',
  'user_name',
  'access_key_id',
  'session_issuer_arn',
  'session_name',
  'invoked_by',
  'mfa_authenticated',
  'source_path',
  'member',
  'record_offset',
  'record_length',
  'appearances',
  'time_source',
  'error',
  'failed',
  'denied',
  'mfa_used',
  'console',
  'bearer_token',
  'source_identity',
  'principal_tags',
  'bytes_in',
  'bytes_out',
  'target',
] as const

export type EventColumn = (typeof EVENT_COLUMNS)[number]

/** Columns of the default table. */
export const TABLE_COLUMNS: readonly EventColumn[] = [
  'event_time',
  'event_name',
  'target',
  'principal',
  'source_ip_address',
  'error',
  'event_source',
  'recipient_account_id',
  'aws_region',
  'event_id',
]

export interface EventResource {
  readonly arn: string | null
  readonly type: string | null
  readonly role: string
  /** Bare ID or name, if there is no ARN. */
  readonly name?: string
  /** The ARN was derived from the region and account of the record. */
  readonly derived?: true
}

/** Kinds of rows in an answer. */
export const ROW_KINDS = ['event', 'access-log', 'aggregate'] as const
export type RowKind = (typeof ROW_KINDS)[number]

/** Fields of an S3 server access log line, in its order. */
export const LINE_FIELDS = [
  'bucket_owner',
  'bucket',
  'time_ms',
  'remote_ip',
  'requester',
  'request_id',
  'operation',
  'object_key',
  'request_uri',
  'http_status',
  'error_code',
  'bytes_sent',
  'object_size',
  'total_ms',
  'turn_around_ms',
  'referer',
  'user_agent',
  'version_id',
  'host_id',
  'signature_version',
  'cipher_suite',
  'authentication_type',
  'host_header',
  'tls_version',
  'access_point_arn',
  'acl_required',
  'source_region',
] as const

/** Fields that are also columns of events. */
const SHARED_FIELDS = ['time_ms', 'remote_ip', 'request_id', 'operation', 'error_code', 'user_agent'] as const

export type AccessColumn = Exclude<(typeof LINE_FIELDS)[number], (typeof SHARED_FIELDS)[number]>

/** Columns of access-log lines only. */
export const ACCESS_COLUMNS: readonly AccessColumn[] = LINE_FIELDS.filter(
  (field): field is AccessColumn => !SHARED_FIELDS.some((shared) => shared === field),
)

/** Columns of aggregated counts only. */
export const AGGREGATE_COLUMNS = ['window_end', 'aggregation_type', 'dimension', 'name', 'value'] as const
export type AggregateColumn = (typeof AGGREGATE_COLUMNS)[number]

type Cells<Column extends string> = Readonly<Record<Column, string | number | null>>

/**
 * One row for a renderer: an event, or an access-log line or count in the columns it shares with events. Times are
 * `YYYY-MM-DDTHH:MM:SS[.mmm]Z`.
 */
export type EventRow = Cells<EventColumn> & {
  readonly kind?: RowKind
  readonly access_log?: Cells<AccessColumn>
  readonly aggregate?: Cells<AggregateColumn>
  /** Digest state of the file of the first appearance, if digest verify was run. */
  readonly digest_state?: FileState | null
  /** JSON formats only. */
  readonly resources?: readonly EventResource[]
  /** Exact JSON text out of the record; only when asked. */
  readonly request_parameters?: string | null
  readonly response_elements?: string | null
  /** The record's exact text; only with `--records`. */
  readonly record?: string
}
