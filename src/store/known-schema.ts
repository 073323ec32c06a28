/**
 * The exact schema of files that only we write: hand-overs. In a file from elsewhere a table can be an endless query,
 * so anything that differs is refused before reading. A case is checked by what we use of it: see case-schema.ts.
 */
import Database from 'better-sqlite3'
import type { Connection } from './connection.js'

export interface KnownSchema {
  /** `type name` → statement. */
  readonly items: ReadonlyMap<string, string | null>
  /** Those that may be missing. */
  readonly optional: ReadonlySet<string>
}

interface Item {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

/** More than any version has: the rest of a foreign schema need not be read. */
const MOST_ITEMS = 1000
/** Tables that SQLite's ANALYZE creates. */
const STATISTICS: readonly Item[] = [
  { type: 'table', name: 'sqlite_stat1', sql: 'CREATE TABLE sqlite_stat1(tbl,idx,stat)' },
  { type: 'table', name: 'sqlite_stat4', sql: 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)' },
]

/** As SQLite stores it, including FTS5's additions. Indexes and `optional` tables may be missing. */
export function schemaOf(ddl: readonly string[], optional: readonly string[]): KnownSchema {
  const db = new Database(':memory:')
  try {
    const required = itemsAfter(db, ddl)
    const all = [...itemsAfter(db, optional), ...STATISTICS]
    const isNeeded = new Set(required.filter(({ type }) => type !== 'index').map(keyOf))
    return {
      items: new Map(all.map((item) => [keyOf(item), item.sql])),
      optional: new Set(all.map(keyOf).filter((key) => !isNeeded.has(key))),
    }
  } finally {
    db.close()
  }
}

/** What is foreign in this file, in words; null if nothing is. */
export function schemaDifference(db: Connection, { items, optional }: KnownSchema): string | null {
  const found = readItems(db)
  for (const item of found) {
    const known = items.get(keyOf(item))
    if (known === undefined) return `it has ${item.type} ${item.name}, which coldtrail does not make`
    if (known !== item.sql) return `its ${item.type} ${item.name} is not the one that coldtrail makes`
  }
  const names = new Set(found.map(keyOf))
  const missing = [...items.keys()].find((key) => !optional.has(key) && !names.has(key))
  return missing === undefined ? null : `it has no ${missing}`
}

function itemsAfter(db: Connection, ddl: readonly string[]): Item[] {
  // The last statement of a hand-over fills its full text, which is empty here.
  db.transaction(() => {
    for (const statement of ddl) db.exec(statement)
  })()
  return readItems(db)
}

function readItems(db: Connection): Item[] {
  return db.prepare<[number], Item>('SELECT type, name, sql FROM sqlite_schema LIMIT ?').all(MOST_ITEMS)
}

/** Objects added by FTS5 and primary keys are named after their table. */
function keyOf({ type, name }: Item): string {
  return `${type} ${name}`
}
