/**
 * Keyed pseudonyms: a value has the same pseudonym in every column and record of a hand-over, and without the key
 * nobody can recompute the table. The first pass learns names, secrets and IDs from fields of the selected records; the
 * second replaces each known value wherever it occurs in plain text.
 */
import { createHmac } from 'node:crypto'
import { addressesIn, canonicalIp6 } from './addresses.js'
import { FieldKeys, fieldOf } from './fields.js'
import { formsIn } from './forms.js'
import { JsonStrings } from './json-strings.js'
import { KnownValues, meaningOf, type Hit } from './known-values.js'
import { PSEUDONYMS, type PseudonymKind } from './pseudonyms.js'
import { readingsOf } from './readings.js'
import type { Value } from '../rows.js'

/** What recipients and investigators must know, in one sentence. */
export const REDACTION_LIMIT =
  'Redaction replaces known values in plain text only: values that are encoded (hexadecimal, base64, compressed, reversed or spaced out) are not searched for, so review the file before sharing it.'

/** Columns with values made by coldtrail: hashes, times, closed lists. */
const OUR_COLUMNS = new Set(
  `source_sha256 source_content_sha256 record_sha256 container_sha256 content_sha256 sha256 event_time time window_start window_end
  first_seen last_seen day credential_class principal_kind role kind status digest_state`.split(/\s+/),
)

const ARN = 'arn:aws:iam::aws:'

/** A number of twelve digits; the first group is set if it is a complete JSON number. */
const ACCOUNT_NUMBER = /(?<![\w.-])(\d{12})(?![\w.])|\d{12}/g
const ACCOUNT_DIGITS = 12

/** Values repeat from record to record; records do not. */
const MOST_CACHED = 50_000
const MOST_CACHED_LENGTH = 400

interface Replacement {
  readonly start: number
  readonly end: number
  /** null: keeps everything inside it. */
  readonly by: string | null
}

export class Redactor {
  readonly #key: Buffer
  readonly #known: KnownValues
  readonly #accounts = new Set<string>()
  readonly #ip6 = new Set<string>()
  readonly #mapping = new Map<string, string>()
  readonly #cache = new Map<string, string>()
  readonly #learned = new Set<string>()

  /** @param words AWS words of the case: services, regions, actions */
  constructor(key: Buffer, words: Iterable<string> = []) {
    this.#key = key
    this.#known = new KnownValues(words)
  }

  /** Original → pseudonym for every replaced value. Keep it apart from the hand-over. */
  get mapping(): ReadonlyMap<string, string> {
    return this.#mapping
  }

  learnValue(kind: PseudonymKind, value: string): void {
    if (kind === 'account') this.#accounts.add(value)
    const ip6 = kind === 'ip6' ? canonicalIp6(value) : null
    if (ip6 === null) this.#known.add(kind, value)
    else this.#ip6.add(ip6)
    this.#cache.clear()
  }

  /** Learns values from the fields and forms of a text. */
  learn(text: string, key = ''): void {
    if (this.#isLearned(text, key)) return
    const field = fieldOf(key, text)
    if (field !== null) this.learnValue(field.kind, text.slice(field.start, field.end))
    const strings = JsonStrings.of(text)
    if (strings !== null) {
      const keys = new FieldKeys()
      while (strings.next()) {
        const { value, isKey } = strings
        if (isKey) {
          keys.key(value)
          this.learn(value)
        } else {
          this.learn(value, keys.current)
          keys.value(value)
        }
      }
      return
    }
    for (const reading of readingsOf(text)) {
      if (reading.places !== null && JsonStrings.of(reading.text) !== null) this.learn(reading.text)
      for (const { kind, start, end } of formsIn(reading.text))
        if (kind !== null) this.learnValue(kind, reading.text.slice(start, end))
      for (const { kind, start, end } of addressesIn(reading.text, this.#ip6))
        this.learnValue(kind, reading.text.slice(start, end))
    }
  }

  #isLearned(text: string, key: string): boolean {
    if (text.length >= MOST_CACHED_LENGTH || key.length >= MOST_CACHED_LENGTH) return false
    const item = `${key}\0${text}`
    if (this.#learned.has(item)) return true
    if (this.#learned.size >= MOST_CACHED) this.#learned.clear()
    this.#learned.add(item)
    return false
  }

  row(columns: readonly string[], row: readonly Value[]): Value[] {
    return row.map((value, index) => {
      if (value instanceof Buffer) return null
      const column = columns[index] ?? ''
      if (typeof value !== 'string' || OUR_COLUMNS.has(column)) return value
      return column === 'target' ? this.#target(value) : this.#value(value, column)
    })
  }

  /** `user/alice +policy/Admin`: ends of ARNs, in which a name is known by its kind. */
  #target(value: string): string {
    const redacted = value.split(' ').map((word) => {
      const at = /^[+-]/.test(word) ? 1 : 0
      return word.slice(0, at) + this.text(ARN + word.slice(at)).slice(ARN.length)
    })
    return this.text(redacted.join(' '))
  }

  /** Any text; JSON strings are replaced unescaped. */
  text(text: string): string {
    if (text.length >= MOST_CACHED_LENGTH) return this.#made(text)
    const known = this.#cache.get(text)
    if (known !== undefined) return known
    const made = this.#made(text)
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear()
    this.#cache.set(text, made)
    return made
  }

  /** A value to hide even if the case does not know it. */
  name(value: string): string {
    return this.#pseudonym('name', value, meaningOf(value))
  }

  #made(text: string): string {
    const strings = JsonStrings.of(text)
    return strings === null ? this.#plain(text) : this.#json(text, strings)
  }

  #json(text: string, strings: JsonStrings): string {
    const keys = new FieldKeys()
    let made = ''
    let at = 0
    while (strings.next()) {
      const { gapStart, start, end, value, isKey } = strings
      const gap = this.#numbers(text.slice(gapStart, start), keys.current)
      const now = isKey ? this.text(value) : this.#value(value, keys.current)
      if (isKey) keys.key(value)
      else keys.value(value)
      if (now === value && gap === null) continue
      made += text.slice(at, gapStart) + (gap ?? text.slice(gapStart, start))
      made += now === value ? text.slice(start, end) : JSON.stringify(now)
      at = end
    }
    const gap = this.#numbers(text.slice(strings.gapStart), keys.current)
    return made + (gap === null ? text.slice(at) : text.slice(at, strings.gapStart) + gap)
  }

  /** The text between two strings; null if unchanged. */
  #numbers(gap: string, key: string): string | null {
    if (gap.length < ACCOUNT_DIGITS) return null
    const made = gap.replace(ACCOUNT_NUMBER, (digits, whole: string | undefined) => {
      const isAccount = this.#accounts.has(digits) || (whole !== undefined && /account/i.test(key))
      return isAccount ? this.#pseudonym('account', digits, digits) : digits
    })
    return made === gap ? null : made
  }

