/** Behind damage: reports it, and goes on at the next record that can be read. */
import type { Findings } from './findings.js'
import { COMMA, OPEN_ARRAY } from './json-bytes.js'
import { WAIT_BYTES, type RecordSearch } from './record-search.js'
import type { Surroundings } from './surroundings.js'
import type { TextWindow } from './text-window.js'

/** A part of the window that can not be read. */
export interface Damage {
  start: number
  /** Where the next record can begin. */
  from: number
  /** Of the value, where it has one; else Infinity. */
  end: number
  readonly detail: string
}

export class Recovery {
  readonly #text: TextWindow
  readonly #around: Surroundings
  readonly #findings: Findings
  readonly #search: RecordSearch
  /** Its next record may lie in bytes that are still to come. */
  #pending: Damage | null = null

  constructor(text: TextWindow, around: Surroundings, findings: Findings, search: RecordSearch) {
    this.#text = text
    this.#around = around
    this.#findings = findings
    this.#search = search
  }

  /** The text begins within something that was cut: read as values, its quotes would be taken for the wrong ones of a pair. */
  beginInDamage(): void {
    this.#pending = { start: 0, from: 0, end: Infinity, detail: 'the text begins within a value' }
  }

  /** First byte that is still needed. */
  keepFrom(): number {
    return this.#pending?.start ?? Infinity
  }

  /** The window lost its first bytes. */
  shift(by: number): void {
    const damage = this.#pending
    if (damage === null) return
    damage.start -= by
    damage.from -= by
    damage.end -= by
  }

  /** Looks again where bytes were missing. @returns false when more are needed. */
  goOn(): boolean {
    return this.#pending === null || this.recover(this.#pending)
  }

  /**
   * Looks for the next value that parses and looks like a record, reports what lies before it, and goes on from there. A missing
   * quote makes the scanner run over several records: this brings them back. @returns false when more bytes are needed.
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

  /** Reports what is lost from `start` on, up to the record at `found`. */
  goOnAt(found: number, start: number, detail = 'not readable up to the next record'): true {
    this.#findings.problem('bad-json', this.#around.lostFrom(start), found, detail)
    this.#text.settled = found
    this.#around.goOnAtRecord(followsInList(this.#text.bytes, found))
    return true
  }

  /** The text ends within what begins at `start`. @returns whether that had swallowed a record. */
  cutOff(start: number): boolean {
    const { bytes } = this.#text
    const found = this.#search.next(bytes, start + 1, bytes.length)
    if (found >= 0) return this.goOnAt(found, start)
    const detail = 'the text ends before this is complete'
    this.#findings.problem('truncated-json', this.#around.lostFrom(start), bytes.length, detail)
    return false
  }
}

/** Does what begins at `at` stand in a list? Else it is a line of its own, or the next of several values. */
function followsInList(window: Buffer, at: number): boolean {
  let before = at - 1
  while (before >= 0 && (window[before] as number) <= 0x20) before--
  return window[before] === COMMA || window[before] === OPEN_ARRAY
}
