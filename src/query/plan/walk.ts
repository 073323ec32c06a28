/**
 * How an index answers each kind of criterion. A walk yields `id` and `ms` of events; the other criteria are passed in
 * as tests on the event's row `e`.
 */
import type { BoundedPage, Order, TimeWindow } from '../../model/question.js'
import { RESOURCE_ROLES } from '../../model/resource.js'
import { INDEXES, type IndexSpec } from '../../store/indexes.js'
import { inWindow } from './condition.js'
import type { Arm, Criterion, DimensionArm } from './criteria.js'
import { and, joined, raw, sql, type Statement } from './statement.js'
import { EVENT_OF_USE } from './event-use.js'

/** A question as the planner sees it. */
export interface Demand {
  /** All must hold. */
  readonly criteria: readonly Criterion[]
  readonly window: TimeWindow
  /** Indexes that the case has. */
  readonly indexes: ReadonlySet<string>
}

export interface Walk {
  readonly candidates: Statement
  readonly hits: (tests: readonly Statement[]) => Statement
}

export interface BranchedWalk extends Walk {
  readonly ids: Statement
  readonly nearest: (tests: readonly Statement[], page: BoundedPage) => Statement
}

export function armWalk(demand: Demand, arm: Arm): Walk | BranchedWalk {
  switch (arm.kind) {
    case 'dimension':
      return dimensionWalk(demand, arm)
    case 'column':
      return columnWalk(demand, arm)
    case 'resource':
      return resourceWalk(demand, arm.names)
    case 'form':
      return formWalk(demand, arm.ids)
    case 'text':
      return textWalk(demand, arm.match)
  }
}

/** During a load most indexes are missing; SQLite then scans, which is slow but correct. */
export function hasIndex(demand: Demand, arm: Arm): boolean {
  if (arm.kind === 'text' || arm.kind === 'form') return true
  const name = arm.kind === 'resource' ? RESOURCE_INDEX : indexOf(arm)?.name
  return name !== undefined && demand.indexes.has(name)
}

const RESOURCE_INDEX = 'event_resource_by_resource'

function indexOf(arm: Exclude<Arm, { kind: 'resource' | 'form' | 'text' }>): IndexSpec | undefined {
  const columns = arm.kind === 'column' ? arm.column : `${arm.dimension}_id, event_time_ms`
  return INDEXES.find((spec) => spec.table === 'event' && spec.columns === columns)
}

function dimensionWalk(demand: Demand, arm: DimensionArm): BranchedWalk {
  const index = indexOf(arm)
  const event = sql`event e${indexedBy(index?.name, demand)}`
  const from = sql`FROM ${event}`
  // SQLite uses a partial index only if its condition is in the query.
  const partial = index?.where === undefined ? [] : [raw(`e.${index.where}`)]
  const always = [...partial, ...inWindow('e.event_time_ms', demand.window)]
  const column = raw(`e.${arm.dimension}_id`)
  const nearest = (tests: readonly Statement[], { order, limit }: BoundedPage) => {
    const ofOne = where([sql`${column} = d.id`, ...always, ...tests])
    return nearestOf(arm.ids, sql`SELECT e.id ${from}${ofOne} ${ordered('e.', order)} LIMIT ${limit}`)
  }
  return {
    candidates: sql`SELECT 1 FROM (${arm.ids}) d CROSS JOIN ${event}${where([sql`${column} = d.id`, ...always])}`,
    hits: (tests) =>
      sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([sql`${column} IN (${arm.ids})`, ...always, ...tests])}`,
    ids: arm.ids,
    nearest,
  }
}

function nearestOf(ids: Statement, ofOne: Statement): Statement {
  return sql`SELECT DISTINCT n.id AS id, n.event_time_ms AS ms FROM (${ids}) d CROSS JOIN event n ON n.id IN (${ofOne})`
}

function columnWalk(demand: Demand, arm: Extract<Arm, { kind: 'column' }>): Walk {
  const from = sql`FROM event e${indexedBy(indexOf(arm)?.name, demand)}`
  const always = [sql`e.${raw(arm.column)} = ${arm.value}`, ...inWindow('e.event_time_ms', demand.window)]
  return {
    candidates: sql`SELECT 1 ${from}${where(always)}`,
    hits: (tests) => sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([...always, ...tests])}`,
  }
}

/** The index of event_resource includes the time, so most questions never read event rows. */
function resourceWalk(demand: Demand, names: readonly Statement[]): BranchedWalk {
  const ids = joined(
    names.map((name) => sql`SELECT r.id FROM resource r WHERE ${name}`),
    ' UNION ALL ',
  )
  const uses = sql`event_resource x${indexedBy(RESOURCE_INDEX, demand)}`
  const from = sql`FROM ${uses}`
  const window = inWindow('x.event_time_ms', demand.window)
  const always = [sql`x.resource_id IN (${ids})`, ...window]
  const tested = (tests: readonly Statement[]) =>
    tests.length === 0 ? from : sql`${from} CROSS JOIN event e ON e.id = ${EVENT_OF_USE}`
  const nearest = (tests: readonly Statement[], { order, limit }: BoundedPage) => {
    const direction = raw(order === 'desc' ? ' DESC' : '')
    const ofOne = where([sql`x.resource_id = d.id`, ...window, ...tests])
    // An event has one entry per role, so this many entries are at least `limit` events.
    const entries = limit * RESOURCE_ROLES.length
    const inTime = sql`ORDER BY x.event_time_ms${direction}, x.id${direction} LIMIT ${entries}`
    return nearestOf(ids, sql`SELECT ${EVENT_OF_USE} ${tested(tests)}${ofOne} ${inTime}`)
  }
  return {
    candidates: sql`SELECT 1 FROM (${ids}) d CROSS JOIN ${uses}${where([sql`x.resource_id = d.id`, ...window])}`,
    hits: (tests) =>
      sql`SELECT DISTINCT ${EVENT_OF_USE} AS id, x.event_time_ms AS ms ${tested(tests)}${where([...always, ...tests])}`,
    ids,
    nearest,
  }
}

function formWalk({ window }: Demand, ids: Statement): Walk {
  const within = inWindow('e.event_time_ms', window)
  return {
    candidates: sql`SELECT 1 FROM (${ids})`,
    hits: (tests) =>
      sql`SELECT e.id AS id, e.event_time_ms AS ms FROM (${ids}) d CROSS JOIN event e ON e.id = d.id${where([...within, ...tests])}`,
  }
}

function textWalk(demand: Demand, match: string): Walk {
  const from = sql`FROM event_text t`
  const matching = sql`t.event_text MATCH ${match}`
  const window = inWindow('e.event_time_ms', demand.window)
  return {
    candidates: sql`SELECT 1 ${from}${where([matching])}`,
    hits: (tests) =>
      sql`SELECT e.id AS id, e.event_time_ms AS ms ${from} CROSS JOIN event e ON e.id = t.rowid${where([matching, ...window, ...tests])}`,
  }
}

export function indexedBy(index: string | undefined, { indexes }: Demand): Statement {
  return raw(index !== undefined && indexes.has(index) ? ` INDEXED BY ${index}` : '')
}

export function where(conditions: readonly Statement[]): Statement {
  return conditions.length === 0 ? raw('') : sql` WHERE ${and(conditions)}`
}

export function ordered(prefix: 'e.' | 'w.', order: Order): Statement {
  const direction = order === 'desc' ? ' DESC' : ''
  return raw(`ORDER BY ${prefix}event_time_ms${direction}, ${prefix}id${direction}`)
}
