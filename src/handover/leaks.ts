/** The search for what redaction left: every text of a finished hand-over is read again. */
import { isIP } from 'node:net'
import type { Connection } from '../store/open.js'
import { NameIndex } from './names.js'
import { JsonStrings } from './json-strings.js'
import { isKept } from './our-words.js'
import { BASE64, changedBase64, IPV4, IPV6, parsedJson, percentDecoded, UUID } from './text-forms.js'
import { Words } from './words.js'

/** Not our own words: of `meta`, what was asked and how it was understood; nothing of `data_dictionary`. */
const EVIDENCE_OF: Readonly<Record<string, string>> = {
  meta: "WHERE key IN ('question', 'notes')",
  data_dictionary: 'WHERE 0',
}

/** Values repeat from row to row; records do not. */
const MOST_SEEN = 50_000
const MOST_SEEN_LENGTH = 400

/** Secrets that still stand in the file, looked for in every text as it is stored and as it reads: JSON, percent-encoding, base64. */
export function findLeaks(out: Connection, secrets: ReadonlySet<string>): string[] {
  const search = new LeakSearch(secrets)
  const tables = out
    .prepare<unknown[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_fts%' ESCAPE '\\' AND name NOT LIKE 'sqlite_%'`,
    )
    .pluck()
    .all()
  for (const table of tables) {
    const read = out.prepare<unknown[], unknown[]>(`SELECT * FROM ${table} ${EVIDENCE_OF[table] ?? ''}`)
    const columns = read.columns().map(({ name }) => name)
    for (const row of read.raw().iterate()) {
      row.forEach((value, index) => {
        if (typeof value === 'string' && !isKept(columns[index] ?? '', value)) search.in(value)
      })
    }
  }
  return [...search.leaks]
}

const UUID_HERE = new RegExp(UUID, 'iy')
const UUID_FIRST = 8

/** What a text must hold to hold an address, told faster than where one is. */
const ADDRESSES = [
  { version: 4, hint: /\d\.\d{1,3}\.\d/, pattern: new RegExp(IPV4, 'giu') },
  { version: 6, hint: /:[0-9a-f]{0,4}:/i, pattern: new RegExp(IPV6, 'giu') },
]

class LeakSearch {
  readonly leaks = new Set<string>()
  readonly #secrets: ReadonlySet<string>
  readonly #names: NameIndex
  readonly #addresses: typeof ADDRESSES
  readonly #haveQuotes: boolean
  readonly #seen = new Set<string>()

  constructor(secrets: ReadonlySet<string>) {
    this.#secrets = secrets
    const versions = new Set([...secrets].map((secret) => isIP(secret)))
    this.#addresses = ADDRESSES.filter(({ version }) => versions.has(version))
    this.#haveQuotes = [...secrets].some((secret) => secret.includes('"'))
    this.#names = new NameIndex([...secrets].filter((secret) => isIP(secret) === 0))
  }

  in(text: string): void {
    if (text.length < MOST_SEEN_LENGTH) {
      if (this.#seen.has(text)) return
      if (this.#seen.size >= MOST_SEEN) this.#seen.clear()
      this.#seen.add(text)
    }
    if (parsedJson(text) !== null) this.#json(text)
    else this.#plain(text)
  }

  #plain(text: string): void {
    this.#as(text)
    if (text.includes('%')) {
      const decoded = percentDecoded(text)
      if (decoded !== text) this.in(decoded)
    }
    this.#encodings(text)
  }

  #encodings(text: string): void {
    for (const [run] of text.matchAll(BASE64)) {
      changedBase64(run, (decoded) => {
        this.in(decoded)
        return decoded
      })
    }
  }

  /** Its strings, as they are stored and as they read, and what stands between them: a name has no quote, or is looked for in the whole. */
  #json(text: string): void {
    if (this.#haveQuotes) this.#plain(text)
    const strings = new JsonStrings(text)
    while (strings.next()) {
      this.#between(text, strings.gapStart, strings.start)
      const stored = text.slice(strings.start + 1, strings.end - 1)
      this.in(strings.value)
      if (stored.includes('\\')) this.#plain(stored)
    }
    this.#between(text, strings.gapStart, text.length)
  }

  /** Numbers: a comma or bracket is no secret. */
  #between(text: string, start: number, end: number): void {
    if (end - start > 2) this.#plain(text.slice(start, end))
  }

  #as(text: string): void {
    const words = new Words(text)
    while (words.next()) {
      const { start, word } = words
      const hit = this.#names.find(text, word, start)
      if (hit !== null) this.leaks.add(text.slice(hit.start, hit.end))
      // The end of a UUID can have the digits of an account.
      if (word.length === UUID_FIRST && text.charAt(words.end) === '-')
        words.skipTo(behindUuid(text, start) ?? words.end)
    }
    for (const { hint, pattern } of this.#addresses) {
      if (!hint.test(text)) continue
      for (const [address] of text.matchAll(pattern)) if (this.#secrets.has(address)) this.leaks.add(address)
    }
  }
}

function behindUuid(text: string, start: number): number | null {
  UUID_HERE.lastIndex = start
  return UUID_HERE.test(text) ? UUID_HERE.lastIndex : null
}
