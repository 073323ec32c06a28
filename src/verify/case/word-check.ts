/**
 * Are the words of an event in the full text? SQLite can not tell: the index keeps no text to compare with. So some events are looked up
 * by their own words, which shows whether it was emptied or left behind, not whether one word of one event was taken out.
 */
import type { EventDraft } from '../../model/dictionary.js'
import type { Connection } from '../../store/open.js'
import type { FindingList } from './finding.js'

const MOST_WORDS = 4
/** Between other characters of ASCII: with a letter beside it that is not, it would be part of a longer word. */
const WORD =
  /(?<![^\0-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f])[A-Za-z0-9]{3,40}(?![^\0-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f])/g

export class WordCheck {
  readonly #event
  readonly #value

  constructor(db: Connection) {
    const find = (table: string) =>
      db
        .prepare<[string, number], number>(`SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = ?`)
        .pluck()
    this.#event = find('event_text')
    this.#value = find('value_text')
  }

  check(rowid: number, { eventId, text, identity }: EventDraft, findings: FindingList): void {
    const own = expressionOf(text)
    if (own !== null && this.#event.get(own, rowid) === undefined)
      findings.add('words', `${eventId} is not found by its own words: ${own}`)
    const shared = expressionOf(identity.text)
    if (shared !== null && this.#value.get(shared, identity.id) === undefined)
      findings.add('words', `the caller of ${eventId} is not found by the words of its record: ${shared}`)
  }
}

function expressionOf(text: string): string | null {
  const words = text.match(WORD)?.slice(0, MOST_WORDS) ?? []
  return words.length === 0 ? null : words.map((word) => `"${word}"`).join(' AND ')
}
