/** The resources named by the events of a scope: `coldtrail resources`. */
import type { ResourceRow } from '../../model/resource-list.js'
import type { Scope } from '../../model/question.js'
import { RESOURCE_ROLES } from '../../model/resource.js'
import type { Connection } from '../../store/open.js'
import { iterateColumn, readColumn, readIndexNames, readTuples } from '../../store/reader.js'
import { inWindow } from '../plan/condition.js'
import { matchingEvents } from '../summary/event-scan.js'
import { columnOfArm, criteriaOf } from '../find/filters.js'
import { PrincipalDirectory } from '../principals/principal-directory.js'
import { idList, idsNamed, readResources, TWIN_IDS, type Resource } from './resource-match.js'
import { and, raw, sql, type Statement } from '../plan/statement.js'
import { addTotals, noEvents, type Totals } from '../summary/tally.js'
import { timeText } from '../summary/value-table.js'
import { EVENT_OF_USE, usesOf } from '../plan/event-use.js'

export interface ResourceList {
  /** Busiest first; can be iterated once, reads as it goes. */
  readonly rows: Iterable<ResourceRow>
  /** Resources in total; null if `rows` has them all. */
  readonly total: number | null
}

/** Details are read for this many resources at a time. */
const RUN = 500
/** Principals listed in the column `by`. */
const NAMED = 3

/** @param value as for `find resource`; undefined for all. */
export function listResources(
  db: Connection,
  scope: Scope,
  value: string | undefined,
  limit = Infinity,
): ResourceList {
  const wanted = value === undefined ? undefined : idsNamed(value)
  const uses = usesIn(db, scope, wanted)
  const twins = readTwins(db, scope, wanted)
  const counts = limit === Infinity ? allCounts(db, uses) : topCounts(db, uses, limit + twins.ids.size)
  const [first] = Array.isArray(counts) ? counts : []
  const total = limit === Infinity ? null : (first?.[4] ?? 0) - twins.counted + twins.resources.length
  return { rows: rowsOf(db, scope, busiest(counts, twins), limit), total }
}

/** Counts of one resource; `resource` is set only for merged rows. */
interface Counted {
  readonly id: string
  readonly totals: Totals
  readonly resource?: Resource
}

type CountTuple = readonly [
  id: string,
  events: number,
  first: number | null,
  last: number | null,
  total?: number,
]

function totalsOf([, events, firstMs, lastMs]: CountTuple): Totals {
  return { events, errors: 0, firstMs: firstMs ?? Infinity, lastMs: lastMs ?? -Infinity }
}

/** Resources with several rows because records describe them differently; few, if any. */
interface Twins {
  readonly ids: ReadonlySet<string>
  /** Busiest first. */
  readonly resources: readonly Required<Counted>[]
  /** Rows of theirs that the scope names. */
  readonly counted: number
}

function readTwins(db: Connection, scope: Scope, wanted: Statement | undefined): Twins {
  const ids = readColumn<string>(db, sql`SELECT CAST(id AS TEXT) FROM (${TWIN_IDS})`)
  if (ids.length === 0) return { ids: new Set(), resources: [], counted: 0 }
  const chosen = wanted === undefined ? idList(ids) : sql`${idList(ids)} INTERSECT SELECT id FROM (${wanted})`
  const counts = new Map(
    Array.from(allCounts(db, usesIn(db, scope, chosen)), (tuple) => [tuple[0], totalsOf(tuple)]),
  )
  const resources = readResources(db, idList(ids)).flatMap((resource) => {
    const totals = noEvents()
    for (const id of resource.ids) addTotals(totals, counts.get(id) ?? noEvents())
    return totals.events === 0 ? [] : [{ id: resource.ids[0] ?? '', totals, resource }]
  })
  return {
    ids: new Set(ids),
    resources: resources.sort((one, other) => other.totals.events - one.totals.events),
    counted: counts.size,
  }
}

/** Inserts the merged resources in order. */
function* busiest(counts: Iterable<CountTuple>, { ids, resources }: Twins): Generator<Counted> {
  const waiting = [...resources]
  for (const tuple of counts) {
    if (ids.has(tuple[0])) continue
    const totals = totalsOf(tuple)
    for (let [twin] = waiting; twin !== undefined && twin.totals.events >= totals.events; [twin] = waiting) {
      waiting.shift()
      yield twin
    }
    yield { id: tuple[0], totals }
  }
  yield* waiting
}

function* rowsOf(
  db: Connection,
  scope: Scope,
  counted: Iterable<Counted>,
  limit: number,
): Generator<ResourceRow> {
  const directory = new PrincipalDirectory(db)
  let run: Counted[] = []
  let left = limit
  for (const each of counted) {
    if (left-- <= 0) break
    if (run.push(each) < RUN) continue
    yield* runOf(db, scope, run, directory)
    run = []
  }
  yield* runOf(db, scope, run, directory)
}

function runOf(
  db: Connection,
  scope: Scope,
  run: readonly Counted[],
  directory: PrincipalDirectory,
): ResourceRow[] {
  const resources = readResources(db, idList(run.map(({ id }) => id)))
  const byId = new Map(resources.map((resource) => [resource.ids[0], resource]))
  const found = run.flatMap(({ id, totals, resource = byId.get(id) }) =>
    resource === undefined ? [] : [{ resource, totals }],
  )
  const users = readUsers(
    db,
    scope,
    found.flatMap(({ resource }) => resource.ids),
  )
  return found.map(({ resource, totals }) => rowOf(resource, totals, users, directory))
}

export function nameOf({ arn, name, type }: Resource): string {
  return arn ?? name ?? type ?? '(unnamed)'
}

