/** Times at the starts of lines, by offset. Values are emitted in order, so what is before the last one is dropped. */

/** A value that spans more lines than this gets no time. */
const MOST_LINES = 100_000

export class LineTimes {
  #offsets: number[] = []
  #times: string[] = []
  /** Line of the last value. */
  #line = 0

  add(offset: number, time: string): void {
    this.#offsets.push(offset)
    this.#times.push(time)
  }

  /** Of the line that contains the offset, or of the last line before it that has a time. */
  at(offset: number): string | undefined {
    while ((this.#offsets[this.#line + 1] ?? Infinity) <= offset) this.#line++
    return (this.#offsets[this.#line] ?? Infinity) <= offset ? this.#times[this.#line] : undefined
  }

  forget(): void {
    const dropped = Math.max(this.#line, this.#offsets.length - MOST_LINES)
    if (dropped <= 0) return
    this.#offsets = this.#offsets.slice(dropped)
    this.#times = this.#times.slice(dropped)
    this.#line = Math.max(0, this.#line - dropped)
  }
}
