/**
 * Finds where a JSON value ends, by brackets outside strings, without validating it. If the bytes end first, it
 * continues in the next window.
 */
import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes.js'

export class ValueScanner {
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

  /** The window dropped its first bytes. */
  shift(by: number): void {
    this.start -= by
    this.#at -= by
  }

  /** Neither in brackets nor in a string: a number or word, which ends with the text. */
  get isScalar(): boolean {
    return this.#depth === 0 && !this.#inString
  }

  /** First index not scanned yet. */
  get reached(): number {
    return this.#at
  }

  /**
   * Index after the value, or -1 if the window ends first. Hot loop: a byte loop beats Buffer.indexOf, since most
   * strings are shorter than the cost of a native call.
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
