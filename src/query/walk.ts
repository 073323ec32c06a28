/**
 * How each kind of demand is met from its own index. A walk yields `id` and `ms` of events; what else is demanded comes in as
 * tests on `e`, the event's row.
 */
import type { BoundedPage, Order, TimeWindow } from '../model/question.js'
import { RESOURCE_ROLES } from '../model/resource.js'
import { INDEXES, type IndexSpec } from '../store/indexes.js'
import { inWindow } from './condition.js'
import type { Arm, Reach, Restriction } from './reach.js'
import { and, joined, raw, sql, type Statement } from './statement.js'

export interface Demand extends Reach {
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
      return dimensionWalk(demand, arm, dimensionIndex(arm, demand))
    case 'column':
      return columnWalk(demand, arm)
    case 'resource':
      return resourceWalk(demand, arm.names)
    case 'text':
      return textWalk(demand, arm.match)
  }
}

export function dimensionWalk(
  demand: Demand,
  { dimension, ids }: Restriction,
  index: IndexSpec | undefined,
): BranchedWalk {
  const event = sql`event e${indexedBy(index?.name ?? '', demand)}`
  const from = sql`FROM ${event}`
  const window = inWindow('e.event_time_ms', demand.window)
  // A partial index is used only where its own condition stands in the query.
  const always = [...(index?.where === undefined ? [] : [raw(`e.${index.where}`)]), ...window]
  const column = raw(`e.${dimension}_id`)
  const nearest = (tests: readonly Statement[], { order, limit }: BoundedPage) => {
    const ofOne = where([sql`${column} = d.id`, ...always, ...tests])
    return nearestOf(ids, sql`SELECT e.id ${from}${ofOne} ${ordered('e.', order)} LIMIT ${limit}`)
  }
  return {
    candidates: sql`SELECT 1 FROM (${ids}) d CROSS JOIN ${event}${where([sql`${column} = d.id`, ...always])}`,
    hits: (tests) =>
      sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([sql`${column} IN (${ids})`, ...always, ...tests])}`,
    ids,
    nearest,
  }
}

function nearestOf(ids: Statement, ofOne: Statement): Statement {
  return sql`SELECT DISTINCT n.id AS id, n.event_time_ms AS ms FROM (${ids}) d CROSS JOIN event n ON n.id IN (${ofOne})`
}

function columnWalk(demand: Demand, { column, value }: Extract<Arm, { kind: 'column' }>): Walk {
  const index = INDEXES.find((spec) => spec.table === 'event' && spec.columns === column)
  const from = sql`FROM event e${indexedBy(index?.name ?? '', demand)}`
  const always = [sql`e.${raw(column)} = ${value}`, ...inWindow('e.event_time_ms', demand.window)]
  return {
    candidates: sql`SELECT 1 ${from}${where(always)}`,
    hits: (tests) => sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([...always, ...tests])}`,
  }
}

/** The index of event_resource carries the time, so that most questions never touch the events. */
function resourceWalk(demand: Demand, names: readonly Statement[]): BranchedWalk {
  const ids = joined(
    names.map((name) => sql`SELECT r.id FROM resource r WHERE ${name}`),
    ' UNION ALL ',
  )
  const uses = sql`event_resource x${indexedBy('event_resource_by_resource', demand)}`
  const from = sql`FROM ${uses}`
  const window = inWindow('x.event_time_ms', demand.window)
  const always = [sql`x.resource_id IN (${ids})`, ...window]
  const tested = (tests: readonly Statement[]) =>
    tests.length === 0 ? from : sql`${from} CROSS JOIN event e ON e.id = x.event_rowid`
  const nearest = (tests: readonly Statement[], { order, limit }: BoundedPage) => {
    const direction = raw(order === 'desc' ? ' DESC' : '')
    const ofOne = where([sql`x.resource_id = d.id`, ...window, ...tests])
    // An event stands here once per role, so this many entries are at least `limit` events.
    const entries = limit * RESOURCE_ROLES.length
    const inTime = sql`ORDER BY x.event_time_ms${direction}, x.event_rowid${direction} LIMIT ${entries}`
    return nearestOf(ids, sql`SELECT x.event_rowid ${tested(tests)}${ofOne} ${inTime}`)
  }
  return {
    candidates: sql`SELECT 1 FROM (${ids}) d CROSS JOIN ${uses}${where([sql`x.resource_id = d.id`, ...window])}`,
    hits: (tests) =>
      sql`SELECT DISTINCT x.event_rowid AS id, x.event_time_ms AS ms ${tested(tests)}${where([...always, ...tests])}`,
    ids,
    nearest,
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

export function dimensionIndex({ dimension }: Restriction, { indexes }: Demand): IndexSpec | undefined {
  const columns = `${dimension}_id, event_time_ms`
  return INDEXES.find((spec) => spec.table === 'event' && spec.columns === columns && indexes.has(spec.name))
}

/** Nothing when the index is not there yet: then SQLite scans, which is slow and right. */
export function indexedBy(index: string, { indexes }: Demand): Statement {
  return raw(indexes.has(index) ? ` INDEXED BY ${index}` : '')
}

export function where(conditions: readonly Statement[]): Statement {
  return conditions.length === 0 ? raw('') : sql` WHERE ${and(conditions)}`
}

export function ordered(prefix: 'e.' | 'w.', order: Order): Statement {
  const direction = order === 'desc' ? ' DESC' : ''
  return raw(`ORDER BY ${prefix}event_time_ms${direction}, ${prefix}id${direction}`)
}
