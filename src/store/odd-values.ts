/**
 * What a column of a case holds, and index would never have written: in a case that somebody else made, or that a disk has
 * damaged. Looked for when something failed that nobody expected: whether it is the case's fault, or ours.
 */
import type { ColumnSpec, TableSpec } from './column-spec.js'
import type { Connection } from './connection.js'
import { MOST_TEXT } from './reader.js'
import { TABLES } from './schema.js'
import { VERIFICATION_TABLES } from './verification-schema.js'

/** Outside of these a Date has no text. */
const MOST_MS = 8.64e15

/** Columns that hold JSON, with what it is. */
const JSON_COLUMNS: Readonly<Record<string, 'array' | 'object'>> = {
  'runs.arguments': 'array',
  'runs.versions': 'object',
  'runs.counts': 'object',
  'verification.keys_sha256': 'array',
  'verification.counts': 'object',
  'verification.gaps': 'array',
  'verification.statement': 'array',
}

/** The first that is found, in words; null when every value is one that index writes. */
export function oddValue(db: Connection): string | null {
  const tables = new Set(
    db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all(),
  )
  for (const table of [...TABLES, ...VERIFICATION_TABLES]) {
    const found = tables.has(table.name) ? oddIn(db, table) : undefined
    if (found !== undefined) return found
  }
  return null
}

function oddIn(db: Connection, table: TableSpec): string | undefined {
  const stored = table.columns.filter(
    ({ generated, since }) => generated === undefined && since === undefined,
  )
  const cases = stored.map((column) => `WHEN NOT (${ruleOf(table, column)}) THEN '${column.name}'`)
  const column = db
    .prepare<[], string>(
      `SELECT odd FROM (SELECT CASE ${cases.join(' ')} END AS odd FROM main.${table.name}) WHERE odd IS NOT NULL LIMIT 1`,
    )
    .pluck()
    .get()
  return column === undefined ? undefined : `${table.name}.${column} holds a value that index does not write`
}

/** True for what is as it should be. */
function ruleOf(table: TableSpec, { name, type, rule }: ColumnSpec): string {
  const isRequired = rule !== undefined || table.primaryKey?.split(', ').includes(name) === true
  const types = [type.toLowerCase(), ...(isRequired ? [] : ['null'])].map((word) => `'${word}'`)
  const rules = [`typeof(${name}) IN (${types.join(', ')})`]
  if (type === 'TEXT') rules.push(`coalesce(length(${name}), 0) <= ${MOST_TEXT}`)
  if (name.endsWith('_ms')) rules.push(`coalesce(${name} BETWEEN ${-MOST_MS} AND ${MOST_MS}, 1)`)
  const json = JSON_COLUMNS[`${table.name}.${name}`]
  if (json !== undefined)
    rules.push(
      `CASE WHEN ${name} IS NULL THEN 1 WHEN json_valid(${name}) THEN json_type(${name}) = '${json}' ELSE 0 END`,
    )
  return rules.join(' AND ')
}
