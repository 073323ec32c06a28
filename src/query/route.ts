/**
 * The ways to reach the events of a question: each begins at one index and tests the rest of the demand on what it finds
 * there. INDEXED BY keeps SQLite from taking another way: which way is short, plan.ts has counted.
 */
import type { BoundedPage, Page } from '../model/question.js'
import type { IndexSpec } from '../store/indexes.js'
import { inArms, inWindow, isRestricted, type Testing } from './condition.js'
import type { Arm, Restriction } from './reach.js'
import { joined, raw, sql, type Statement } from './statement.js'
import {
  armWalk,
  dimensionIndex,
  dimensionWalk,
  indexedBy,
  ordered,
  where,
  type Demand,
  type Walk,
} from './walk.js'

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
  const tests = (testing: Testing) => [
    ...demand.restrictions.map(isRestricted),
    ...inArms(demand.arms, testing),
  ]
  return {
    name: 'time',
    testCost: testCost(demand.arms),
    isExact: tests('many').length === 0,
    candidates: sql`SELECT 1 ${from}${where(window)}`,
    hits: (testing) =>
      sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([...window, ...tests(testing)])}`,
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

/** Begins at the events of some identities, actions, …: index (dimension, time). */
function dimensionRoute(demand: Demand, restriction: Restriction, index: IndexSpec): Route {
  const others = demand.restrictions.filter((other) => other !== restriction)
  const tests = (testing: Testing) => [...others.map(isRestricted), ...inArms(demand.arms, testing)]
  const { candidates, hits, ids, nearest } = dimensionWalk(demand, restriction, index)
  return {
    name: restriction.dimension,
    testCost: testCost(demand.arms),
    isExact: others.length === 0 && demand.arms.length === 0,
    candidates,
    hits: (testing) => hits(tests(testing)),
    branches: { ids, nearest: (page) => nearest(tests('few'), page) },
  }
}

/** Begins at what the question names itself. */
function armsRoute(demand: Demand): Route {
  const walks = demand.arms.map((arm) => armWalk(demand, arm))
  const tests = demand.restrictions.map(isRestricted)
  const branched = walks.filter((walk) => 'nearest' in walk)
  const route: Route = {
    name: demand.arms.map((arm) => (arm.kind === 'column' ? arm.column : arm.kind)).join('+'),
    testCost: 0,
    isExact: tests.length === 0,
    candidates: joined(
      walks.map(({ candidates }) => candidates),
      ' UNION ALL ',
    ),
    hits: () => (hasText(demand.arms) ? apart(demand.arms, walks, tests) : together(walks, tests)),
  }
  if (branched.length < walks.length) return route
  const ids = joined(
    branched.map((branch) => sql`SELECT id FROM (${branch.ids})`),
    ' UNION ALL ',
  )
  const nearest = (page: BoundedPage) =>
    joined(
      branched.map((branch) => branch.nearest(tests, page)),
      ' UNION ',
    )
  return { ...route, branches: { ids, nearest } }
}

/** SQLite keeps the ids and leaves out repeats. */
function together(walks: readonly Walk[], tests: readonly Statement[]): Statement {
  return joined(
    walks.map((walk) => walk.hits(tests)),
    ' UNION ',
  )
}

/** Each arm leaves out what the arms before it have: a common word has millions of hits, too many to keep. */
function apart(arms: readonly Arm[], walks: readonly Walk[], tests: readonly Statement[]): Statement {
  const hits = walks.map((walk, index) => {
    const before = inArms(arms.slice(0, index), 'few').map((known) => sql`${known} IS NOT TRUE`)
    return walk.hits([...tests, ...before])
  })
  return joined(hits, ' UNION ALL ')
}

function hasText(arms: readonly Arm[]): boolean {
  return arms.some((arm) => arm.kind === 'text')
}

function testCost(arms: readonly Arm[]): number {
  return hasText(arms) ? TEXT_TEST_COST : 0
}
