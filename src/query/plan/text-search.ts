/**
 * The words of a record are in two full-text tables: event_text has those of the event alone, value_text those of
 * shared values (caller, session, address, client, name, error), once per dictionary ID. Each phrase is looked up in both, so that an
 * expression can span the whole record.
 */
import type { Connection } from '../../store/open.js'
import { readColumn } from '../../store/reader.js'
import { DIMENSIONS, type Arm, type Criterion, type Dimension, type DimensionArm } from './criteria.js'
import { joined, raw, sql } from './statement.js'

/** From here on, testing one ID is cheaper than listing all. */
const WIDE = 5000

/** Splits text arms: the event's own text, or one of its shared values. */
export function spreadText(db: Connection, criterion: Criterion): Criterion {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      return { kind: criterion.kind, of: criterion.of.map((part) => spreadText(db, part)) }
    case 'without':
      return {
        kind: 'without',
        wanted: spreadText(db, criterion.wanted),
        unwanted: spreadText(db, criterion.unwanted),
      }
    case 'text':
      return spreadPhrase(db, criterion)
    case 'dimension':
    case 'column':
    case 'resource':
    case 'form':
      return criterion
  }
}

/** The event's own text comes last: see `apart` in route.ts. */
function spreadPhrase(db: Connection, arm: Extract<Arm, { kind: 'text' }>): Criterion {
  const { match } = arm
  const shared = sharingDimensions(db, match)
  const form = formArm(db, match, shared)
  if (shared.length === 0 && form === undefined) return arm
  const isWide = readColumn(
    db,
    sql`SELECT 1 FROM value_text v WHERE v.value_text MATCH ${match} LIMIT ${WIDE}`,
  )
  const arms = shared.map((dimension): DimensionArm => {
    const ids = joined(
      VALUES[dimension].map(
        (value) =>
          sql`SELECT d.id FROM value_text v CROSS JOIN ${raw(value)} = v.rowid WHERE v.value_text MATCH ${match}`,
      ),
      ' UNION ',
    )
    return { kind: 'dimension', dimension, ids, ...(isWide.length < WIDE ? {} : { wideMatch: match }) }
  })
  return { kind: 'any', of: [...arms, ...(form === undefined ? [] : [form]), arm] }
}

/** Events of which a reduced form says the phrase: its own words are under its own number, its values may be others than the event's. */
function formArm(db: Connection, match: string, shared: readonly Dimension[]): Arm | undefined {
  if (readColumn(db, sql`SELECT 1 FROM reduced_form LIMIT 1`).length === 0) return undefined
  const own = sql`SELECT DISTINCT f.target AS id FROM event_text t CROSS JOIN reduced_form f ON f.id = t.rowid WHERE t.event_text MATCH ${match}
    AND f.id <> f.target`
  const values = shared.flatMap((dimension) =>
    VALUES[dimension].map(
      (join) => sql`SELECT f.target FROM reduced_form f WHERE f.says_more = 1 AND f.${raw(dimension)}_id IN
    (SELECT d.id FROM value_text v CROSS JOIN ${raw(join)} = v.rowid WHERE v.value_text MATCH ${match})`,
    ),
  )
  const ids = joined([own, ...values], ' UNION ')
  return readColumn(db, sql`SELECT 1 FROM (${ids}) LIMIT 1`).length === 0 ? undefined : { kind: 'form', ids }
}

/** Where value_text has the words of a dimension, as a join up to the row's number. A caller's are those of all of its sessions. */
const VALUES: Readonly<Record<Dimension, readonly string[]>> = {
  identity: ['session d ON d.id', 'session d ON d.caller_id'],
  action: ['action d ON d.id'],
  address: ['address d ON d.id'],
  client: ['client d ON d.id'],
  outcome: ['outcome d ON d.id'],
  place: ['place d ON d.id'],
}

/** Dictionaries that have a value with the phrase. */
function sharingDimensions(db: Connection, match: string): Dimension[] {
  const found = new Set(
    readColumn<Dimension | null>(
      db,
      sql`SELECT DISTINCT ${raw(`CASE ${CASES} END`)} FROM value_text v WHERE v.value_text MATCH ${match}`,
    ),
  )
  return DIMENSIONS.filter((dimension) => found.has(dimension))
}

const CASES = [
  ['caller', 'identity'],
  ['session', 'identity'],
  ...DIMENSIONS.slice(1).map((name) => [name, name]),
]
  .map(
    ([table, dimension]) => `WHEN EXISTS (SELECT 1 FROM ${table} d WHERE d.id = v.rowid) THEN '${dimension}'`,
  )
  .join(' ')
