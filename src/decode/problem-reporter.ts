/** Reports a reader's findings to a sink, with offsets in the content. */
import type { Problem } from '../model/problem.js'
import type { ValueSink } from './json-values.js'
import type { TextWindow } from './text-window.js'

export class Findings {
  readonly #sink: ValueSink
  readonly #text: TextWindow

  constructor(sink: ValueSink, text: TextWindow) {
    this.#sink = sink
    this.#text = text
  }

  value(value: unknown, text: string, start: number, end: number, list: string | null): void {
    this.#sink.value({
      value,
      text,
      offset: this.#text.base + start,
      length: end - start,
      container: list,
      invalidUtf8: !this.#text.isUtf8(start, end),
    })
  }

  problem(kind: Problem['kind'], start: number, end: number, detail: string): void {
    this.#sink.damage({ kind, detail, byteOffset: this.#text.base + start, byteLength: end - start })
  }

  /** `hasEnd`: the value ends at `end`. */
  tooLarge(start: number, end: number, maxBytes: number, hasEnd: boolean): void {
    const size = `${end - start} bytes${hasEnd ? '' : ' and no end'}; the limit is ${maxBytes}`
    this.problem('record-too-large', start, end, size)
  }
}
