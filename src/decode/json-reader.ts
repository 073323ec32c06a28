/**
 * Splits a stream of bytes into JSON values, each with its exact position, and validates each with JSON.parse.
 *
 * Every input is a stream of JSON values. An array, or an object with an array under one of the `envelopes` keys, is
 * opened and its elements are emitted one by one, so that one damaged record costs one record. The scanner only finds
 * where a value ends (brackets outside strings); JSON.parse decides whether it is JSON. Property tests compare the two.
 *
 * This file handles what is between values; value-reader.ts reads the values, recovery.ts resumes after damage. All
 * three share one window and consume from it.
 */
import { Findings } from './problem-reporter.js'
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isSpace,
  LINE_FEED,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  stringEnd,
} from './json-bytes.js'
import type { JsonObject } from '../model/record.js'
import type { JsonReaderOptions, ValueSink } from './json-values.js'
import { RecordSearch } from './record-search.js'
import { Recovery } from './recovery.js'
import { Surroundings, type Place } from './parser-state.js'
import { TextWindow, tryParse } from './text-window.js'
import { ValueReader } from './value-reader.js'

const MAX_KEY_BYTES = 65_536

export class JsonReader {
  readonly #envelopes: ReadonlySet<string>
  readonly #maxValueBytes: number
  readonly #text = new TextWindow()
  readonly #around = new Surroundings()
  readonly #findings: Findings
  readonly #recovery: Recovery
  readonly #values: ValueReader
  /** End of the last line that was tried as one object. */
  #triedTo = 0

