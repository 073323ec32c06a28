/** Result of `coldtrail summary`, also with `--json`. Times are UTC text. */
export interface Summary {
  readonly totals: SummaryTotals
  /** Calls that AWS services made for themselves; excluded from everything below unless requested. */
  readonly services: ServiceShare
  readonly timeline: Timeline
  readonly control: Readonly<Record<ControlName, ControlList>>
  readonly lists: Readonly<Record<ListName, RankedList>>
  readonly rare: Readonly<Record<RareName, RareList>>
  readonly bursts: BurstList
}

export interface SummaryTotals {
  readonly events: number
  readonly errors: number
  readonly reads: number
  readonly writes: number
  /** Events without readOnly. */
  readonly unsaid: number
  /** Records that are not calls: CloudTrail Insights, aggregated events. */
  readonly insights: number
  /** Events without a readable time: counted, but in no time window. */
  readonly without_time: number
  readonly first_seen: string | null
  readonly last_seen: string | null
  readonly principals: number
}

export interface ServiceShare {
  readonly included: boolean
  readonly events: number
  readonly errors: number
  /** Busiest first. */
  readonly principals: readonly { readonly value: string; readonly events: number }[]
}

export interface Timeline {
  readonly bucket_ms: number
  readonly buckets: readonly TimelineBucket[]
}

export interface TimelineBucket {
  readonly start: string
  readonly events: number
  readonly errors: number
}

/** Credentials and principals created, access given, logging changed. */
export const CONTROL_NAMES = ['credentials', 'access', 'recording'] as const
export type ControlName = (typeof CONTROL_NAMES)[number]

export interface ControlList {
  /** Pairs of a principal and a call, shown or not. */
  readonly total: number
  readonly rows: readonly ControlRow[]
}

/** A principal with a call that gives access or changes logging. */
export interface ControlRow {
  readonly principal: string
  readonly principal_key: string
  /** `iam:CreateUser`, as `--event` takes it; without an API date. */
  readonly value: string
  readonly events: number
  /** Failed ones, mostly denied. */
  readonly errors: number
  /** Principals that made the call. */
  readonly principals: number
  readonly first_seen: string | null
  readonly last_seen: string | null
  /** The first event. */
  readonly event_id: string
}

export const LIST_NAMES = [
  'principals',
  'credential_classes',
  'services',
  'event_names',
  'source_ips',
  'user_agents',
  'regions',
  'accounts',
  'error_codes',
] as const
export type ListName = (typeof LIST_NAMES)[number]

export interface RankedList {
  /** Values in total, shown or not. */
  readonly total: number
  readonly rows: readonly RankedRow[]
}

export interface RankedRow {
  /** null if the records have none. */
  readonly value: string | null
  readonly events: number
  readonly errors: number
  /** Distinct principals. */
  readonly principals: number
  readonly first_seen: string | null
  readonly last_seen: string | null
}

export const RARE_NAMES = ['event_names', 'regions', 'source_ips', 'user_agents'] as const
export type RareName = (typeof RARE_NAMES)[number]

export interface RareList {
  readonly total: number
  readonly rows: readonly RareRow[]
}

/** A principal with a value that it, or anyone, hardly ever has. */
export interface RareRow {
  readonly principal: string
  readonly value: string
  /** Events of this principal with this value. */
  readonly events: number
  /** All events of this principal. */
  readonly principal_events: number
  /** Principals with the value. */
  readonly principals: number
  readonly first_seen: string | null
  /** How long the principal had been active when the value first appeared. */
  readonly known_for_ms: number | null
  /** The first event. */
  readonly event_id: string
}

export interface BurstList {
  readonly total: number
  readonly rows: readonly Burst[]
}

/** Consecutive failures of one principal. */
export interface Burst {
  readonly principal: string
  readonly start: string
  readonly end: string
  readonly errors: number
  readonly error_codes: readonly string[]
  /** Distinct failed calls: many suggest that someone is probing permissions. */
  readonly event_names: number
  /** The first event. */
  readonly event_id: string
}
