/**
 * The schema that a file of ours has, made by the same statements that make the file. In a case that somebody else made, a
 * view can be called `events` and be an endless query, and a trigger can act when the case is added to: whatever is not
 * exactly ours is refused before anything is read.
 */
import Database from 'better-sqlite3'
import { createIndex, INDEXES } from './indexes.js'
import type { Connection } from './open.js'
import { STAGES } from './stages.js'
import { createTable, FTS_DDL, TABLES } from './schema.js'
import { VERIFICATION_INDEX, VERIFICATION_TABLES } from './verification-schema.js'
import { VIEWS } from './views.js'

export interface KnownSchema {
  /** `type name` → statement. */
  readonly items: ReadonlyMap<string, string | null>
  /** Those that need not be there. */
  readonly optional: ReadonlySet<string>
}

interface Item {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

/** More than any version of ours has: the rest of a foreign schema need not be read. */
const MOST_ITEMS = 1000
/** SQLite keeps numbers for its query planner there when ANALYZE was run. */
const STATISTICS: readonly Item[] = [
  { type: 'table', name: 'sqlite_stat1', sql: 'CREATE TABLE sqlite_stat1(tbl,idx,stat)' },
  { type: 'table', name: 'sqlite_stat4', sql: 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)' },
]

/** As SQLite writes it down, with what FTS5 adds. Indexes, and `optional` tables, may be missing. */
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

/** What is foreign in this file, in words; null when nothing is. */
export function schemaDifference(
  db: Connection,
  { items, optional }: KnownSchema,
  { isNewer = false } = {},
): string | null {
  const found = readItems(db)
  for (const item of found) {
    const known = items.get(keyOf(item))
    if (known === undefined && !(isNewer && isHarmless(item)))
      return `it has ${item.type} ${item.name}, which coldtrail does not make`
    if (known !== undefined && known !== item.sql)
      return `its ${item.type} ${item.name} is not the one that coldtrail makes`
  }
  const names = new Set(found.map(keyOf))
  const missing = [...items.keys()].find((key) => !optional.has(key) && !names.has(key))
  return missing === undefined ? null : `it has no ${missing}`
}

/** Whether a table is there exactly as we make it: then its rows can be read, whatever else the file has. */
export function hasOurTable(db: Connection, { items }: KnownSchema, name: string): boolean {
  const key = `table ${name}`
  const found = readItems(db).filter((item) => item.name === name)
  return found.length === 1 && found.every((item) => keyOf(item) === key && item.sql === items.get(key))
}

/** What a newer version may have added: nothing that acts or computes by itself. */
function isHarmless({ type, sql }: Item): boolean {
  return type === 'index' || (type === 'table' && !/^\s*CREATE\s+VIRTUAL\b/i.test(sql ?? ''))
}

let ofCase: KnownSchema | undefined

/** Of a case of this version. */
export function caseSchema(): KnownSchema {
  return (ofCase ??= schemaOf(
    [
      ...TABLES.map((table) => createTable(table)),
      ...FTS_DDL,
      ...VIEWS.map(({ name, sql }) => `CREATE VIEW ${name} AS ${sql}`),
      ...INDEXES.map(createIndex),
    ],
    [
      ...[...VERIFICATION_TABLES, ...STAGES.map(({ stage }) => stage)].map((table) => createTable(table)),
      `CREATE INDEX ${VERIFICATION_INDEX} ON verification_file (source_id)`,
    ],
  ))
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

/** What FTS5 and primary keys add is named after its table. */
function keyOf({ type, name }: Item): string {
  return `${type} ${name}`
}
