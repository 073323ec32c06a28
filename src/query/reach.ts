/** How a question says which events it wants, before anybody decides by which index to get them. */
import type { Statement } from './statement.js'

/** The dictionaries that an event points into. */
export const DIMENSIONS = ['identity', 'action', 'origin', 'outcome', 'place'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** `ids` selects one column, `id`, without repeats. */
export interface Restriction {
  readonly dimension: Dimension
  readonly ids: Statement
}

/** One of several ways for an event to belong to the answer. */
export type Arm =
  | ({ readonly kind: 'dimension' } & Restriction)
  /** Conditions on a row `r` of resource, one of which must hold; each can use an index. */
  | { readonly kind: 'resource'; readonly names: readonly Statement[] }
  | { readonly kind: 'column'; readonly column: 'event_id' | 'request_id'; readonly value: string }
  | { readonly kind: 'column'; readonly column: 'event_time_ms'; readonly value: number }
  /** In the query language of FTS5. */
  | { readonly kind: 'text'; readonly match: string }

export interface Reach {
  /** All must hold. */
  readonly restrictions: readonly Restriction[]
  /** One must hold, when there are any. */
  readonly arms: readonly Arm[]
  /** What the user should know about how the question was understood. */
  readonly notes: readonly string[]
}