  constructor(sink: ValueSink, options: JsonReaderOptions) {
    const text = this.#text
    const around = this.#around
    const search = new RecordSearch((start, end) => {
      const value = text.parse(start, end)
      return value !== undefined && sink.looksLikeRecord(value)
    })
    this.#envelopes = options.envelopes
    this.#maxValueBytes = options.maxValueBytes
    this.#findings = new Findings(sink, text)
    this.#recovery = new Recovery(text, around, this.#findings, search)
    this.#values = new ValueReader(
      text,
      around,
      this.#findings,
      search,
      this.#recovery,
      options.maxValueBytes,
    )
    if (options.beginsCut === true) this.#recovery.beginInDamage()
  }

  /** Complete values emitted at the outer level or as elements. */
  get documents(): number {
    return this.#around.documents
  }

  /** Feeds the next bytes; `last` ends the text. The buffer must not change until the next call. */
  push(chunk: Buffer, last: boolean): void {
    const keep = Math.min(this.#around.heldFrom(this.#values.keepFrom()), this.#recovery.keepFrom())
    const by = this.#text.take(chunk, last, keep)
    this.#around.shift(by)
    this.#values.shift(by)
    this.#recovery.shift(by)
    this.#triedTo = 0
    this.#run()
    while (last && this.#isCutOff() && this.#values.cutOff(this.#around.heldFrom(this.#values.start)))
      this.#run()
  }

  #run(): void {
    while (this.#recovery.goOn() && (this.#values.isActive ? this.#values.goOn() : this.#step()));
  }

  /** A list, object or value is still open. */
  #isCutOff(): boolean {
    return this.#values.isActive || this.#around.place !== 'document'
  }

  /** Handles one token between values. @returns false if more bytes are needed. */
  #step(): boolean {
    const at = this.#skipSpace()
    if (at < 0) return false
    const byte = this.#text.bytes[at] as number
    const around = this.#around
    switch (around.place) {
      case 'document':
        return this.#startDocument(byte, at)
      case 'first-element':
        if (byte === CLOSE_ARRAY) return this.#endList(at)
        return this.#values.giveUpToNext(at) || this.#values.begin(at)
      case 'element':
        if (byte === CLOSE_ARRAY || byte === COMMA) return this.#damaged(at, 'a value is missing before this')
        return this.#values.giveUpToNext(at) || this.#values.begin(at)
      case 'after-element':
        return this.#afterElement(byte, at)
      case 'first-key':
        if (byte === CLOSE_OBJECT) return this.#endObject(at)
        return this.#readKey(byte, at)
      case 'key':
        return this.#readKey(byte, at)
      case 'colon':
        if (byte !== COLON) return this.#damaged(at, 'a colon is missing here')
        return this.#advance(at, 'member-value')
      case 'member-value':
        if (byte === OPEN_ARRAY && this.#envelopes.has(around.key)) return this.#openEnvelope(at)
        return this.#values.begin(at)
      case 'after-member':
        around.limitObject(at, this.#maxValueBytes)
        if (byte === COMMA) return this.#advance(at, 'key')
        if (byte === CLOSE_OBJECT) return this.#endObject(at)
        return this.#damaged(at, 'a comma or a closing brace is missing here')
    }
  }

  #advance(at: number, place: Place): true {
    this.#text.settled = at + 1
    this.#around.place = place
    return true
  }

  #skipSpace(): number {
    const window = this.#text.bytes
    let at = this.#text.settled
    while (at < window.length && isSpace(window[at] as number)) at++
    this.#text.settled = at
    return at < window.length ? at : -1
  }

  #startDocument(byte: number, at: number): true {
    if (byte === 0) return this.#skipNuls(at)
    if (byte === OPEN_OBJECT && this.#giveLine(at)) return true
    if (byte === OPEN_ARRAY) this.#around.startList()
    else if (byte === OPEN_OBJECT) this.#around.startObject(at)
    else return this.#values.begin(at)
    this.#text.settled = at + 1
    return true
  }

  /**
   * Emits an object that ends with its line, as in a file with a record a line: reading it member by member takes 2.4
   * times as long. Not for envelopes, whose elements are emitted one by one.
   */
  #giveLine(at: number): boolean {
    const { bytes, isLast } = this.#text
    if (at < this.#triedTo || this.#isEnvelope(at)) return false
    const lineBreak = bytes.indexOf(LINE_FEED, at)
    if (lineBreak < 0 && !isLast) return false
    // If one line holds several values, the first parse fails; the others are not tried.
    this.#triedTo = lineBreak < 0 ? bytes.length : lineBreak
    return this.#values.giveIfWhole(at, this.#triedTo, (value) => !this.#holdsList(value))
  }

  /** Looks at the first key only, so that a list is not scanned twice. */
  #isEnvelope(at: number): boolean {
    const end = this.#text.bytes[at + 1] === QUOTE ? stringEnd(this.#text.bytes, at + 2) : -1
    return end < 0 || this.#envelopes.has(this.#text.text(at + 2, end - 1))
  }

  #holdsList(value: object): boolean {
    for (const key of this.#envelopes) if (Array.isArray((value as JsonObject)[key])) return true
    return false
  }

  #skipNuls(at: number): true {
    const { bytes } = this.#text
    let end = at
    while (end < bytes.length && bytes[end] === 0) end++
    this.#findings.problem('nul-bytes', at, end, 'zero bytes between or after the values')
    this.#text.settled = end
    return true
  }

  #afterElement(byte: number, at: number): boolean {
    if (byte === COMMA) return this.#advance(at, 'element')
    if (byte === CLOSE_ARRAY) return this.#endList(at)
    if (byte !== OPEN_OBJECT) return this.#damaged(at, 'neither a comma nor the end of the list')
    if (this.#around.isListAssumed) this.#around.leaveAssumedList()
    else {
      this.#findings.problem('bad-json', at, at, 'a comma is missing before this value')
      this.#around.place = 'element'
    }
    return true
  }

  #endList(at: number): true {
    this.#text.settled = at + 1
    this.#around.endList()
    return true
  }

  #readKey(byte: number, at: number): boolean {
    if (byte !== QUOTE) return this.#damaged(at, 'a key is missing here')
    const end = stringEnd(this.#text.bytes, at + 1)
    if (end < 0) {
      if (this.#text.bytes.length - at > MAX_KEY_BYTES) return this.#damaged(at, 'a key has no end')
      return false
    }
    const key = this.#text.parse(at, end)
    if (typeof key !== 'string') return this.#damaged(at, 'a key is not a valid string')
    this.#text.settled = end
    this.#around.startMember(at, key)
    return true
  }

  #openEnvelope(at: number): true {
    if (!this.#around.isOpened) this.#checkMembersBefore()
    this.#text.settled = at + 1
    this.#around.openEnvelope()
    return true
  }

  /** Members before the opened list were only scanned; JSON.parse validates them now. */
  #checkMembersBefore(): void {
    const { objectStart, memberStart } = this.#around
    const text = this.#text.text(objectStart, memberStart)
    if (tryParse(`${text.replace(/,\s*$/, '')}}`) === undefined && !/^\{\s*$/.test(text)) {
      this.#findings.problem('bad-json', objectStart, memberStart, 'not valid JSON before the list')
    }
  }

  #endObject(at: number): boolean {
    const { objectStart, isOpened, isTooLarge } = this.#around
    const end = at + 1
    this.#text.settled = end
    this.#around.endObject()
    if (isTooLarge) this.#findings.tooLarge(objectStart, end, this.#maxValueBytes, true)
    return isOpened || this.#values.give(objectStart, end)
  }

  /** A structural error between values: reports it and resumes at the next readable record. */
  #damaged(at: number, detail: string): boolean {
    const start = this.#around.heldFrom(at)
    // A damaged object may have swallowed whole records; otherwise a record may start at the offending byte.
    return this.#recovery.recover({ start, from: start < at ? start + 1 : at, end: Infinity, detail })
  }
}