  #value(value: string, key: string): string {
    const field = fieldOf(key, value)
    if (field === null) return this.text(value)
    const { kind, start, end } = field
    const now = this.#pseudonym(kind, value.slice(start, end), meaningOf(value.slice(start, end)))
    return this.text(value.slice(0, start)) + now + value.slice(end)
  }

  #plain(text: string): string {
    const found: Replacement[] = []
    for (const reading of readingsOf(text)) {
      const place = (at: number): number => (reading.places === null ? at : (reading.places[at] as number))
      for (const { start, end, by } of this.#replacements(reading.text))
        found.push({ start: place(start), end: place(end), by })
    }
    return found.length === 0 ? text : replaced(text, found)
  }

  *#replacements(text: string): Generator<Replacement> {
    const known = [...this.#known.in(text), ...addressesIn(text, this.#ip6)]
    for (const { start, end, kind, meaning } of known)
      yield { start, end, by: this.#shaped(kind, text.slice(start, end), meaning) }
    for (const { start, end, kind } of formsIn(text)) {
      const original = text.slice(start, end)
      yield { start, end, by: kind === null ? null : this.#pseudonym(kind, original, meaningOf(original)) }
    }
  }

  /** An address in a host name has dashes. */
  #shaped(kind: PseudonymKind, original: string, meaning: Hit['meaning']): string {
    const made = this.#pseudonym(kind, kind === 'ip4' ? meaning : original, meaning)
    return kind === 'ip4' && original.includes('-') ? made.replaceAll('.', '-') : made
  }

  /** @param meaning the same for all spellings */
  #pseudonym(kind: PseudonymKind, original: string, meaning: string): string {
    const known = this.#mapping.get(original)
    if (known !== undefined) return known
    const mac = createHmac('sha256', this.#key).update(`${kind} ${meaning}`).digest()
    const made = PSEUDONYMS[kind](mac, original)
    this.#mapping.set(original, made)
    return made
  }
}

/** Overlapping matches are replaced as one, so that no part remains. */
function replaced(text: string, found: readonly Replacement[]): string {
  const kept = found.filter(({ by }) => by === null).sort((a, b) => a.start - b.start)
  const sorted = found.filter(({ by }) => by !== null).sort((a, b) => a.start - b.start || b.end - a.end)
  let made = ''
  let at = 0
  let next = 0
  let last: { start: number; end: number; by: string } | null = null
  const put = (): void => {
    if (last === null) return
    made += text.slice(at, last.start) + last.by
    at = last.end
  }
  for (const { start, end, by } of sorted) {
    while (next < kept.length && (kept[next] as Replacement).end <= start) next++
    const whole = kept[next]
    if (whole !== undefined && isInside({ start, end }, whole)) continue
    if (last !== null && start < last.end) last.end = Math.max(last.end, end)
    else {
      put()
      last = { start, end, by: by as string }
    }
  }
  put()
  return made + text.slice(at)
}

/** A short name can be part of an ID by chance, a longer value cannot. */
const BY_CHANCE = 16

function isInside(a: { start: number; end: number }, b: Replacement): boolean {
  return a.end - a.start < BY_CHANCE && a.start >= b.start && a.end <= b.end
}