// An event names a resource once, so uses are events. On ties the lowest ID comes first, which is the same in every
// case file.
const COUNTS = sql`SELECT x.resource_id AS id, count(*) AS n, min(x.event_time_ms) AS a, max(x.event_time_ms) AS b`

/** With the total as last value of each row. */
function topCounts(db: Connection, uses: Statement, limit: number): CountTuple[] {
  return readTuples(
    db,
    sql`WITH c AS MATERIALIZED (${COUNTS} ${uses} GROUP BY x.resource_id)
  SELECT CAST(id AS TEXT), n, a, b, (SELECT count(*) FROM c) FROM c ORDER BY n DESC, id LIMIT ${limit}`,
  ) as unknown as CountTuple[]
}

/** Tens of millions of objects are too many to hold in memory. */
function* allCounts(db: Connection, uses: Statement): Generator<CountTuple> {
  const counts = sql`SELECT json_array(CAST(id AS TEXT), n, a, b) FROM (${COUNTS} ${uses} GROUP BY x.resource_id) ORDER BY n DESC, id`
  for (const text of iterateColumn<string>(db, counts)) yield JSON.parse(text) as CountTuple
}

/** FROM and WHERE for the uses `x` of resources in a scope. The index of uses yields them grouped, with the time. */
function usesIn(db: Connection, scope: Scope, ids: Statement | undefined): Statement {
  const index = readIndexNames(db).has(USE_INDEX) ? raw(` INDEXED BY ${USE_INDEX}`) : raw('')
  if (ids !== undefined) {
    const { joins, tests } = useConditions(scope)
    return sql`FROM (${ids}) d CROSS JOIN event_resource x${index} ON x.resource_id = d.id${joins} WHERE ${and(tests)}`
  }
  const window = inWindow('x.event_time_ms', scope.window)
  const isFiltered = criteriaOf(scope.filters).length > 0
  if (!isFiltered && window.length === 0) return sql`FROM event_resource x${index}`
  const matching = matchingEvents(db, scope)
  if (matching.areFew) return sql`FROM (${matching.ids}) m CROSS JOIN event_resource x ON ${usesOf('m.id')}`
  const tests = isFiltered ? [...window, sql`${EVENT_OF_USE} IN (${matching.ids})`] : window
  return sql`FROM event_resource x${index} WHERE ${and(tests)}`
}

const USE_INDEX = 'event_resource_by_resource'

/** Tests on single uses, for when few are read. */
export function useConditions({ filters, window }: Scope): {
  readonly joins: Statement
  readonly tests: readonly Statement[]
} {
  const ofEvent = criteriaOf(filters).map((arm) => sql`e.${raw(columnOfArm(arm))} IN (${arm.ids})`)
  const joins = ofEvent.length === 0 ? raw('') : sql` CROSS JOIN event e ON e.id = ${EVENT_OF_USE}`
  return { joins, tests: [...inWindow('x.event_time_ms', window), ...ofEvent] }
}

interface User {
  readonly identity: number
  readonly role: number
  readonly events: number
}

/**
 * Who touched each of some resources, in which role. Walks their uses in event order: in time order, as the index has
 * them, uses and events would be fetched from all over the case.
 */
function readUsers(db: Connection, scope: Scope, ids: readonly string[]): Map<string, User[]> {
  const { tests } = useConditions(scope)
  const window = inWindow('x.event_time_ms', scope.window)
  const rows = readTuples(
    db,
    sql`WITH used AS MATERIALIZED (SELECT d.place, x.id
  FROM (SELECT key AS place, CAST(value AS INTEGER) AS id FROM json_each(${JSON.stringify(ids)})) d
  CROSS JOIN event_resource x ON x.resource_id = d.id WHERE ${and(window)} ORDER BY x.id)
  SELECT used.place, e.identity_id, x.role_id, count(*) FROM used CROSS JOIN event_resource x ON x.id = used.id
  CROSS JOIN event e ON e.id = ${EVENT_OF_USE} WHERE ${and(tests)} GROUP BY 1, 2, 3`,
  ) as [number, number, number, number][]
  const users = new Map<string, User[]>()
  for (const [place, identity, role, events] of rows) {
    const id = ids[place] ?? ''
    const known = users.get(id)
    if (known === undefined) users.set(id, [{ identity, role, events }])
    else known.push({ identity, role, events })
  }
  return users
}

function rowOf(
  resource: Resource,
  totals: Totals,
  users: ReadonlyMap<string, User[]>,
  directory: PrincipalDirectory,
): ResourceRow {
  const own = resource.ids.flatMap((id) => users.get(id) ?? [])
  const roles = new Set(own.map(({ role }) => role))
  const principals = new Map<string, number>()
  for (const { identity, events } of own) {
    const { label } = directory.principalOf(identity)
    principals.set(label, (principals.get(label) ?? 0) + events)
  }
  const sorted = [...principals].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1))
  return {
    resource: nameOf(resource),
    type: resource.type,
    events: totals.events,
    first_touched: timeText(totals.firstMs),
    last_touched: timeText(totals.lastMs),
    principals: sorted.length,
    by: namedUsers(sorted),
    roles: RESOURCE_ROLES.filter((_, role) => roles.has(role)).join(' '),
    derived: resource.derived,
    name: resource.name,
    principal_list: sorted.map(([label]) => label),
  }
}

function namedUsers(sorted: readonly (readonly [label: string, events: number])[]): string {
  const named = sorted.slice(0, NAMED).map(([label, events]) => `${label} ${events}`)
  const more = sorted.length - named.length
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
