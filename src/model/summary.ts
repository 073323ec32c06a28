/** What `coldtrail summary` tells; its `--json` result. Times are UTC text. */
export interface Summary {
  readonly totals: SummaryTotals
  /** What AWS services did for themselves: left out of everything below unless it was asked for. */
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
  /** Events that do not say whether they only read. */
  readonly unsaid: number
  /** Records that are no calls: CloudTrail Insights, aggregated. */
  readonly insights: number
  /** Events whose time could not be read: counted, but in no time window. */
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

/** Credentials and principals made, access given, recording changed. */
export const CONTROL_NAMES = ['credentials', 'access', 'recording'] as const
export type ControlName = (typeof CONTROL_NAMES)[number]

export interface ControlList {
  /** Pairs of a principal and a call, shown or not. */
  readonly total: number
  readonly rows: readonly ControlRow[]
}

/** A principal with a call that lets somebody in, or changes what is recorded. */
export interface ControlRow {
  readonly principal: string
  readonly principal_key: string
  /** `iam:CreateUser`, as `--event` takes it; without an API date. */
  readonly value: string
  readonly events: number
  /** Of them, those that failed: denied, mostly. */
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
  /** How many values there are, shown or not. */
  readonly total: number
  readonly rows: readonly RankedRow[]
}

export interface RankedRow {
  /** Null where the records have none. */
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

/** A principal with a value that it, or nobody else, hardly ever has. */
export interface RareRow {
  readonly principal: string
  readonly value: string
  /** Events of this principal with this value. */
  readonly events: number
  /** All events of this principal. */
  readonly principal_events: number
  /** Principals that have the value. */
  readonly principals: number
  readonly first_seen: string | null
  /** How long the principal had been active when the value came up. */
  readonly known_for_ms: number | null
  /** The first event. */
  readonly event_id: string
}

export interface BurstList {
  readonly total: number
  readonly rows: readonly Burst[]
}

/** Failures of one principal without a pause. */
export interface Burst {
  readonly principal: string
  readonly start: string
  readonly end: string
  readonly errors: number
  readonly error_codes: readonly string[]
  /** Distinct calls that failed: many say that somebody tried what he may do. */
  readonly event_names: number
  /** The first event. */
  readonly event_id: string
}
