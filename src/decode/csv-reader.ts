/**
 * Streams rows of a CSV text (RFC 4180), each with its exact position. A malformed row costs only that row: reading
 * resumes at the next line. Between tabs, a quote inside an unquoted cell is literal, since tab-separated writers often
 * quote nothing. If the first row ends in a lone carriage return, as in old spreadsheets, all rows do.
 */
import { isUtf8 } from 'node:buffer'
import type { CsvSeparator } from '../model/csv-cells.js'

const QUOTE = 0x22
const TAB = 0x09
const EQUALS = 0x3d
const LINE_FEED = 0x0a
const RETURN = 0x0d

export interface CsvSink {
  /** Without its line break. Invalid UTF-8 is replaced in the text. */
  row(text: string, offset: number, length: number, invalidUtf8: boolean): void
  damaged(kind: 'bad-csv' | 'record-too-large', offset: number, length: number, detail: string): void
}

/** Bytes that may be read again after unclosed quotes, over the whole text. */
const AGAIN_BYTES = 256 * 1024 * 1024

export class CsvReader {
  readonly #sink: CsvSink
  readonly #separator: number
  readonly #maxRowBytes: number
  #window: Buffer = Buffer.alloc(0)
  #base = 0
  #again = AGAIN_BYTES
  /** LINE_FEED, with or without a carriage return before it, or RETURN; unknown before the first row. */
  #lineBreak: number | undefined
  /** In a row over the limit: its length so far, and whether a quote is open. */
  #skipped = 0
  #skipQuoted = false

  constructor(sink: CsvSink, separator: CsvSeparator, maxRowBytes: number) {
    this.#sink = sink
    this.#separator = separator.charCodeAt(0)
    this.#maxRowBytes = maxRowBytes
  }

  push(bytes: Buffer, last: boolean): void {
    const window = this.#window.length === 0 ? bytes : Buffer.concat([this.#window, bytes])
    let at = this.#skipped > 0 ? this.#skip(window, 0, last) : 0
    while (at < window.length) {
      const next = this.#row(window, at, last)
      if (next < 0) break
      at = next
    }
    // The caller reuses its buffers.
    this.#window = Buffer.from(window.subarray(at))
    this.#base += at
  }

  /** @returns start of the next row, or -1 if more bytes are needed. */
  #row(window: Buffer, start: number, last: boolean): number {
    const end = rowEnd(window, start, last, {
      separator: this.#separator,
      byReturn: this.#lineBreak !== LINE_FEED,
    })
    if (end >= 0) {
      this.#give(window, start, end)
      return afterBreak(window, end)
    }
    if (end === MORE && !last) {
      if (window.length - start <= this.#maxRowBytes) return -1
      return this.#skip(window, start, false)
    }
    const detail = end === MORE ? 'unclosed quote' : 'unexpected quote'
    if (end === MORE) this.#again -= window.length - start
    const line = this.#again > 0 ? window.indexOf(this.#lineBreak ?? LINE_FEED, start) : -1
    const stop = line < 0 ? window.length : line
    this.#sink.damaged('bad-csv', this.#base + start, stop - start, detail)
    return line < 0 ? window.length : line + 1
  }

  #give(window: Buffer, start: number, end: number): void {
    if (end === start) return
    this.#lineBreak ??= window[end] === RETURN && window[end + 1] !== LINE_FEED ? RETURN : LINE_FEED
    if (end - start > this.#maxRowBytes) this.#tooLarge(start, end - start)
    else {
      const bytes = window.subarray(start, end)
      this.#sink.row(bytes.toString('utf8'), this.#base + start, end - start, !isUtf8(bytes))
    }
  }

  #tooLarge(start: number, length: number): void {
    const detail = `a row of ${length} bytes; the limit is ${this.#maxRowBytes}`
    this.#sink.damaged('record-too-large', this.#base + start, length, detail)
  }

  /** Skips a row that is too large. @returns where reading resumes. */
  #skip(window: Buffer, start: number, last: boolean): number {
    let at = start
    for (; at < window.length; at++) {
      const byte = window[at]
      if (byte === QUOTE) this.#skipQuoted = !this.#skipQuoted
      else if (byte === (this.#lineBreak ?? LINE_FEED) && !this.#skipQuoted) break
    }
    this.#skipped += at - start
    if (at === window.length && !last) return at
    this.#tooLarge(at - this.#skipped, this.#skipped)
    this.#skipped = 0
    this.#skipQuoted = false
    return Math.min(at + 1, window.length)
  }
}

const MORE = -1
const BROKEN = -2

interface RowRules {
  readonly separator: number
  /** A lone carriage return also ends a row. */
  readonly byReturn: boolean
}

/** Index of the line break or of the end; MORE if the bytes end first, BROKEN if the row is malformed. */
function rowEnd(window: Buffer, start: number, last: boolean, rules: RowRules): number {
  const { separator, byReturn } = rules
  let at = start
  for (;;) {
    // A spreadsheet's text: `="0123"`.
    const quote = window[at] === EQUALS && window[at + 1] === QUOTE && separator !== TAB ? at + 1 : at
    if (window[quote] === QUOTE) {
      at = quotedEnd(window, quote)
      if (at < 0) return MORE
      if (at >= window.length) return last ? at : MORE
    } else while (at < window.length && !endsBareCell(window[at] as number, rules)) at++
    if (at >= window.length) return last ? at : MORE
    const byte = window[at]
    if (byte === LINE_FEED) return window[at - 1] === RETURN && at > start ? at - 1 : at
    if (byte === RETURN && window[at + 1] === LINE_FEED) return at
    if (byte === RETURN && at + 1 >= window.length) return last ? at : MORE
    if (byte === RETURN && byReturn) return at
    if (byte !== separator) return BROKEN
    at++
  }
}

function endsBareCell(byte: number, { separator, byReturn }: RowRules): boolean {
  if (byte === QUOTE) return separator !== TAB
  return byte === separator || byte === LINE_FEED || (byReturn && byte === RETURN)
}

/** Index after the closing quote, or -1. */
function quotedEnd(window: Buffer, from: number): number {
  let at = from + 1
  for (;;) {
    const quote = window.indexOf(QUOTE, at)
    if (quote < 0) return -1
    if (window[quote + 1] !== QUOTE) return quote + 1
    at = quote + 2
  }
}

function afterBreak(window: Buffer, end: number): number {
  if (window[end] === RETURN && window[end + 1] === LINE_FEED) return end + 2
  return window[end] === LINE_FEED || window[end] === RETURN ? end + 1 : end
}
