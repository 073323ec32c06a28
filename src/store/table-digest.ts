/**
 * Digests over what cannot be rebuilt from the evidence: which files were found, and their problems. Each run stores
 * them in its counts, covered by the hash of its row; `verify` compares the newest.
 */
import { createHash } from 'node:crypto'
import type { Connection } from './connection.js'
import { TABLES } from './schema.js'
import { DETECTION_VIEWS } from './detection-schema.js'
import { RESULT_TABLES } from './result-tables.js'

const LATER_DESCRIBED = [...RESULT_TABLES, ...DETECTION_VIEWS].map(({ name }) => `'${name}'`).join(', ')

/** Excludes columns added by others, and those that an older minor format lacks. */
function ourRows(table: string, key: string): (minor: number) => string {
  const columns = TABLES.find(({ name }) => name === table)?.columns ?? []
  return (minor) => {
    const names = columns.filter(({ since = 0 }) => since <= minor).map(({ name }) => name)
    return `SELECT ${names.join(', ')} FROM ${table} ORDER BY ${key}`
  }
}

const DIGESTED = {
  source: ourRows('source', 'id'),
  problem: ourRows('problem', 'id'),
  notice: ourRows('notice', 'id'),
  meta: ourRows('meta', 'key'),
  resource_role: ourRows('resource_role', 'id'),
  // digest verify and detect describe their own tables when they create them.
  data_dictionary: () => `SELECT * FROM data_dictionary
    WHERE substr(table_name || '.', 1, instr(table_name || '.', '.') - 1) NOT IN (${LATER_DESCRIBED}) ORDER BY rowid`,
  // Tens of millions of rows: IDs are hashes of the other columns, so only `derived` is left to cover.
  resource: () => 'SELECT count(*), sum(derived), sum(derived * (id % 1000000007)) FROM resource',
} as const

export type TableDigests = Readonly<Record<keyof typeof DIGESTED, string>>

export function digestTables(db: Connection): TableDigests {
  const minor = (db.pragma('main.user_version', { simple: true }) as number) % 1000
  const entries = Object.entries(DIGESTED).map(([table, sql]) => [table, digestRows(db, sql(minor))])
  return Object.fromEntries(entries) as TableDigests
}

/** @param sql its order of rows and columns is part of the digest. */
export function digestRows(db: Connection, sql: string, ...bound: readonly unknown[]): string {
  const digest = createHash('sha256')
  const rows = db
    .prepare(sql)
    .raw()
    .safeIntegers()
    .iterate(...bound)
  for (const row of rows as IterableIterator<unknown[]>)
    digest.update(
      `${JSON.stringify(row.map((value) => (typeof value === 'bigint' ? String(value) : value)))}\n`,
    )
  return digest.digest('hex')
}
