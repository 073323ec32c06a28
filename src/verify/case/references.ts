/** Finds dangling references. Each query returns the count and one example. */
import type { Connection } from '../../store/open.js'
import { DICTIONARIES } from '../../store/reduced-forms.js'
import { FIRST_OVERFLOW } from '../../model/event-id.js'
import { FindingList, type Finding } from './finding.js'

interface Reference {
  readonly table: string
  /** Selects a name of each wrong row as `name`. */
  readonly sql: string
  readonly detail: string
}

const noRow = (table: string, column: string, target: string, name = 'rowid'): Reference => ({
  table,
  sql: `SELECT ${name} AS name FROM ${table} WHERE ${column} IS NOT NULL AND ${column} NOT IN (SELECT id FROM ${target})`,
  detail: `${column} names no row of ${target}`,
})

const CHEAP: readonly Reference[] = [
  noRow('source', 'run_id', 'runs', 'path'),
  noRow('source', 'duplicate_of', 'source', 'path'),
  noRow('segment', 'source_id', 'source'),
  noRow('problem', 'source_id', 'source', 'path'),
  noRow('problem', 'run_id', 'runs', 'path'),
  noRow('redelivery', 'source_id', 'source'),
  noRow('access_log', 'source_id', 'source', 'id'),
  noRow('access_log', 'client_id', 'access_client', 'id'),
  noRow('access_log', 'call_id', 'access_call', 'id'),
  noRow('aggregate', 'source_id', 'source', 'id'),
  noRow('notice', 'source_id', 'source', 'object_key'),
  noRow('redelivery', 'event_rowid', 'event'),
  noRow('session', 'caller_id', 'caller', 'id'),
  noRow('name_of_caller', 'caller_id', 'caller', 'name'),
  noRow('name_of_session', 'session_id', 'session', 'name'),
  noRow('reduced_form', 'source_id', 'source', 'event_id'),
  noRow('reduced_form', 'target', 'event', 'event_id'),
]

/** Given to no batch yet. */
const laterThanLast = (table: string): Reference => ({
  table,
  sql: `SELECT event_id AS name FROM ${table} WHERE id < ${FIRST_OVERFLOW}
    AND id > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_event_rowid')`,
  detail: 'the ID is later than the last that was given',
})

const OF_EVENTS: readonly Reference[] = [
  laterThanLast('event'),
  laterThanLast('reduced_form'),
  noRow('event', 'source_id', 'source', 'event_id'),
  ...['event', 'reduced_form'].flatMap((table) =>
    DICTIONARIES.map(({ name, tables: [to] }) => noRow(table, `${name}_id`, to?.name ?? name, 'event_id')),
  ),
  {
    table: 'event',
    sql: `SELECT e.event_id AS name FROM event e
      WHERE e.appearances <> 1 + (SELECT count(*) FROM redelivery r WHERE r.event_rowid = e.id)
        + (SELECT count(*) FROM reduced_form f WHERE f.target = e.id AND f.id <> e.id)`,
    detail: 'appearances is not the number of places where the event was delivered',
  },
  {
    table: 'event_resource',
    sql: `SELECT x.event_rowid AS name FROM event_resource x LEFT JOIN event e ON e.id = x.event_rowid
      WHERE e.id IS NULL OR e.event_time_ms IS NOT x.event_time_ms`,
    detail: 'the event is not there, or has another time',
  },
  noRow('event_resource', 'role_id', 'resource_role', 'event_rowid'),
]

export function checkReferences(db: Connection, quick: boolean): Finding[] {
  const references = quick ? CHEAP : [...CHEAP, ...OF_EVENTS, ...resources(db)]
  return references.flatMap(({ table, sql, detail }) => {
    const findings = new FindingList(table)
    const wrong = db.prepare(`SELECT count(*) AS n, min(name) AS first FROM (${sql})`).get() as {
      n: number
      first: string | number | null
    }
    if (wrong.n > 0)
      findings.add('references', `${wrong.n} rows: ${detail} (one of them: ${wrong.first ?? '?'})`)
    return findings.all
  })
}

/** An interrupted load has resources in a stage table. */
function resources(db: Connection): Reference[] {
  const isLoading =
    db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'resource_stage'").get() !== undefined
  const target = isLoading ? 'resource UNION ALL SELECT id FROM resource_stage' : 'resource'
  return [noRow('event_resource', 'resource_id', target, 'event_rowid')]
}
