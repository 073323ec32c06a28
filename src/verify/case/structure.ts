/** Checks that the database is intact and has the schema of its format. */
import { getMeta } from '../../store/create.js'
import { INDEXES } from '../../store/indexes.js'
import type { Connection } from '../../store/open.js'
import { TABLES } from '../../store/schema.js'
import { RESULT_TABLES } from '../../store/result-tables.js'
import { VIEWS } from '../../store/views.js'
import { FindingList, type Finding } from './finding.js'

/**
 * integrity_check covers full-text indexes (SQLite 3.44 and later) without writing. It cannot check that they contain
 * the words of every event, since they keep no text.
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

/**
 * Foreign schemas are refused when the case is opened, and additions ignored (store/case-schema.ts). Indexes, which a
 * load drops temporarily, must exist in a finished case.
 */
export function checkSchema(db: Connection): Finding[] {
  const findings = new FindingList('schema')
  const names = new Set(db.prepare('SELECT name FROM sqlite_schema').pluck().all() as string[])
  // A table of a later minor format has no indexes either.
  const expected = INDEXES.filter(({ table }) => names.has(table))
  const missing = getMeta(db, 'state') === 'ready' ? expected.filter(({ name }) => !names.has(name)) : []
  for (const { name } of missing) findings.add('schema', `${name} is missing`)
  return [...findings.all, ...checkDescriptions(db, names)]
}

function checkDescriptions(db: Connection, names: ReadonlySet<string>): Finding[] {
  const findings = new FindingList('data_dictionary')
  const described = new Set(
    db.prepare("SELECT table_name || '.' || column_name FROM data_dictionary").pluck().all() as string[],
  )
  const minor = (db.pragma('main.user_version', { simple: true }) as number) % 1000
  for (const item of [...TABLES, ...VIEWS, ...RESULT_TABLES]) {
    if (!names.has(item.name)) continue
    const columns = item.columns.filter(({ since = 0 }) => since <= minor)
    for (const column of ['*', ...columns.map(({ name }) => name)]) {
      if (!described.has(`${item.name}.${column}`))
        findings.add('schema', `${item.name}.${column} is not described`)
    }
  }
  return findings.all
}
