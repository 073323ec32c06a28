/** The search criteria of a question, independent of any index. */
import type { Statement } from './statement.js'

/** The dictionaries that an event refers to. */
export const DIMENSIONS = ['identity', 'action', 'address', 'client', 'outcome', 'place'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** A criterion that one index can answer. */
export type Arm =
  /** `ids` selects one column, `id`, without duplicates. */
  | {
      readonly kind: 'dimension'
      readonly dimension: Dimension
      readonly ids: Statement
      /** Set if the IDs come from a full-text search with very many matches. */
      readonly wideMatch?: string
    }
  /** Conditions on a row `r` of resource, at least one of which must hold; each can use an index. */
  | { readonly kind: 'resource'; readonly names: readonly Statement[] }
  | { readonly kind: 'column'; readonly column: 'event_id' | 'request_id'; readonly value: string }
  | { readonly kind: 'column'; readonly column: 'event_time_ms'; readonly value: number }
  /** Events that a reduced form of theirs finds, see text-search.ts; `ids` selects one column, `id`, without repeats. */
  | { readonly kind: 'form'; readonly ids: Statement }
  /** A phrase in FTS5's query language, searched in the event's own text only; see text-search.ts. */
  | { readonly kind: 'text'; readonly match: string }

export type DimensionArm = Extract<Arm, { kind: 'dimension' }>

/** A combination of criteria, for events or access-log lines. */
export type Combined<Demand> =
  | Demand
  | { readonly kind: 'all'; readonly of: readonly Combined<Demand>[] }
  | { readonly kind: 'any'; readonly of: readonly Combined<Demand>[] }
  | { readonly kind: 'without'; readonly wanted: Combined<Demand>; readonly unwanted: Combined<Demand> }

export type Criterion = Combined<Arm>

export interface Reach {
  /** All must hold. */
  readonly criteria: readonly Criterion[]
  /** Notes on how the question was understood. */
  readonly notes: readonly string[]
}
