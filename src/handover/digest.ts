/**
 * The digest over what a hand-over file says, whatever its bytes are: of each table its rows in the order of their row numbers, each as
 * JSON array on a line of its own. Ten lines of any language make it again.
 */
import { createHash, hash } from 'node:crypto'
import type { Connection } from '../store/open.js'
import { OUT_DIGESTED } from './schema.js'

/** Table → SHA-256 over its rows. */
export type OutDigests = Readonly<Record<string, string>>

export function digestTables(out: Connection): OutDigests {
  return Object.fromEntries(OUT_DIGESTED.map(({ name }) => [name, digestTable(out, name)]))
}

export function logicalDigestOf(tables: OutDigests): string {
  const lines = OUT_DIGESTED.map(({ name }) => `${name} ${tables[name] ?? ''}\n`)
  return hash('sha256', lines.join(''))
}

function digestTable(out: Connection, table: string): string {
  const digest = createHash('sha256')
  const rows = out.prepare<unknown[], unknown[]>(`SELECT * FROM ${table} ORDER BY rowid`).raw()
  for (const row of rows.iterate()) digest.update(`${JSON.stringify(row.map(asJson))}\n`)
  return digest.digest('hex')
}

/** JSON has no bytes, and infinity would read as null. */
function asJson(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
  return value instanceof Buffer ? { hex: value.toString('hex') } : value
}
