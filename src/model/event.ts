import type { Identity } from './principal.js'

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

/** What the record says was called; few distinct values in an archive. */
export interface Action {
  readonly event_source: string | null
  readonly event_name: string | null
  /** `event_name` without a trailing API date: `CreateFunction20150331` is `CreateFunction`. */
  readonly event_name_stem: string | null
  readonly event_type: string | null
  readonly event_category: string | null
  readonly event_version: string | null
  readonly read_only: number | null
  readonly management_event: number | null
}

/** Where the event was recorded. */
export interface Place {
  readonly aws_region: string | null
  readonly recipient_account_id: string | null
}

/** Where the request came from. */
export interface Origin {
  readonly source_ip_address: string | null
  readonly user_agent: string | null
  readonly vpc_endpoint_id: string | null
  readonly vpc_endpoint_account_id: string | null
}

/** How it ended. `failed` also counts failures told only by the response (ConsoleLogin). */
export interface Outcome {
  readonly error_code: string | null
  readonly error_message: string | null
  readonly failed: number
}

/** One event as the normaliser hands it to the shard. */
export interface NormalisedEvent {
  readonly eventTimeMs: number | null
  readonly action: Action
  readonly place: Place
  readonly identity: Identity
  readonly origin: Origin
  readonly outcome: Outcome
  readonly eventId: string
  readonly requestId: string | null
  readonly sharedEventId: string | null
}
