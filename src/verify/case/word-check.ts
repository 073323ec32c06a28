/**
 * Checks that the words of records are in the full text. SQLite cannot, since the index keeps no text. So the text
 * rebuilt from a record is split by FTS5 itself, and each word is looked up and summed: extra words in the index show
 * in the sums (text-check.ts).
 */
import type { Entry, EventDraft } from '../../model/dictionary.js'
import { TextWords } from '../../store/text-words.js'
import type { Connection } from '../../store/open.js'
import type { FindingList } from './finding.js'
import type { WordSums } from './text-check.js'

/** FTS5 is slow with longer expressions. */
const WORDS_AT_ONCE = 50

export class WordCheck {
  readonly #words = new TextWords()
  readonly #event
  readonly #value
  /** IDs of values already looked up, which repeat from event to event. */
  readonly #checked = new Set<number>()

  readonly #sums: WordSums

  /** @param sums of the words of events. */
  constructor(db: Connection, sums: WordSums) {
    this.#sums = sums
    const find = (table: string) =>
      db
        .prepare<[string, number], number>(`SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = ?`)
        .pluck()
    this.#event = find('event_text')
    this.#value = find('value_text')
  }

  event(rowid: number, draft: EventDraft, findings: FindingList): void {
    const { eventId, text, identity, address, client, place } = draft
    const words = text === '' ? [] : this.#words.of(text)
    for (const word of words) this.#sums.add(word, rowid)
    const missing = missingOf(words, (some) => this.#event.get(some, rowid) !== undefined)
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
    const words = text === '' ? [] : this.#words.of(text)
    const missing = missingOf(words, (some) => this.#value.get(some, id) !== undefined)
    if (missing !== null) findings.add('words', `${name} is not found by the words of its record: ${missing}`)
  }

  close(): void {
    this.#words.close()
  }
}

/** The first word that does not find its row; null when all do. */
function missingOf(words: readonly string[], finds: (expression: string) => boolean): string | null {
  const quoted = words.map((word) => `"${word}"`)
  for (let at = 0; at < quoted.length; at += WORDS_AT_ONCE) {
    const some = quoted.slice(at, at + WORDS_AT_ONCE)
    if (finds(some.join(' AND '))) continue
    return some.find((word) => !finds(word)) ?? some.join(' AND ')
  }
  return null
}
