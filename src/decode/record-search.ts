/** Finds the next readable record in damaged text. */
import { OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes.js'
import { ValueScanner } from './value-scanner.js'

/**
 * Enough to pass the nested objects of many damaged records, yet bounded so that hostile text does not take quadratic
 * time.
 */
const MAX_TRIES = 2000
const MAX_BYTES = 256 * 1024 * 1024
const LINE_WITH_OBJECT = Buffer.from('\n{')

/** CloudTrail's records are at most 256 KB (User Guide: record contents), so the next one is within this many bytes. */
export const WAIT_BYTES = 1024 * 1024

export class RecordSearch {
  readonly #scanner = new ValueScanner()
  readonly #isRecord: (start: number, end: number) => boolean
  /** Bytes that may still be searched, over the whole text. */
  #budget = MAX_BYTES

  constructor(isRecord: (start: number, end: number) => boolean) {
    this.#isRecord = isRecord
  }

  /** Index in [from, end) where a complete record starts, or -1. */
  next(window: Buffer, from: number, end: number): number {
    return this.#nextUpTo(this.#nextLine(window, from, end), window, from, end)
  }

  /** Same, if one of the records is a line. */
  nextIfLine(window: Buffer, from: number, end: number): number {
    const line = this.#nextLine(window, from, end)
    return line < 0 ? -1 : this.#nextUpTo(line, window, from, end)
  }

  /** Searches no further than the first complete line: after it, an open quote would run to the end. */
  #nextUpTo(line: number, window: Buffer, from: number, end: number): number {
    const found =
      line < 0 ? this.#within(window, from, end) : this.#within(window.subarray(0, line), from, line)
    const next = found < 0 ? line : found
    // Progress refills the budget: terabytes with damage in every line are read, hostile text gains nothing.
    if (next >= 0) this.#budget = Math.min(MAX_BYTES, this.#budget + 8 * (next - from) + 4096)
    return next
  }

  /** The first line that is a record. */
  #nextLine(window: Buffer, from: number, end: number): number {
    let at = window.indexOf(LINE_WITH_OBJECT, from)
    for (let tries = 0; at >= 0 && at + 1 < end && tries < MAX_TRIES && this.#budget > 0; tries++) {
      if (this.#isWholeRecord(window, at + 1)) return at + 1
      at = window.indexOf(LINE_WITH_OBJECT, at + 1)
    }
    return -1
  }

  #within(window: Buffer, from: number, end: number): number {
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
    // A value without an end in this many bytes is not a record.
    const stop = this.#scanner.end(window.subarray(0, at + WAIT_BYTES), false)
    this.#budget -= (stop > 0 ? stop : this.#scanner.reached) - at
    return stop > 0 && this.#isRecord(at, stop)
  }
}

/** `{` and then a quote, as every record starts. */
function startsKey(window: Buffer, at: number): boolean {
  let next = at + 1
  while (next < window.length && (window[next] as number) <= 0x20) next++
  return window[next] === QUOTE
}
