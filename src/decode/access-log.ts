/** S3 server access logs: one request a line. */
import { isAscii, isUtf8 } from 'node:buffer'
import { clean } from '../model/clean-text.js'
import { parseAccessLine } from './access-line.js'
import type { Emitter } from './emitter.js'
import type { TextContent } from './text-content.js'

const LINE_FEED = 0x0a
/** S3 allows 8 kB of URI and 8 kB of headers; a longer line is not from S3. */
const MAX_LINE_BYTES = 256 * 1024

/** Properties of the current bytes that hold for each line. */
interface WindowFacts {
  readonly ascii: boolean
  readonly hasNul: boolean
}

export class AccessLogContent implements TextContent {
  readonly #emitter: Emitter
  #held: Buffer = Buffer.alloc(0)
  #base = 0
  /** Bytes already skipped of a line over the limit. */
  #skipped = 0
  /** Numbers of the current line that no column can hold. */
  readonly #tooLarge: string[] = []

  constructor(emitter: Emitter) {
    this.#emitter = emitter
    emitter.shape = 's3-access-log'
  }

  push(bytes: Buffer, last: boolean): void {
    const window = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const facts = { ascii: isAscii(window), hasNul: window.includes(0) }
    let at = 0
    for (;;) {
      const end = window.indexOf(LINE_FEED, at)
      if (end < 0) break
      this.#line(window, at, end, facts)
      at = end + 1
    }
    if (last && at < window.length) {
      this.#line(window, at, window.length, facts)
      at = window.length
    } else if (window.length - at > MAX_LINE_BYTES) {
      this.#skipped += window.length - at
      at = window.length
    }
    // The caller reuses its buffers.
    this.#held = Buffer.from(window.subarray(at))
    this.#base += at
  }

  readonly #refused = (field: string, digits: string): void => {
    const shown = digits.length > 40 ? `${digits.slice(0, 40)}… (${digits.length} digits)` : digits
    this.#tooLarge.push(`${field} is ${shown}, over ${Number.MAX_SAFE_INTEGER}`)
  }

  #line(window: Buffer, start: number, end: number, { ascii, hasNul }: WindowFacts): void {
    const place = { offset: this.#base + start - this.#skipped, length: end - start + this.#skipped }
    const skipped = this.#skipped
    this.#skipped = 0
    if (skipped > 0 || place.length > MAX_LINE_BYTES) {
      const detail = `a line of ${place.length} bytes; the limit is ${MAX_LINE_BYTES}`
      this.#emitter.rejectLine('record-too-large', place, detail)
      return
    }
    const text = window.toString(ascii ? 'latin1' : 'utf8', start, end).trimEnd()
    if (text === '') return
    const line = hasNul ? clean(text) : text
    const values = parseAccessLine(line, this.#refused)
    if (values === null)
      this.#emitter.rejectLine('bad-record', place, 'not a line of an S3 server access log')
    else this.#emitter.accessLine({ values, offset: place.offset, length: place.length })
    if (line !== text) this.#emitter.problem('nul-bytes', place, 'zero bytes: \u2400 in the columns')
    for (const detail of this.#tooLarge.splice(0)) this.#emitter.problem('bad-field', place, detail)
    if (!ascii && !isUtf8(window.subarray(start, end)))
      this.#emitter.problem('invalid-utf8', place, 'bytes that are not UTF-8')
  }
}
