import type { Level } from './detection.js'
import type { CredentialClass } from './principal.js'

/** Milliseconds since 1970 UTC; a missing end is open. */
export interface TimeWindow {
  readonly sinceMs?: number | undefined
  /** Exclusive. */
  readonly untilMs?: number | undefined
}

/** Filters of any question. Values of one filter are alternatives; all filters must match. Empty matches everything. */
export interface Filters {
  /** Event names as typed; also match without their API date. */
  readonly events: readonly string[]
  /** `s3` or `s3.amazonaws.com`. */
  readonly services: readonly string[]
  /** Accounts whose trail received the record. */
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
  readonly sourceIps: readonly string[]
  readonly accessKeys: readonly string[]
  readonly credentials: readonly CredentialClass[]
  /** Error codes; ANY_ERROR is any failure. */
  readonly errors: readonly string[]
  /** Excludes events with readOnly=true; those without readOnly stay. */
  readonly writeOnly: boolean
  /** Only requests that failed, that the caller had no permission for, that were made in the console, or surely without MFA. */
  readonly failed: boolean
  readonly denied: boolean
  readonly console: boolean
  readonly noMfa: boolean
  /** Only events of hits of these rules (ids, names or titles), or of this level or above. */
  readonly rules: readonly string[]
  readonly minLevel: Level | null
  /** Excludes events with one of these values; events without a value stay. */
  readonly except: Excluded
}

/** Filters with a negative, as --not-event. */
export type Excluded = Pick<
  Filters,
  'events' | 'services' | 'accounts' | 'regions' | 'sourceIps' | 'accessKeys' | 'credentials'
>

export const NOTHING_EXCLUDED: Excluded = {
  events: [],
  services: [],
  accounts: [],
  regions: [],
  sourceIps: [],
  accessKeys: [],
  credentials: [],
}

/** Not an error code. */
export const ANY_ERROR = '*'

export const NO_FILTERS: Filters = {
  ...NOTHING_EXCLUDED,
  errors: [],
  writeOnly: false,
  failed: false,
  denied: false,
  console: false,
  noMfa: false,
  rules: [],
  minLevel: null,
  except: NOTHING_EXCLUDED,
}

export interface Scope {
  readonly window: TimeWindow
  readonly filters: Filters
}

/** What is searched for, without filters and window. */
export type Subject =
  | { readonly kind: 'request'; readonly value: string }
  /** `namesakes`: accept all matching principals instead of failing on an ambiguous name. */
  | { readonly kind: 'principal'; readonly value: string; readonly namesakes?: boolean }
  | { readonly kind: 'resource'; readonly value: string }
  /** `words` are literal, `fts5` is the query language of SQLite's full-text index. */
  | { readonly kind: 'text'; readonly value: string; readonly syntax: 'words' | 'fts5' }
  | { readonly kind: 'window' }

export type QuestionKind = Subject['kind']
export type SubjectOf<Kind extends QuestionKind> = Extract<Subject, { kind: Kind }>
export type Question = Subject & Scope

export type Order = 'asc' | 'desc'

/** A part of the answer; ordered by time, ties in the order of indexing. */
export interface Page {
  readonly order: Order
  readonly limit?: number | undefined
}

export interface BoundedPage extends Page {
  readonly limit: number
}
