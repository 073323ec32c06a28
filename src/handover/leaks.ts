/** The search for what redaction left: every text of a finished hand-over is read again. */
import { isIP } from 'node:net'
import type { Connection } from '../store/open.js'
import { NameIndex } from './names.js'
import { isKept } from './redact.js'
import { BASE64, changedBase64, IPV4, IPV6, isJson, percentDecoded, UUID } from './text-forms.js'

/** Not our own words: of `meta`, what was asked and how it was understood; nothing of `data_dictionary`. */
const EVIDENCE_OF: Readonly<Record<string, string>> = {
  meta: "WHERE key IN ('question', 'notes')",
  data_dictionary: 'WHERE 0',
}

/** Values repeat from row to row; records do not. */
const MOST_SEEN = 50_000
const MOST_SEEN_LENGTH = 1000

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

const ADDRESSES = [new RegExp(IPV4, 'giu'), new RegExp(IPV6, 'giu')]
const ANY_UUID = new RegExp(UUID, 'gi')

class LeakSearch {
  readonly leaks = new Set<string>()
  readonly #secrets: ReadonlySet<string>
  readonly #names: NameIndex
  readonly #seen = new Set<string>()

  constructor(secrets: ReadonlySet<string>) {
    this.#secrets = secrets
    this.#names = new NameIndex([...secrets].filter((secret) => isIP(secret) === 0))
  }

  in(text: string): void {
    if (this.#seen.has(text)) return
    if (this.#seen.size >= MOST_SEEN) this.#seen.clear()
    if (text.length < MOST_SEEN_LENGTH) this.#seen.add(text)
    this.#as(text)
    if (text.includes('%')) {
      const decoded = percentDecoded(text)
      if (decoded !== text) this.in(decoded)
    }
    this.#encodings(text)
    if (isJson(text)) this.#strings(JSON.parse(text))
  }

  #encodings(text: string): void {
    for (const [run] of text.matchAll(BASE64)) {
      changedBase64(run, (decoded) => {
        this.in(decoded)
        return decoded
      })
    }
  }

  #strings(value: unknown): void {
    if (typeof value === 'string') this.in(value)
    else if (Array.isArray(value)) for (const item of value) this.#strings(item)
    else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) {
        this.in(key)
        this.#strings(item)
      }
    }
  }

  #as(whole: string): void {
    // The end of a UUID can have the digits of an account.
    const text = whole.replace(ANY_UUID, (uuid) => (this.#secrets.has(uuid) ? uuid : ''))
    for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}]+/gu)) {
      const hit = this.#names.find(text, word, index)
      if (hit !== null) this.leaks.add(text.slice(hit.start, hit.end))
    }
    for (const pattern of ADDRESSES) {
      for (const [address] of text.matchAll(pattern)) if (this.#secrets.has(address)) this.leaks.add(address)
    }
  }
}
