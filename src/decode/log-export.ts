/**
 * Lines of a CloudWatch export task, `TIME {record}`: blanks the times and passes on the JSON at its original offset. A
 * record without a time of its own gets that of its line.
 */
import type { JsonContent } from './json-content.js'
import type { Emitter } from './emitter.js'
import { LineTimes } from './line-times.js'
import type { TextContent } from './text-content.js'

const LINE_FEED = 0x0a
const SPACE = 0x20
/** The time, a space, and the start of the message. */
const PREFIX_BYTES = 64
const TIME = /^\s*(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z|\d{13}) /
/** Test writes of CloudWatch in the log. */
const PROBE = /^CWL CONTROL MESSAGE|^Permission/

export class LogExportContent implements TextContent {
  readonly #json: JsonContent
  readonly #emitter: Emitter
  #held: Buffer = Buffer.alloc(0)
  #atLineStart = true
  #offset = 0
  readonly #times = new LineTimes()

  constructor(json: JsonContent, emitter: Emitter) {
    this.#json = json
    this.#emitter = emitter
    emitter.timeAt = (offset) => this.#times.at(offset)
  }

  push(bytes: Buffer, last: boolean): void {
    // A copy: the caller keeps its bytes unchanged.
    const text = Buffer.concat([this.#held, bytes])
    const ready = this.#blank(text, last)
    this.#held = Buffer.from(text.subarray(ready))
    this.#offset += ready
    this.#json.push(text.subarray(0, ready), last)
    this.#times.forget()
  }

  /** @returns bytes consumed: an incomplete line start waits for the rest. */
  #blank(text: Buffer, last: boolean): number {
    let at = this.#atLineStart ? 0 : nextLine(text, 0)
    while (at < text.length) {
      if (!last && text.length - at < PREFIX_BYTES) {
        this.#atLineStart = true
        return at
      }
      const head = text.toString('latin1', at, at + PREFIX_BYTES)
      const time = TIME.exec(head)?.[0].length ?? 0
      if (time > 0) this.#times.add(this.#offset + at, head.slice(0, time).trim())
      text.fill(SPACE, at, at + time)
      const next = nextLine(text, at)
      if (time > 0 && PROBE.test(head.slice(time))) {
        this.#emitter.problem(
          'not-a-record',
          { offset: this.#offset + at, length: next - at },
          'a probe of CloudWatch Logs',
        )
        text.fill(SPACE, at, next)
      }
      at = next
    }
    this.#atLineStart = text[text.length - 1] === LINE_FEED
    return text.length
  }
}

function nextLine(text: Buffer, from: number): number {
  const end = text.indexOf(LINE_FEED, from)
  return end < 0 ? text.length : end + 1
}
