/**
 * Parser state: position in the JSON grammar, the enclosing list, and the outer object that may be its envelope. Knows
 * the grammar and window offsets, but not the bytes.
 */

/** Grammar state between two values. */
export type Place =
  | 'document'
  | 'first-element'
  | 'element'
  | 'after-element'
  | 'first-key'
  | 'key'
  | 'colon'
  | 'member-value'
  | 'after-member'

export class Surroundings {
  place: Place = 'document'
  /** Name of the list being read: a key of its envelope, or '' for a bare list; null outside of lists. */
  list: string | null = null
  /** Complete values of the outer level. */
  documents = 0
  /** Start of the object that is read member by member. */
  objectStart = 0
  memberStart = 0
  key = ''
  #inObject = false
  /** Members are validated one by one: the list was found, or the object is over the limit. */
  #isOpened = false
  #isTooLarge = false
  /** The list is assumed, since its envelope was damaged. */
  #isListAssumed = false

  /** The window dropped its first bytes. */
  shift(by: number): void {
    this.objectStart -= by
    this.memberStart -= by
  }

  get isOpened(): boolean {
    return this.#isOpened
  }

  get isTooLarge(): boolean {
    return this.#isTooLarge
  }

  get isListAssumed(): boolean {
    return this.#isListAssumed
  }

  /** First byte not emitted yet, lost with damage at `at`: all of an object that is not opened. */
  heldFrom(at: number): number {
    return this.#inObject && !this.#isOpened ? this.objectStart : at
  }

  /** First byte reported as lost with `at`: nothing else reports an object over the limit. */
  lostFrom(at: number): number {
    return this.#isTooLarge && this.list === null ? this.objectStart : at
  }

  startList(): void {
    this.list = ''
    this.place = 'first-element'
  }

  startObject(at: number): void {
    this.#inObject = true
    this.objectStart = at
    this.place = 'first-key'
  }

  startMember(at: number, key: string): void {
    this.memberStart = at
    this.key = key
    this.place = 'colon'
  }

  /** The member's value is a list and the object its envelope. */
  openEnvelope(): void {
    this.#isOpened = true
    this.list = this.key
    this.place = 'first-element'
  }

  /** Drops the object, unless it was opened before: then only its elements are kept. */
  limitObject(end: number, maxBytes: number): void {
    if (!this.#inObject || this.#isOpened || end - this.objectStart <= maxBytes) return
    this.#isOpened = this.#isTooLarge = true
  }

  endValue(): void {
    if (this.place === 'member-value') this.place = 'after-member'
    else if (this.place !== 'document') this.place = 'after-element'
  }

  endList(): void {
    this.#isListAssumed = false
    this.list = null
    if (this.#inObject) this.place = 'after-member'
    else {
      this.place = 'document'
      this.documents++
    }
  }

  endObject(): void {
    if (this.#isOpened) this.documents++
    this.#leaveObject()
  }

  /** Values that follow each other without a comma are separate lines. */
  leaveAssumedList(): void {
    this.#isListAssumed = false
    this.list = null
    this.place = 'document'
  }

  /** Resumes at a readable record after damage. `isInList`: the preceding bytes look like a list. */
  goOnAtRecord(isInList: boolean): void {
    if (this.list === null) {
      if (this.#inObject) this.#leaveObject()
      // The damage was in an envelope, or one before the start of the text; else in a line of its own.
      if (isInList) {
        this.list = ''
        this.#isListAssumed = true
      }
    }
    this.place = this.list === null ? 'document' : 'element'
  }

  /** After damage that fills the window. */
  goOnBehindAll(): void {
    if (this.list === null) this.#leaveObject()
    else this.place = 'after-element'
  }

  #leaveObject(): void {
    this.#inObject = false
    this.#isOpened = false
    this.#isTooLarge = false
    this.place = 'document'
  }
}
