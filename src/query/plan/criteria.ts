/** What a question demands of its events, before anybody decides by which index to get them. */
import type { Statement } from './statement.js'

/** The dictionaries that an event points into. */
export const DIMENSIONS = ['identity', 'action', 'origin', 'outcome', 'place'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** A demand that one index can answer. */
export type Arm =
  /** `ids` selects one column, `id`, without repeats. */
  | {
      readonly kind: 'dimension'
      readonly dimension: Dimension
      readonly ids: Statement
      /** Set when the ids are those of a full-text search with very many hits. */
      readonly wideMatch?: string
    }
  /** Conditions on a row `r` of resource, one of which must hold; each can use an index. */
  | { readonly kind: 'resource'; readonly names: readonly Statement[] }
  | { readonly kind: 'column'; readonly column: 'event_id' | 'request_id'; readonly value: string }
  | { readonly kind: 'column'; readonly column: 'event_time_ms'; readonly value: number }
  /** A phrase in the query language of FTS5; in the event's own text only, see text-search.ts. */
  | { readonly kind: 'text'; readonly match: string }

export type DimensionArm = Extract<Arm, { kind: 'dimension' }>

/** Demands put together, of events or of lines of access logs. */
export type Combined<Demand> =
  | Demand
  | { readonly kind: 'all'; readonly of: readonly Combined<Demand>[] }
  | { readonly kind: 'any'; readonly of: readonly Combined<Demand>[] }
  | { readonly kind: 'without'; readonly wanted: Combined<Demand>; readonly unwanted: Combined<Demand> }

export type Criterion = Combined<Arm>

export interface Reach {
  /** All must hold. */
  readonly criteria: readonly Criterion[]
  /** What the user should know about how the question was understood. */
  readonly notes: readonly string[]
}
