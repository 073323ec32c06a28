/** What a JSON reader emits, and to whom. */
import type { Problem } from '../model/problem.js'

export interface FoundValue {
  readonly value: unknown
  /** First byte in the decompressed content. */
  readonly offset: number
  readonly length: number
  /** Its text, valid until the next value. */
  readonly text: string
  readonly invalidUtf8: boolean
  /** Name of the opened array: an envelope key, or '' for a bare array; null for a value on its own. */
  readonly container: string | null
}

export interface ValueSink {
  value(found: FoundValue): void
  damage(problem: Problem): void
  /** Used to resynchronise in damaged text. */
  looksLikeRecord(value: unknown): boolean
}

export interface JsonReaderOptions {
  readonly envelopes: ReadonlySet<string>
  /** A longer value is skipped with a problem. */
  readonly maxValueBytes: number
  /** The text does not begin with a value: everything up to the first record is damage. */
  readonly beginsCut?: boolean
}
