/**
 * The ways to reach the events of a question: each begins at one index and tests the rest of the demand on what it finds
 * there. INDEXED BY keeps SQLite from taking another way: which way is short, plan.ts has counted.
 */
import { RESOURCE_ROLES } from '../model/resource.js'
import type { BoundedPage, Page, TimeWindow } from '../model/question.js'
import { INDEXES, type IndexSpec } from '../store/indexes.js'
import { inArms, inWindow, isRestricted, type Testing } from './condition.js'
import type { Arm, Reach, Restriction } from './reach.js'
import { and, joined, raw, sql, type Statement } from './statement.js'

export interface Demand extends Reach {
  readonly window: TimeWindow
  /** Indexes that the case has. */
  readonly indexes: ReadonlySet<string>
}

export interface Route {
  readonly name: string
  /** What testing one candidate costs, in index entries read. */
  readonly testCost: number
  /** Whether its candidates are all hits. */
  readonly isExact: boolean
  /** One row per candidate, which may be no hit: for counting. */
  readonly candidates: Statement
  /** Selects `id` and `ms` of each hit, unordered, no repeats. */
  hits(testing: Testing): Statement
  /** Present when the route begins at dictionary ids, each with its events in order. */
  readonly branches?: Branches
}

export interface Branches {
  /** Selects the ids. */
  readonly ids: Statement
  /** The first `limit` hits of each id; selects `id` and `ms`, no repeats. */
  nearest(page: BoundedPage): Statement
}

/** Asking FTS5 whether one event matches: it opens the term's list anew. */
const TEXT_TEST_COST = 20

/** In order of preference among equals: what was asked, what narrows it, when. */
export function routesOf(demand: Demand): Route[] {
  const routes: Route[] = []
  if (demand.arms.length > 0) routes.push(armsRoute(demand))
  for (const restriction of demand.restrictions) {
    const index = dimensionIndex(restriction, demand)
    if (index !== undefined) routes.push(dimensionRoute(demand, restriction, index))
  }
  if (inWindow('e.event_time_ms', demand.window).length > 0) routes.push(timeRoute(demand))
  return routes
}

/** Begins at every event in order of time: the only way when nothing narrows, the best when nearly everything is a hit. */
export function timeRoute(demand: Demand): Route {
  const from = sql`FROM event e${indexedBy('event_by_time', demand)}`
  const window = inWindow('e.event_time_ms', demand.window)
  const tests = (testing: Testing) => [...demand.restrictions.map(isRestricted), ...inArms(demand.arms, testing)]
  return {
    name: 'time',
    testCost: testCost(demand.arms),
    isExact: tests('many').length === 0,
    candidates: sql`SELECT 1 ${from}${where(window)}`,
    hits: (testing) => sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([...window, ...tests(testing)])}`,
  }
}

/** The hits among the first `count` events of the window: answers at once where hits are many and spread. */
export function earlyHits(demand: Demand, count: number, { order, limit }: BoundedPage): Statement {
  const window = where(inWindow('w.event_time_ms', demand.window))
  const first = sql`SELECT w.id FROM event w${indexedBy('event_by_time', demand)}${window} ${ordered('w.', order)} LIMIT ${count}`
  const tests = [...demand.restrictions.map(isRestricted), ...inArms(demand.arms, 'few')]
  return sql`SELECT e.id FROM (${first}) f CROSS JOIN event e ON e.id = f.id${where(tests)} ${ordered('e.', order)} LIMIT ${limit}`
}

/** Hits in order of time. */
export function inOrder(hits: Statement, { order, limit }: Page): Statement {
  const direction = raw(order === 'desc' ? ' DESC' : '')
  const sorted = sql`SELECT id FROM (${hits}) ORDER BY ms${direction}, id${direction}`
  return limit === undefined ? sorted : sql`${sorted} LIMIT ${limit}`
}

function ordered(prefix: 'e.' | 'w.', order: Page['order']): Statement {
  const direction = order === 'desc' ? ' DESC' : ''
  return raw(`ORDER BY ${prefix}event_time_ms${direction}, ${prefix}id${direction}`)
}

/** Begins at the events of some identities, actions, …: index (dimension, time). */
function dimensionRoute(demand: Demand, restriction: Restriction, index: IndexSpec): Route {
  const others = demand.restrictions.filter((other) => other !== restriction)
  const tests = (testing: Testing) => [...others.map(isRestricted), ...inArms(demand.arms, testing)]
  const walk = dimensionWalk(demand, restriction, index)
  return {
    name: restriction.dimension,
    testCost: testCost(demand.arms),
    isExact: others.length === 0 && demand.arms.length === 0,
    candidates: walk.candidates,
    hits: (testing) => walk.hits(tests(testing)),
    branches: { ids: restriction.ids, nearest: (page) => walk.nearest(tests('few'), page) },
  }
}

/** Begins at what the question names itself. */
function armsRoute(demand: Demand): Route {
  const walks = demand.arms.map((arm) => armWalk(demand, arm))
  const tests = demand.restrictions.map(isRestricted)
  const branched = walks.flatMap(({ branches }) => branches ?? [])
  const route: Route = {
    name: demand.arms.map((arm) => (arm.kind === 'column' ? arm.column : arm.kind)).join('+'),
    testCost: 0,
    isExact: tests.length === 0,
    candidates: joined(walks.map(({ candidates }) => candidates), ' UNION ALL '),
    hits: () => joined(walks.map((walk) => walk.hits(tests)), ' UNION '),
  }
  if (branched.length < walks.length) return route
  const ids = joined(branched.map((branch) => sql`SELECT id FROM (${branch.ids})`), ' UNION ALL ')
  const nearest = (page: BoundedPage) => joined(branched.map((branch) => branch.nearest(tests, page)), ' UNION ')
  return { ...route, branches: { ids, nearest } }
}

interface Walk {
  readonly candidates: Statement
  hits(tests: readonly Statement[]): Statement
  readonly branches?: {
    readonly ids: Statement
    nearest(tests: readonly Statement[], page: BoundedPage): Statement
  }
}

function armWalk(demand: Demand, arm: Arm): Walk {
  switch (arm.kind) {
    case 'dimension':
      return dimensionWalk(demand, arm, dimensionIndex(arm, demand))
    case 'column':
      return columnWalk(demand, arm)
    case 'resource':
      return resourceWalk(demand, arm.ids)
    case 'text':
      return textWalk(demand, arm.match)
  }
}

function dimensionWalk(demand: Demand, { dimension, ids }: Restriction, index: IndexSpec | undefined): Walk {
  const from = sql`FROM event e${indexedBy(index?.name ?? '', demand)}`
  const window = inWindow('e.event_time_ms', demand.window)
  // A partial index is used only where its own condition stands in the query.
  const always = [...(index?.where === undefined ? [] : [raw(`e.${index.where}`)]), ...window]
  const column = raw(`e.${dimension}_id`)
  return {
    ids,
    candidates: sql`SELECT 1 ${from}${where([sql`${column} IN (${ids})`, ...always])}`,
    hits: (tests) =>
      sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([sql`${column} IN (${ids})`, ...always, ...tests])}`,
    nearest: (tests, { order, limit }) => {
      const ofOne = where([sql`${column} = d.id`, ...always, ...tests])
      return nearestOf(ids, sql`SELECT e.id ${from}${ofOne} ${ordered('e.', order)} LIMIT ${limit}`)
    },
  }
}

