/**
 * Result of `coldtrail coverage`: what was delivered, what is missing, and what cannot be known. Times are UTC text.
 */
export interface Coverage {
  readonly days: readonly CoverageDay[]
  readonly gaps: readonly Gap[]
  readonly digests: DigestCoverage
  readonly missing: readonly MissingFile[]
  readonly failed_deliveries: readonly FailedDelivery[]
  readonly trail_events: readonly TrailEvent[]
  readonly kinds: readonly EventKindRow[]
  readonly delivered_twice: readonly DeliveredTwice[]
  /** In the whole case: they belong to no day. */
  readonly events_without_time: number
  /** About this archive. */
  readonly notes: readonly string[]
  /** Statements that are true for every archive. */
  readonly unknowable: readonly string[]
}

/** Files by account, region and delivery time in their names; events by their records. */
export interface CoverageDay {
  readonly account_id: string | null
  readonly aws_region: string | null
  readonly day: string
  readonly files: number
  readonly events: number
}

export type GapKind = 'pause' | 'starts late' | 'ends early'

/** A time without deliveries where comparable times show activity. */
export interface Gap {
  readonly account_id: string | null
  readonly aws_region: string | null
  readonly kind: GapKind
  /** Last delivery before. */
  readonly start: string
  /** First delivery after. */
  readonly end: string
  readonly duration_ms: number
  /** 95 % of the other pauses of this account and region are shorter. */
  readonly usual_pause_ms: number
  /** Same hours of other days, and how many of them had deliveries. */
  readonly neighbours: number
  readonly active_neighbours: number
  /** Events with a time inside: if many, deliveries were late. */
  readonly events_inside: number
  /** IDs of events that may explain it. */
  readonly explained_by: readonly string[]
}

export interface DigestCoverage {
  /** Digest files in the archive. */
  readonly files: number
  /** Digests with unreadable content, of which only the name was used. */
  readonly unread: number
  readonly gaps: readonly DigestGapRow[]
}

/** CloudTrail writes a digest every hour, even without log files: absence is a finding. */
export interface DigestGapRow {
  readonly account_id: string
  readonly aws_region: string
  readonly trail: string
  readonly kind: GapKind
  readonly start: string
  readonly end: string
  /** Digests expected at one per hour. */
  readonly hours: number
  readonly explained_by: readonly string[]
}

/** A file that CloudTrail recorded as delivered and that is not in the archive. */
export interface MissingFile {
  readonly key: string
  readonly family: string
  readonly account_id: string
  readonly aws_region: string
  readonly delivered: string | null
  readonly named_by: 'digest' | 'PutObject event' | 'notice'
  /** Path of the digest or of the file with the notice, or ID of the event. */
  readonly evidence: string
}

/** CloudTrail could not write to its bucket, or another service to one where logs are kept. */
export interface FailedDelivery {
  readonly service: string
  readonly bucket: string | null
  readonly error_code: string | null
  readonly times: number
  readonly first_seen: string | null
  readonly last_seen: string | null
}

/** Events of one kind, of data and network activity by service. */
export interface EventKindRow {
  /** `not stated`: the records do not have the field. */
  readonly kind: 'management' | 'data' | 'network activity' | 'insight' | 'not stated'
  readonly event_source: string | null
  readonly events: number
  readonly first_seen: string | null
  readonly last_seen: string | null
  /** `none`: the case has earlier events, and none of this kind. */
  readonly before: 'none' | null
}

/** Events that lie in objects of several trails; with one name, in several objects of that trail. */
export interface DeliveredTwice {
  readonly trails: readonly string[]
  readonly events: number
}

/** Somebody changed what is recorded or kept, or tried to. */
export interface TrailEvent {
  readonly time: string | null
  readonly event_source: string
  readonly event_name: string
  readonly principal: string
  readonly account_id: string | null
  readonly aws_region: string | null
  readonly trail: string | null
  /** What was changed: a trail, a bucket, a log group, … */
  readonly target: string | null
  readonly error_code: string | null
  /** JSON of what was asked for: selectors, settings, a policy. */
  readonly content: string | null
  readonly event_id: string
}

export const SECTION_COLUMNS = {
  days: ['account_id', 'aws_region', 'day', 'files', 'events'],
  gaps: [
    'account_id',
    'aws_region',
    'kind',
    'start',
    'end',
    'duration_ms',
    'usual_pause_ms',
    'neighbours',
    'active_neighbours',
    'events_inside',
    'explained_by',
  ],
  digests: ['account_id', 'aws_region', 'trail', 'kind', 'start', 'end', 'hours', 'explained_by'],
  missing: ['key', 'family', 'account_id', 'aws_region', 'delivered', 'named_by', 'evidence'],
  'trail-events': [
    'time',
    'event_source',
    'event_name',
    'principal',
    'account_id',
    'aws_region',
    'trail',
    'target',
    'error_code',
    'content',
    'event_id',
  ],
  kinds: ['kind', 'event_source', 'events', 'first_seen', 'last_seen', 'before'],
  'failed-deliveries': ['service', 'bucket', 'error_code', 'times', 'first_seen', 'last_seen'],
  'delivered-twice': ['events', 'trails'],
} as const

export type CoverageSection = keyof typeof SECTION_COLUMNS
export const COVERAGE_SECTIONS = Object.keys(SECTION_COLUMNS) as readonly CoverageSection[]
