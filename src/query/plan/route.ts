/**
 * Writes the SQL of each route: it starts at one index and tests the other criteria on the events found there. INDEXED
 * BY stops SQLite from choosing another index: plan.ts has counted which is shortest.
 */
import type { BoundedPage, Page } from '../../model/question.js'
import { holds, inWindow, type Testing } from './condition.js'
import type { Arm, Criterion } from './criteria.js'
import { joined, raw, sql, type Statement } from './statement.js'
import { armWalk, indexedBy, where, type Demand, type Walk } from './walk.js'

export interface Route {
  readonly name: string
  /** Cost of testing one candidate, in index entries read. */
  readonly testCost: number
  /** True if the time of a candidate is only in its row, which costs a page read: the full text has no time. */
  readonly isScattered: boolean
  /** True if all candidates match. */
  readonly isExact: boolean
  /** One row per candidate, including those that do not match; for counting. */
  readonly candidates: Statement
  /** Selects `id` and `ms` of each match, unordered, without duplicates. */
  hits(testing: Testing): Statement
  /** Present if the route starts at dictionary IDs, each with its events in time order. */
  readonly branches?: Branches
}

export interface Branches {
  /** Selects the IDs. */
  readonly ids: Statement
  /** The first `limit` matches of each ID; selects `id` and `ms` without duplicates. */
  nearest(page: BoundedPage): Statement
}

/** Testing one event in FTS5 reopens the list of the term. */
const TEXT_TEST_COST = 20

/**
 * Walks all events in time order: the only route if nothing narrows the search, the best if nearly all events match.
 */
export function timeRoute(demand: Demand): Route {
  const from = sql`FROM event e${indexedBy('event_by_time', demand)}`
  const window = inWindow('e.event_time_ms', demand.window)
  return {
    name: 'time',
    testCost: testCost(demand.criteria),
    isScattered: false,
    isExact: demand.criteria.length === 0,
    candidates: sql`SELECT 1 ${from}${where(window)}`,
    hits: (testing) => {
      const tests = demand.criteria.map((criterion) => holds(criterion, testing))
      return sql`SELECT e.id AS id, e.event_time_ms AS ms ${from}${where([...window, ...tests])}`
    },
  }
}

/** Starts at one criterion, through its `cover`, which reaches every event that can match. */
export function criterionRoute(demand: Demand, criterion: Criterion, cover: readonly Arm[]): Route {
  const walks = cover.map((arm) => armWalk(demand, arm))
  const others = demand.criteria.filter((other) => other !== criterion || !isUnion(criterion))
  const tests = (testing: Testing) => others.map((other) => holds(other, testing))
  const branched = walks.filter((walk) => 'nearest' in walk)
  const isScattered = cover.some(({ kind }) => kind === 'text')
  const hits = (testing: Testing) =>
    isScattered ? apart(cover, walks, tests(testing)) : together(walks, tests(testing))
  const route: Route = {
    name: [...new Set(cover.map(armName))].join('+'),
    testCost: testCost(others),
    isScattered,
    isExact: others.length === 0,
    candidates: joined(
      walks.map(({ candidates }) => candidates),
      ' UNION ALL ',
    ),
    hits,
  }
  if (branched.length < walks.length) return route
  const ids = joined(
    branched.map((branch) => sql`SELECT id FROM (${branch.ids})`),
    ' UNION ALL ',
  )
  const nearest = (page: BoundedPage) =>
    joined(
      branched.map((branch) => branch.nearest(tests('few'), page)),
      ' UNION ',
    )
  return { ...route, branches: { ids, nearest } }
}

export function inOrder(hits: Statement, { order, limit }: Page): Statement {
  const direction = raw(order === 'desc' ? ' DESC' : '')
  const sorted = sql`SELECT id FROM (${hits}) ORDER BY ms${direction}, id${direction}`
  return limit === undefined ? sorted : sql`${sorted} LIMIT ${limit}`
}

/** SQLite keeps the IDs to drop duplicates. */
function together(walks: readonly Walk[], tests: readonly Statement[]): Statement {
  return joined(
    walks.map((walk) => walk.hits(tests)),
    ' UNION ',
  )
}

/** Each arm excludes the matches of the arms before it: a common word has too many to keep. */
function apart(arms: readonly Arm[], walks: readonly Walk[], tests: readonly Statement[]): Statement {
  const hits = walks.map((walk, index) => {
    const before = arms.slice(0, index).map((arm) => sql`NOT ${holds(arm, 'many')}`)
    return walk.hits([...tests, ...before])
  })
  return joined(hits, ' UNION ALL ')
}

function isUnion(criterion: Criterion): boolean {
  if (criterion.kind === 'any') return criterion.of.every(isUnion)
  return criterion.kind !== 'all' && criterion.kind !== 'without'
}

function armName(arm: Arm): string {
  if (arm.kind === 'column') return arm.column
  return arm.kind === 'dimension' ? arm.dimension : arm.kind
}

function testCost(criteria: readonly Criterion[]): number {
  return criteria.some(looksIntoText) ? TEXT_TEST_COST : 0
}

function looksIntoText(criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      return criterion.of.some(looksIntoText)
    case 'without':
      return looksIntoText(criterion.wanted) || looksIntoText(criterion.unwanted)
    case 'text':
      return true
    case 'dimension':
      return criterion.wideMatch !== undefined
    case 'column':
    case 'resource':
    case 'form':
      return false
  }
}
