/** What `coldtrail coverage` tells: what was delivered, what is missing, and what nobody can know. Times are UTC text. */
export interface Coverage {
  readonly days: readonly CoverageDay[]
  readonly gaps: readonly Gap[]
  readonly digests: DigestCoverage
  readonly missing: readonly MissingFile[]
  readonly failed_deliveries: readonly FailedDelivery[]
  readonly trail_events: readonly TrailEvent[]
  /** Of the whole case: they are in no day. */
  readonly events_without_time: number
  /** About the archive as it was given. */
  readonly notes: readonly string[]
  /** Sentences that hold for every archive. */
  readonly unknowable: readonly string[]
}

/** Files by the account, region and delivery time that their names claim; events by what the records say. */
export interface CoverageDay {
  readonly account_id: string | null
  readonly aws_region: string | null
  readonly day: string
  readonly files: number
  readonly events: number
}

export type GapKind = 'pause' | 'starts late' | 'ends early'

/** A time without deliveries where the neighbours show activity. */
export interface Gap {
  readonly account_id: string | null
  readonly aws_region: string | null
  readonly kind: GapKind
  /** Last delivery before. */
  readonly start: string
  /** First delivery after. */
  readonly end: string
  readonly duration_ms: number
  /** Of the other pauses of this account and region, 95 % are shorter. */
  readonly usual_pause_ms: number
  /** Same hours of other days: how many there are, and in how many of them something was delivered. */
  readonly neighbours: number
  readonly active_neighbours: number
  /** Events with a time inside: delivered late, if there are many. */
  readonly events_inside: number
  /** IDs of events that may explain it. */
  readonly explained_by: readonly string[]
}

export interface DigestCoverage {
  /** Digest files in the archive. */
  readonly files: number
  /** Digests whose content could not be read; their names were used. */
  readonly unread: number
  readonly gaps: readonly DigestGapRow[]
}

/** CloudTrail writes a digest an hour, also when there is nothing to list: an absence is a finding. */
export interface DigestGapRow {
  readonly account_id: string
  readonly aws_region: string
  readonly trail: string
  readonly kind: GapKind
  readonly start: string
  readonly end: string
  /** Digests that an hour each would have had. */
  readonly hours: number
  readonly explained_by: readonly string[]
}

/** A file that CloudTrail says it delivered, and that is not in the archive. */
export interface MissingFile {
  readonly key: string
  readonly family: string
  readonly account_id: string
  readonly aws_region: string
  readonly delivered: string | null
  readonly named_by: 'digest' | 'PutObject event'
  /** Path of the digest, or ID of the event. */
  readonly evidence: string
}

/** CloudTrail could not write to the bucket. */
export interface FailedDelivery {
  readonly error_code: string | null
  readonly times: number
  readonly first_seen: string | null
  readonly last_seen: string | null
}

/** Somebody changed what is recorded, or tried to. */
export interface TrailEvent {
  readonly time: string | null
  readonly event_name: string
  readonly principal: string
  readonly account_id: string | null
  readonly aws_region: string | null
  readonly trail: string | null
  readonly error_code: string | null
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
    'event_name',
    'principal',
    'account_id',
    'aws_region',
    'trail',
    'error_code',
    'event_id',
  ],
} as const

export type CoverageSection = keyof typeof SECTION_COLUMNS
export const COVERAGE_SECTIONS = Object.keys(SECTION_COLUMNS) as readonly CoverageSection[]
