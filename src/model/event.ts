/**
 * The columns of an event row, as every view, format and `--columns` names them: AWS's field names in
 * snake_case. The order is the order of `csv` and `jsonl`.
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
] as const

export type EventColumn = (typeof EVENT_COLUMNS)[number]

/** What the default table shows. */
export const TABLE_COLUMNS: readonly EventColumn[] = [
  'event_time',
  'event_source',
  'event_name',
  'principal',
  'source_ip_address',
  'recipient_account_id',
  'aws_region',
  'error_code',
  'event_id',
]

export interface EventResource {
  readonly arn: string | null
  readonly type: string | null
  readonly role: string
}

/** One event as the query layer hands it to a renderer. Times are `YYYY-MM-DDTHH:MM:SS[.mmm]Z`. */
export type EventRow = Readonly<Record<EventColumn, string | number | null>> & {
  /** JSON formats only. */
  readonly resources?: readonly EventResource[]
  /** The record's exact text; with `--records` only. */
  readonly record?: string
}