function nearestOf(ids: Statement, ofOne: Statement): Statement {
  return sql`SELECT n.id AS id, n.event_time_ms AS ms FROM (${ids}) d CROSS JOIN event n ON n.id IN (${ofOne})`
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
function resourceWalk(demand: Demand, ids: Statement): Walk {
  const from = sql`FROM event_resource x${indexedBy('event_resource_by_resource', demand)}`
  const window = inWindow('x.event_time_ms', demand.window)
  const always = [sql`x.resource_id IN (${ids})`, ...window]
  const tested = (tests: readonly Statement[]) =>
    tests.length === 0 ? from : sql`${from} CROSS JOIN event e ON e.id = x.event_rowid`
  return {
    ids,
    candidates: sql`SELECT 1 ${from}${where(always)}`,
    hits: (tests) =>
      sql`SELECT DISTINCT x.event_rowid AS id, x.event_time_ms AS ms ${tested(tests)}${where([...always, ...tests])}`,
    nearest: (tests, { order, limit }) => {
      const direction = raw(order === 'desc' ? ' DESC' : '')
      const ofOne = where([sql`x.resource_id = d.id`, ...window, ...tests])
      // An event stands here once per role, so this many entries are at least `limit` events.
      const entries = limit * RESOURCE_ROLES.length
      const inTime = sql`ORDER BY x.event_time_ms${direction}, x.event_rowid${direction} LIMIT ${entries}`
      return nearestOf(ids, sql`SELECT x.event_rowid ${tested(tests)}${ofOne} ${inTime}`)
    },
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

function testCost(arms: readonly Arm[]): number {
  return arms.some((arm) => arm.kind === 'text') ? TEXT_TEST_COST : 0
}

function dimensionIndex({ dimension }: Restriction, { indexes }: Demand): IndexSpec | undefined {
  const columns = `${dimension}_id, event_time_ms`
  return INDEXES.find((spec) => spec.table === 'event' && spec.columns === columns && indexes.has(spec.name))
}

/** Nothing when the index is not there yet: then SQLite scans, which is slow and right. */
function indexedBy(index: string, { indexes }: Demand): Statement {
  return raw(indexes.has(index) ? ` INDEXED BY ${index}` : '')
}

function where(conditions: readonly Statement[]): Statement {
  return conditions.length === 0 ? raw('') : sql` WHERE ${and(conditions)}`
}
