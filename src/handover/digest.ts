/**
 * Digest over the content of a hand-over file, independent of its bytes: for each table the rows by row number, each as
 * a JSON array on its own line. Ten lines of any language recompute it.
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

/** JSON has no bytes, and would write infinity as null. */
function asJson(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
  return value instanceof Buffer ? { hex: value.toString('hex') } : value
}
