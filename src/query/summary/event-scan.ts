/**
 * One unordered pass over the events of a scope that yields dictionary IDs only, for lists and summaries.
 *
 * A whole case is read in runs of rows and filtered here. On a million events this takes half the time of SQLite's
 * GROUP BY, which must sort everything without an index, and one pass serves every count.
 */
import type { Scope } from '../../model/question.js'
import { INDEXES } from '../../store/indexes.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readIndexNames, readNumber, readTuples } from '../../store/reader.js'
import { inWindow } from '../plan/condition.js'
import { columnOfArm, criteriaOf } from '../find/filters.js'
import type { Dimension } from '../plan/criteria.js'
import { and, joined, raw, sql, type Statement } from '../plan/statement.js'

export type ScanColumn = 'id' | 'event_time_ms' | `${Dimension}_id`

/** Values in the order of the requested columns; only `event_time_ms` can be null. */
export type ScanRow = readonly (number | null)[]

/** Events that pass the filters on one dictionary. */
interface Demand {
  readonly column: ScanColumn
  readonly ids: Statement
}

/** Rows per read: more would be promoted to old space by V8, fewer would cost more calls. */
const RUN = 5000
/** Rows are fetched by ID only for a small share of the table, which is scanned ten times as fast. */
const FEW_SHARE = 0.2
/** Their IDs are kept in memory, eight bytes each. */
const MOST_FETCHED = 2_000_000

export function scanEvents(
  db: Connection,
  scope: Scope,
  columns: readonly ScanColumn[],
  visit: (row: ScanRow) => void,
): void {
  const demands = demandsOf(scope)
  const all = [...new Set([...columns, ...demands.map(({ column }) => column)])]
  const tests = demands.map(({ column, ids }) => ({
    at: all.indexOf(column),
    allowed: new Set(readColumn<number>(db, ids)),
  }))
  const meets = (row: ScanRow) => tests.every(({ at, allowed }) => allowed.has(row[at] as number))
  const select = sql`SELECT ${raw(all.map((name) => `e.${name}`).join(', '))}`
  for (const statement of runsOf(db, scope, demands, select)) {
    const rows = readTuples(db, statement) as ScanRow[]
    for (const row of rows) if (tests.length === 0 || meets(row)) visit(row)
  }
}

/** The statements that together read all candidates. */
function* runsOf(
  db: Connection,
  scope: Scope,
  demands: readonly Demand[],
  select: Statement,
): Generator<Statement> {
  const few = fewestCandidates(db, scope, demands)
  if (few === undefined) {
    const window = inWindow('e.event_time_ms', scope.window)
    // IDs have gaps between batches: each run starts at an existing one.
    for (let first = rowAfter(db, 0); first !== null; first = rowAfter(db, first + RUN - 1)) {
      const run = [sql`e.id >= ${first}`, sql`e.id < ${first + RUN}`]
      yield sql`${select} FROM event e WHERE ${and([...run, ...window])}`
    }
    return
  }
  const ids = readColumn<number>(db, sql`SELECT id FROM (${few}) ORDER BY id`)
  for (let from = 0; from < ids.length; from += RUN) {
    const wanted = JSON.stringify(ids.slice(from, from + RUN))
    yield sql`${select} FROM json_each(${wanted}) j CROSS JOIN event e ON e.id = j.value`
  }
}

/** A statement that selects `id` of the events of a scope, for joins. */
export interface Matching {
  readonly ids: Statement
  /** Whether they are few enough to look up one by one. */
  readonly areFew: boolean
}

export function matchingEvents(db: Connection, scope: Scope): Matching {
  const { from, areFew } = eventsIn(db, scope)
  return { ids: sql`SELECT e.id ${from}`, areFew }
}

/**
 * FROM and WHERE for the events `e` of a scope, where SQLite is faster than a scan: a few distinct values of many
 * events.
 */
export function eventsIn(
  db: Connection,
  scope: Scope,
): { readonly from: Statement; readonly areFew: boolean } {
  const demands = demandsOf(scope)
  const tests = [
    ...inWindow('e.event_time_ms', scope.window),
    ...demands.map(({ column, ids }) => sql`e.${raw(column)} IN (${ids})`),
  ]
  if (tests.length === 0) return { from: raw('FROM event e NOT INDEXED'), areFew: false }
  const few = fewestCandidates(db, scope, demands)
  const events =
    few === undefined ? sql`event e NOT INDEXED` : sql`(${few}) f CROSS JOIN event e ON e.id = f.id`
  return { from: sql`FROM ${events} WHERE ${and(tests)}`, areFew: few !== undefined }
}

function demandsOf({ filters }: Scope): Demand[] {
  return criteriaOf(filters).map((arm): Demand => ({ column: columnOfArm(arm), ids: arm.ids }))
}

function rowAfter(db: Connection, row: number): number | null {
  return readNumber(db, sql`SELECT min(id) FROM event WHERE id > ${row}`)
}

/** From the last finished load; a case that is loading is counted here. */
function eventCount(db: Connection): number {
  const counted = readNumber(db, sql`SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'event_count'`)
  return counted ?? readNumber(db, sql`SELECT count(*) FROM event`) ?? 0
}

/** Selects `id` of the events that one index yields, if they are a small share. */
function fewestCandidates(db: Connection, scope: Scope, demands: readonly Demand[]): Statement | undefined {
  let best: Statement | undefined
  let least = Math.floor(Math.min(eventCount(db) * FEW_SHARE, MOST_FETCHED))
  for (const ids of candidateLists(db, demands, inWindow('e.event_time_ms', scope.window))) {
    const count = readNumber(db, sql`SELECT count(*) FROM (${ids} LIMIT ${least + 1})`) ?? 0
    if (count > least) continue
    best = ids
    least = count
  }
  return best
}

function candidateLists(
  db: Connection,
  demands: readonly Demand[],
  window: readonly Statement[],
): Statement[] {
  const known = readIndexNames(db)
  const lists = demands.flatMap(({ column, ids }) => {
    const index = INDEXES.find(
      (spec) => spec.table === 'event' && spec.columns === `${column}, event_time_ms`,
    )
    if (index === undefined || !known.has(index.name)) return []
    const partial = index.where === undefined ? [] : [raw(`e.${index.where}`)]
    const from = sql`FROM (${ids}) d CROSS JOIN event e INDEXED BY ${raw(index.name)}`
    return [sql`SELECT e.id ${from} WHERE ${and([sql`e.${raw(column)} = d.id`, ...partial, ...window])}`]
  })
  if (window.length > 0 && known.has('event_by_time')) {
    lists.push(sql`SELECT e.id FROM event e INDEXED BY event_by_time WHERE ${joined(window, ' AND ')}`)
  }
  return lists
}

/** IDs of failures; 0 is success. */
export function failedOutcomes(db: Connection): ReadonlySet<number> {
  return new Set(readColumn<number>(db, sql`SELECT id FROM outcome WHERE failed = 1`))
}
