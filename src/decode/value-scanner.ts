/**
 * Finds where a JSON value ends: brackets outside strings. It does not judge the value. It keeps its place when the bytes
 * end first, and goes on in the next window.
 */
import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes.js'

export class ValueScanner {
  /** A value is in progress. */
  active = false
  /** Index of its first byte in the window. */
  start = 0
  /** Deepest nesting so far. */
  maxDepth = 0
  #at = 0
  #depth = 0
  #inString = false

  begin(at: number): void {
    this.active = true
    this.start = at
    this.maxDepth = 0
    this.#at = at
    this.#depth = 0
    this.#inString = false
  }

  /** The window lost its first bytes. */
  shift(by: number): void {
    this.start -= by
    this.#at -= by
  }

  /** Neither in brackets nor in a string: a number or a word, which only the end of the text ends. */
  get isScalar(): boolean {
    return this.#depth === 0 && !this.#inString
  }

  /** How far it has looked. */
  get reached(): number {
    return this.#at
  }

  /**
   * Index after the value, or -1 when the window ends first. The hot loop: a byte loop beats Buffer.indexOf here, since
   * most strings are shorter than what a call into native code costs.
   */
  end(window: Buffer, last: boolean): number {
    const length = window.length
    let at = this.#at
    let depth = this.#depth
    let maxDepth = this.maxDepth
    let inString = this.#inString
    if (depth === 0 && !inString && at < length) {
      const byte = window[at] as number
      if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY && byte !== QUOTE) return this.#scalarEnd(window, last)
    }
    while (at < length) {
      if (!inString) {
        const byte = window[at++] as number
        if (byte === QUOTE) inString = true
        else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          if (++depth > maxDepth) maxDepth = depth
          continue
        } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
          if (--depth > 0) continue
          this.maxDepth = maxDepth
          return at
        } else continue
      }
      let byte = 0
      while (at < length && (byte = window[at] as number) !== QUOTE) at += byte === BACKSLASH ? 2 : 1
      if (at >= length) break
      at++
      inString = false
      if (depth === 0) return at
    }
    this.#at = at
    this.#depth = depth
    this.maxDepth = maxDepth
    this.#inString = inString
    return -1
  }

  #scalarEnd(window: Buffer, last: boolean): number {
    let at = this.start
    while (at < window.length && !isDelimiter(window[at] as number)) at++
    if (at === this.start) at++
    return at < window.length || last ? at : -1
  }
}

const DELIMITERS = new Set(Buffer.from(',:[]{}" \n\r\t'))

function isDelimiter(byte: number): boolean {
  return DELIMITERS.has(byte)
}
