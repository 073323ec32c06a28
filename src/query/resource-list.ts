/** The resources that the events of a scope name: `coldtrail resources`. */
import type { ResourceRow } from '../model/resource-list.js'
import type { Scope } from '../model/question.js'
import { RESOURCE_ROLES } from '../model/resource.js'
import type { Connection } from '../store/open.js'
import { readIndexNames, readTuples } from '../store/reader.js'
import { inWindow } from './condition.js'
import { matchingEvents } from './event-scan.js'
import { criteriaOf } from './filters.js'
import { PrincipalDirectory } from './principal-directory.js'
import { idList, idsNamed, readResources, TWIN_IDS, type Resource } from './resource-match.js'
import { and, raw, sql, type Statement } from './statement.js'
import { addTotals, noEvents, type Totals } from './tally.js'
import { timeText } from './value-table.js'

export interface ResourceList {
  readonly rows: readonly ResourceRow[]
  /** How many resources there are, shown or not. */
  readonly total: number
}

/** Details are read for so many resources at a time. */
const RUN = 500
/** Named in the column `by`. */
const NAMED = 3

/** @param value as of `find resource`; absent for all. */
export function listResources(
  db: Connection,
  scope: Scope,
  value: string | undefined,
  limit = Infinity,
): ResourceList {
  const { counted, total } = countUses(db, scope, value, limit)
  const shown = counted.slice(0, limit)
  const directory = new PrincipalDirectory(db)
  const rows: ResourceRow[] = []
  for (let from = 0; from < shown.length; from += RUN) {
    const run = shown.slice(from, from + RUN)
    const users = readUsers(
      db,
      scope,
      run.flatMap(({ resource }) => resource.ids),
    )
    rows.push(...run.map((counts) => rowOf(counts, users, directory)))
  }
  return { rows, total }
}

interface Counted {
  readonly resource: Resource
  readonly totals: Totals
}

type CountTuple = readonly [
  id: string,
  events: number,
  first: number | null,
  last: number | null,
  total: number,
]

/** At least the `limit` busiest resources, busiest first. */
function countUses(
  db: Connection,
  scope: Scope,
  value: string | undefined,
  limit: number,
): { counted: Counted[]; total: number } {
  const wanted = value === undefined ? undefined : idsNamed(value)
  const twins = readTuples(db, sql`SELECT CAST(id AS TEXT) FROM (${TWIN_IDS})`).map(([id]) => String(id))
  // Each twin may take the place of another resource: so many more are read.
  const top = readCounts(db, usesIn(db, scope, wanted), limit + twins.length)
  const isTwin = new Set(twins)
  const resources = readResources(db, idList([...top.map(([id]) => id), ...twins]))
  const byId = new Map(resources.flatMap((resource) => resource.ids.map((id) => [id, resource] as const)))
  const all =
    twins.length === 0
      ? top
      : [...top.filter(([id]) => !isTwin.has(id)), ...twinCounts(db, scope, wanted, twins)]
  const counted = new Map<Resource, ReturnType<typeof noEvents>>()
  for (const [id, events, firstMs, lastMs] of all) {
    const resource = byId.get(id)
    if (resource === undefined) continue
    const totals = counted.get(resource) ?? noEvents()
    addTotals(totals, { events, errors: 0, firstMs: firstMs ?? Infinity, lastMs: lastMs ?? -Infinity })
    counted.set(resource, totals)
  }
  const list = [...counted].map(([resource, totals]) => ({ resource, totals }))
  const folded =
    all.filter(([id]) => isTwin.has(id)).length -
    list.filter(({ resource }) => resource.ids.length > 1).length
  return { counted: list.sort(busiestFirst), total: (top[0]?.[4] ?? 0) - folded }
}

function twinCounts(
  db: Connection,
  scope: Scope,
  wanted: Statement | undefined,
  twins: readonly string[],
): CountTuple[] {
  const ids =
    wanted === undefined ? idList(twins) : sql`${idList(twins)} INTERSECT SELECT id FROM (${wanted})`
  return readCounts(db, usesIn(db, scope, ids), Infinity)
}

function busiestFirst(one: Counted, other: Counted): number {
  return other.totals.events - one.totals.events || (nameOf(one.resource) < nameOf(other.resource) ? -1 : 1)
}

export function nameOf({ arn, name, type }: Resource): string {
  return arn ?? name ?? type ?? '(unnamed)'
}

/** An event names a resource once, so that uses are events. Among equals the order of ids, which every case gives alike. */
function readCounts(db: Connection, uses: Statement, limit: number): CountTuple[] {
  const bound = Number.isFinite(limit) ? sql` LIMIT ${limit}` : raw('')
  return readTuples(
    db,
    sql`WITH c AS MATERIALIZED (SELECT x.resource_id AS id, count(*) AS n, min(x.event_time_ms) AS a, max(x.event_time_ms) AS b
  ${uses} GROUP BY x.resource_id)
  SELECT CAST(id AS TEXT), n, a, b, (SELECT count(*) FROM c) FROM c ORDER BY n DESC, id${bound}`,
  ) as unknown as CountTuple[]
}

/** FROM and WHERE: the uses `x` of resources in a scope. The index of uses gives them grouped; it knows the time, too. */
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
  if (matching.areFew)
    return sql`FROM (${matching.ids}) m CROSS JOIN event_resource x ON x.event_rowid = m.id`
  const tests = isFiltered ? [...window, sql`x.event_rowid IN (${matching.ids})`] : window
  return sql`FROM event_resource x${index} WHERE ${and(tests)}`
}

const USE_INDEX = 'event_resource_by_resource'

/** Tests on single uses, for where few are looked at. */
export function useConditions({ filters, window }: Scope): {
  readonly joins: Statement
  readonly tests: readonly Statement[]
} {
  const ofEvent = criteriaOf(filters).map(({ dimension, ids }) => sql`e.${raw(dimension)}_id IN (${ids})`)
  const joins = ofEvent.length === 0 ? raw('') : sql` CROSS JOIN event e ON e.id = x.event_rowid`
  return { joins, tests: [...inWindow('x.event_time_ms', window), ...ofEvent] }
}

interface User {
  readonly identity: number
  readonly role: number
  readonly events: number
}

/** Who touched each of some resources, in which role. */
function readUsers(db: Connection, scope: Scope, ids: readonly string[]): Map<string, User[]> {
  const { tests } = useConditions(scope)
  const rows = readTuples(
    db,
    sql`SELECT d.place, e.identity_id, x.role_id, count(*)
  FROM (SELECT key AS place, CAST(value AS INTEGER) AS id FROM json_each(${JSON.stringify(ids)})) d
  CROSS JOIN event_resource x ON x.resource_id = d.id CROSS JOIN event e ON e.id = x.event_rowid
  WHERE ${and(tests)} GROUP BY 1, 2, 3`,
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
  { resource, totals }: Counted,
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
