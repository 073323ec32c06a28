/**
 * The schema required of a case to read or write it. Checks only what we use: our tables with their columns and types.
 * Additions of investigators or other versions (indexes, views, tables, columns) are ignored. Our views are created
 * anew for each reader, so that a view in the file cannot run an endless query in our name. Triggers run on their own
 * and are refused.
 */
import { createTable, FTS_DDL, TABLES, TEXT_TABLES, type TableSpec } from './schema.js'
import { DETECTION_TABLES, DETECTION_VIEWS } from './detection-schema.js'
import { createIndex, INDEXES } from './indexes.js'
import type { Connection } from './connection.js'
import { STAGES } from './stages.js'
import { RESULT_TABLES } from './result-tables.js'
import { VIEWS } from './views.js'

/** Tables that a case does not always have. */
const OPTIONAL: readonly TableSpec[] = [...RESULT_TABLES, ...STAGES.map(({ stage }) => stage)]

/** FTS5's shadow tables of a contentless full-text table. */
const SHADOWS = TEXT_TABLES.flatMap((name) => ['data', 'idx', 'config'].map((part) => `${name}_${part}`))

interface Item {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

export interface SchemaUse {
  /** For writing, rows are copied as bytes, so tables must match exactly. */
  readonly isWritten: boolean
  /** Minor version of the file's format: later additions may be missing. */
  readonly minor: number
  readonly tables?: readonly TableSpec[]
}

/** Why this file cannot be used, in words; null if it can. */
export function schemaObstacle(db: Connection, use: SchemaUse): string | null {
  const items = readItems(db, namesOf(use))
  // Not via the map: a trigger can have the name of a table.
  const trigger = items.find(({ type }) => type === 'trigger')
  if (trigger !== undefined) return `it has a trigger, ${trigger.name}`
  const found = new Map(items.map((item) => [item.name.toLowerCase(), item]))
  for (const table of tablesOf(use)) {
    const obstacle = tableObstacle(db, table, found.get(table.name), use)
    if (obstacle !== null) return obstacle
  }
  return textObstacle(found) ?? indexObstacle(found) ?? (use.isWritten ? uniqueObstacle(db) : null)
}

/**
 * Adds what an older minor version lacks, for this connection only: empty tables and null columns. Also creates our
 * views.
 */
export function completeForReading(
  db: Connection,
  { tables = TABLES }: Pick<SchemaUse, 'tables'> = {},
): void {
  for (const table of tables) {
    const columns = new Set(columnsOf(db, table.name).map(({ name }) => name))
    const later = table.columns.filter(({ name }) => !columns.has(name))
    if (columns.size === 0) db.exec(createTable(table, 'temp.'))
    else if (later.length > 0) {
      const nulls = later.map(({ name }) => `NULL AS ${name}`).join(', ')
      db.exec(`CREATE TEMP VIEW ${table.name} AS SELECT *, ${nulls} FROM main.${table.name}`)
    }
  }
  // Rows not sorted in yet: without this no caller and no resource would be found by them.
  for (const { table, stage } of STAGES)
    if (columnsOf(db, stage.name).length > 0)
      db.exec(
        `CREATE TEMP VIEW ${table.name} AS SELECT * FROM main.${table.name} UNION SELECT * FROM main.${stage.name}`,
      )
  for (const table of DETECTION_TABLES)
    if (columnsOf(db, table.name).length === 0) db.exec(createTable(table, 'temp.'))
  for (const { name, sql } of [...VIEWS, ...DETECTION_VIEWS]) db.exec(`CREATE TEMP VIEW ${name} AS ${sql}`)
}

function tablesOf({ tables = TABLES }: SchemaUse): readonly TableSpec[] {
  return [...tables, ...OPTIONAL]
}

function namesOf(use: SchemaUse): string[] {
  return [
    ...tablesOf(use).map(({ name }) => name),
    ...TEXT_TABLES,
    ...SHADOWS,
    ...INDEXES.map(({ name }) => name),
  ]
}

/** Names are ASCII, which SQLite compares case-insensitively. */
function readItems(db: Connection, names: readonly string[]): Item[] {
  return db
    .prepare<[string], Item>(
      `SELECT type, name, sql FROM sqlite_schema
       WHERE type = 'trigger' OR lower(name) IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(names))
}

function tableObstacle(
  db: Connection,
  table: TableSpec,
  found: Item | undefined,
  { isWritten, minor }: SchemaUse,
): string | null {
  const isOptional = OPTIONAL.includes(table) || ((table.since ?? 0) > minor && !isWritten)
  if (found === undefined) return isOptional ? null : `it has no table ${table.name}`
  if (found.type !== 'table') return `its ${table.name} is a ${found.type}`
  if (found.sql === createTable(table)) return null
  if (isWritten) return `its table ${table.name} is not the one that this version makes`
  return columnObstacle(db, table, found.sql ?? '', minor)
}

interface FoundColumn {
  readonly name: string
  readonly type: string
  readonly pk: number
  /** 2 and 3 are generated columns. */
  readonly hidden: number
}

function columnObstacle(db: Connection, table: TableSpec, sql: string, minor: number): string | null {
  if (/^\s*CREATE\s+VIRTUAL\b/i.test(sql)) return `its ${table.name} is a virtual table`
  const found = new Map(columnsOf(db, table.name).map((column) => [column.name, column]))
  const keys = keysOf(table)
  for (const column of table.columns) {
    const there = found.get(column.name)
    const name = `${table.name}.${column.name}`
    if (there === undefined) {
      if ((column.since ?? 0) > minor) continue
      return `it has no column ${name}`
    }
    if (there.type !== column.type || there.pk !== (keys.get(column.name) ?? 0))
      return `its column ${name} is another one`
    const isComputed = column.generated !== undefined
    if (isComputed !== there.hidden > 1 || (isComputed && !sql.includes(`(${column.generated ?? ''})`)))
      return `its column ${name} is computed otherwise`
  }
  return null
}

/** Position in the primary key, from 1. */
function keysOf({ columns, primaryKey }: TableSpec): Map<string, number> {
  const names =
    primaryKey?.split(', ') ??
    columns.filter(({ rule }) => rule?.includes('PRIMARY KEY')).map(({ name }) => name)
  return new Map(names.map((name, at) => [name, at + 1]))
}

function columnsOf(db: Connection, table: string): FoundColumn[] {
  return db
    .prepare<[string], FoundColumn>("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, 'main')")
    .all(table)
}

/** The full-text table must match exactly; the DDL of FTS5's shadow tables differs between SQLite versions. */
function textObstacle(found: ReadonlyMap<string, Item>): string | null {
  for (const [at, name] of TEXT_TABLES.entries()) {
    const item = found.get(name)
    if (item === undefined) return `it has no table ${name}`
    if (item.sql !== FTS_DDL[at]) return `its full text ${name} is not the one that coldtrail makes`
  }
  const shadow = SHADOWS.find((name) => found.get(name)?.type !== 'table')
  return shadow === undefined ? null : `it has no table ${shadow}`
}

/** A missing index makes an answer slow; one of the same name over other columns would make it wrong. */
function indexObstacle(found: ReadonlyMap<string, Item>): string | null {
  for (const index of INDEXES) {
    const item = found.get(index.name)
    if (item !== undefined && item.sql !== createIndex(index).replace('IF NOT EXISTS ', ''))
      return `its ${item.type} ${index.name} is not the one that coldtrail makes`
  }
  return null
}

/** An investigator's own constraint would abort a run. */
function uniqueObstacle(db: Connection): string | null {
  const unique = db
    .prepare<[string], string>(
      `SELECT name FROM pragma_index_list(?, 'main') WHERE "unique" AND origin = 'c' LIMIT 1`,
    )
    .pluck()
  for (const { name } of TABLES) {
    const index = unique.get(name)
    if (index !== undefined)
      return `its table ${name} has a unique index, ${index}: drop that before indexing`
  }
  return null
}

/** Whether a table matches ours exactly, so that its rows can be read regardless of the rest of the file. */
export function hasOurTable(db: Connection, table: TableSpec): boolean {
  return readItems(db, [table.name]).some(({ type, sql }) => type === 'table' && sql === createTable(table))
}
