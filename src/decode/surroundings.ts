/**
 * What stands around the next value: a list, and the object of the outer level that may be the envelope of a list. Knows the
 * grammar and places in the window, not the bytes.
 */

/** Where in the grammar the reader stands between two values. */
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
  /** Name of the list whose elements are read: a key of its envelope, or '' for a bare one; null outside of lists. */
  list: string | null = null
  /** Complete values of the outer level. */
  documents = 0
  /** The object that is read member by member. */
  objectStart = 0
  memberStart = 0
  key = ''
  #inObject = false
  /** Its members are judged one by one: its list was found, or it is over the limit. */
  #isOpened = false
  #isTooLarge = false
  /** The list is only assumed: the envelope around it was damaged. */
  #isListAssumed = false

  /** The window lost its first bytes. */
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

  /** First byte of what is not given yet, and is lost with what is damaged at `at`: of an object that is not opened, all. */
  heldFrom(at: number): number {
    return this.#inObject && !this.#isOpened ? this.objectStart : at
  }

  /** First byte that is reported as lost with `at`: of an object over the limit nothing else tells. */
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

  /** The value of the member is a list, and the object its envelope. */
  openEnvelope(): void {
    this.#isOpened = true
    this.list = this.key
    this.place = 'first-element'
  }

  /** Not kept any longer, unless it was opened before: then only its elements are. */
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

  /** Values that follow each other without a comma are lines of their own. */
  leaveAssumedList(): void {
    this.#isListAssumed = false
    this.list = null
    this.place = 'document'
  }

  /** Behind damage, at a record that can be read. `isInList`: the bytes before it look so. */
  goOnAtRecord(isInList: boolean): void {
    if (this.list === null) {
      if (this.#inObject) this.#leaveObject()
      // The damage was in an envelope, or that lies before the beginning of the text; else it was in a line of its own.
      if (isInList) {
        this.list = ''
        this.#isListAssumed = true
      }
    }
    this.place = this.list === null ? 'document' : 'element'
  }

  /** Behind damage that fills the window. */
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
