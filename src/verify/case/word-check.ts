/**
 * Checks that the words of records are in the full text. SQLite cannot, since the index keeps no text. So the text
 * rebuilt from a record is split by FTS5 itself, and each word is looked up. Extra words in the index go unnoticed: a
 * search then shows an event too many, next to its record.
 */
import type { Entry, EventDraft } from '../../model/dictionary.js'
import { TextWords } from '../../store/text-words.js'
import type { Connection } from '../../store/open.js'
import type { FindingList } from './finding.js'

/** FTS5 is slow with longer expressions. */
const WORDS_AT_ONCE = 50

export class WordCheck {
  readonly #words = new TextWords()
  readonly #event
  readonly #value
  /** IDs of values already looked up, which repeat from event to event. */
  readonly #checked = new Set<number>()

  constructor(db: Connection) {
    const find = (table: string) =>
      db
        .prepare<[string, number], number>(`SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = ?`)
        .pluck()
    this.#event = find('event_text')
    this.#value = find('value_text')
  }

  event(rowid: number, draft: EventDraft, findings: FindingList): void {
    const { eventId, text, identity, address, client, place } = draft
    const missing = this.#missing(text, (words) => this.#event.get(words, rowid) !== undefined)
    if (missing !== null) findings.add('words', `${eventId} is not found by its own words: ${missing}`)
    this.value(identity.caller, `the caller of ${eventId}`, findings)
    this.value(identity, `the session of ${eventId}`, findings)
    this.value(address, `the address of ${eventId}`, findings)
    this.value(client, `the agent of ${eventId}`, findings)
    this.value(place, `the place of ${eventId}`, findings)
    this.action(draft, findings)
  }

  /** An archive has some hundreds of these: all are looked up. */
  action({ eventId, action, outcome }: EventDraft, findings: FindingList): void {
    this.value(action, `the action of ${eventId}`, findings)
    this.value(outcome, `the outcome of ${eventId}`, findings)
  }

  value({ id, text }: Entry, name: string, findings: FindingList): void {
    if (this.#checked.has(id)) return
    this.#checked.add(id)
    const missing = this.#missing(text, (words) => this.#value.get(words, id) !== undefined)
    if (missing !== null) findings.add('words', `${name} is not found by the words of its record: ${missing}`)
  }

  close(): void {
    this.#words.close()
  }

  /** The first word that does not find its row; null if all do. */
  #missing(text: string, finds: (expression: string) => boolean): string | null {
    if (text === '') return null
    const quoted = this.#words.of(text).map((word) => `"${word}"`)
    for (let at = 0; at < quoted.length; at += WORDS_AT_ONCE) {
      const some = quoted.slice(at, at + WORDS_AT_ONCE)
      if (finds(some.join(' AND '))) continue
      return some.find((word) => !finds(word)) ?? some.join(' AND ')
    }
    return null
  }
}
