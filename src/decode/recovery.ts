/** Reports damage and resumes at the next readable record. */
import type { Findings } from './problem-reporter.js'
import { COMMA, OPEN_ARRAY } from './json-bytes.js'
import { WAIT_BYTES, type RecordSearch } from './record-search.js'
import type { Surroundings } from './parser-state.js'
import type { TextWindow } from './text-window.js'

/** An unreadable part of the window. */
export interface Damage {
  start: number
  /** First index where the next record can start. */
  from: number
  /** End of the damaged value, else Infinity. */
  end: number
  readonly detail: string
}

export class Recovery {
  readonly #text: TextWindow
  readonly #around: Surroundings
  readonly #findings: Findings
  readonly #search: RecordSearch
  /** Waits for more bytes, which may contain the next record. */
  #pending: Damage | null = null

  constructor(text: TextWindow, around: Surroundings, findings: Findings, search: RecordSearch) {
    this.#text = text
    this.#around = around
    this.#findings = findings
    this.#search = search
  }

  /** The text starts inside something truncated; parsed as values, its quotes would pair up wrongly. */
  beginInDamage(): void {
    this.#pending = { start: 0, from: 0, end: Infinity, detail: 'the text begins within a value' }
  }

  /** First byte still needed. */
  keepFrom(): number {
    return this.#pending?.start ?? Infinity
  }

  /** The window dropped its first bytes. */
  shift(by: number): void {
    const damage = this.#pending
    if (damage === null) return
    damage.start -= by
    damage.from -= by
    damage.end -= by
  }

  /** Searches again after more bytes arrived. @returns false if still more are needed. */
  goOn(): boolean {
    return this.#pending === null || this.recover(this.#pending)
  }

  /**
   * Finds the next value that parses and looks like a record, reports everything before it as lost, and resumes there.
   * A missing quote makes the scanner run over several records; this recovers them. @returns false if more bytes are
   * needed.
   */
  recover(damage: Damage): boolean {
    const { bytes, isLast } = this.#text
    const { start, from, detail } = damage
    const end = Math.min(damage.end, bytes.length)
    const found = this.#search.next(bytes, from, end)
    const mayCome = found < 0 && !isLast && bytes.length - start < WAIT_BYTES
    this.#pending = mayCome ? damage : null
    if (mayCome) return false
    if (found >= 0) return this.goOnAt(found, start, detail)
    this.#findings.problem('bad-json', this.#around.lostFrom(start), end, detail)
    this.#text.settled = end
    if (end < bytes.length) return true
    this.#around.goOnBehindAll()
    return false
  }

  /** Reports the loss from `start` up to the record at `found`. */
  goOnAt(found: number, start: number, detail = 'not readable up to the next record'): true {
    this.#findings.problem('bad-json', this.#around.lostFrom(start), found, detail)
    this.#text.settled = found
    this.#around.goOnAtRecord(followsInList(this.#text.bytes, found))
    return true
  }

  /** The text ends inside what starts at `start`. @returns whether that had swallowed a record. */
  cutOff(start: number): boolean {
    const { bytes } = this.#text
    const found = this.#search.next(bytes, start + 1, bytes.length)
    if (found >= 0) return this.goOnAt(found, start)
    const detail = 'the text ends before this is complete'
    this.#findings.problem('truncated-json', this.#around.lostFrom(start), bytes.length, detail)
    return false
  }
}

/** Whether the value at `at` is in a list; else it is a line of its own, or the next of several values. */
function followsInList(window: Buffer, at: number): boolean {
  let before = at - 1
  while (before >= 0 && (window[before] as number) <= 0x20) before--
  return window[before] === COMMA || window[before] === OPEN_ARRAY
}
