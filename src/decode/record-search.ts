/** The way back into a damaged text: where the next readable record begins. */
import { OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes.js'
import { ValueScanner } from './value-scanner.js'

/** Enough to pass the nested objects of many damaged records; a bound, so that hostile text can not make it quadratic. */
const MAX_TRIES = 2000
const MAX_BYTES = 256 * 1024 * 1024

export class RecordSearch {
  readonly #scanner = new ValueScanner()
  readonly #maxValueBytes: number
  readonly #isRecord: (start: number, end: number) => boolean
  /** Bytes that may still be looked at, over the whole text. */
  #budget = MAX_BYTES

  constructor(maxValueBytes: number, isRecord: (start: number, end: number) => boolean) {
    this.#maxValueBytes = maxValueBytes
    this.#isRecord = isRecord
  }

  /** Index in [from, end) where a whole record begins, or -1. */
  next(window: Buffer, from: number, end: number): number {
    let at = window.indexOf(OPEN_OBJECT, from)
    for (let tries = 0; at >= 0 && at < end && tries < MAX_TRIES && this.#budget > 0; tries++) {
      // A row of query results is a list of objects.
      const row = at - 1
      if (row >= from && window[row] === OPEN_ARRAY && this.#isWholeRecord(window, row)) return row
      if (startsKey(window, at) && this.#isWholeRecord(window, at)) return at
      at = window.indexOf(OPEN_OBJECT, at + 1)
    }
    return -1
  }

  #isWholeRecord(window: Buffer, at: number): boolean {
    this.#scanner.begin(at)
    const stop = this.#scanner.end(window, false)
    this.#budget -= (stop > 0 ? stop : this.#scanner.reached) - at
    return stop > 0 && stop - at <= this.#maxValueBytes && this.#isRecord(at, stop)
  }
}

/** `{` and then a quote: how every record begins. */
function startsKey(window: Buffer, at: number): boolean {
  let next = at + 1
  while (next < window.length && (window[next] as number) <= 0x20) next++
  return window[next] === QUOTE
}
