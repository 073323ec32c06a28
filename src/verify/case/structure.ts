/** Is the database sound, and is it built as this format is? */
import { getMeta } from '../../store/create.js'
import { USER_VERSION } from '../../store/format.js'
import { createIndex, INDEXES } from '../../store/indexes.js'
import type { Connection } from '../../store/open.js'
import { createTable, FTS_DDL, TABLES, TEXT_TABLES } from '../../store/schema.js'
import { VERIFICATION_TABLES } from '../../store/verification-schema.js'
import { VIEWS } from '../../store/views.js'
import { FindingList, type Finding } from './finding.js'

/**
 * integrity_check also walks the full-text indexes (SQLite 3.44 and later), and needs no writing for it. What it can not tell is
 * whether the words of every event are in them: they keep no text.
 */
export function checkStructure(db: Connection, quick: boolean): Finding[] {
  const findings = new FindingList('case file')
  const rows = db.pragma(quick ? 'quick_check' : 'integrity_check') as Record<string, string>[]
  for (const row of rows) {
    const [text = ''] = Object.values(row)
    if (text !== 'ok') findings.add('structure', text)
  }
  return findings.all
}

interface SchemaObject {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

export function checkSchema(db: Connection): Finding[] {
  const findings = new FindingList('schema')
  const objects = db.prepare('SELECT type, name, sql FROM sqlite_schema').all() as SchemaObject[]
  const byName = new Map(objects.map((object) => [object.name, object]))
  // Another minor version may have been written by other code: only what must be there is asked for.
  const isSameVersion = db.pragma('user_version', { simple: true }) === USER_VERSION
  for (const [name, sql] of expected(db)) {
    const found = byName.get(name)
    if (found === undefined) findings.add('schema', `${name} is missing`)
    else if (isSameVersion && found.sql !== sql)
      findings.add('schema', `${name} is not defined as in this format`)
  }
  const known = new Set(VIEWS.map(({ name }) => name))
  for (const { type, name } of objects) {
    if (type === 'trigger' || (type === 'view' && !known.has(name)))
      findings.add('schema', `${type} ${name} does not belong here`)
  }
  return [...findings.all, ...checkDescriptions(db, byName)]
}

/** Name and definition. While a load is under way, indexes of large tables are not there. */
function expected(db: Connection): Map<string, string> {
  const all = new Map<string, string>()
  for (const table of TABLES) all.set(table.name, createTable(table))
  TEXT_TABLES.forEach((name, index) => all.set(name, FTS_DDL[index] ?? ''))
  for (const view of VIEWS) all.set(view.name, `CREATE VIEW ${view.name} AS ${view.sql}`)
  if (getMeta(db, 'state') !== 'ready') return all
  for (const index of INDEXES) all.set(index.name, createIndex(index).replace('INDEX IF NOT EXISTS', 'INDEX'))
  return all
}

function checkDescriptions(db: Connection, byName: ReadonlyMap<string, SchemaObject>): Finding[] {
  const findings = new FindingList('data_dictionary')
  const described = new Set(
    db.prepare("SELECT table_name || '.' || column_name FROM data_dictionary").pluck().all() as string[],
  )
  for (const item of [...TABLES, ...VIEWS, ...VERIFICATION_TABLES]) {
    if (!byName.has(item.name)) continue
    const columns = db.prepare(`SELECT name FROM pragma_table_xinfo(?)`).pluck().all(item.name) as string[]
    for (const column of ['*', ...columns]) {
      if (!described.has(`${item.name}.${column}`))
        findings.add('schema', `${item.name}.${column} is not described`)
    }
  }
  return findings.all
}
