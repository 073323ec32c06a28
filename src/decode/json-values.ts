/** What a reader of JSON finds, and whom it tells. */
import type { Problem } from '../model/problem.js'

export interface FoundValue {
  readonly value: unknown
  /** First byte in the decompressed content. */
  readonly offset: number
  readonly length: number
  /** Its text, valid until the next value. */
  readonly text: string
  readonly invalidUtf8: boolean
  /** Name of the opened array: an envelope key, or '' for a bare array; null for a value of its own. */
  readonly container: string | null
}

export interface ValueSink {
  value(found: FoundValue): void
  damage(problem: Problem): void
  /** Does this parsed value look like a record? Used to find the way back into a damaged text. */
  looksLikeRecord(value: unknown): boolean
}

export interface JsonReaderOptions {
  readonly envelopes: ReadonlySet<string>
  /** A value longer than this is skipped with a problem. */
  readonly maxValueBytes: number
  /** It does not begin with a value: all up to the first record is damage. */
  readonly beginsCut?: boolean
}
