/**
 * The ways to reach the events of a question: each begins at one index and tests the rest of the demand on what it finds
 * there. INDEXED BY keeps SQLite from taking another way: which way is short, plan.ts has counted.
 */
import type { BoundedPage, Page } from '../../model/question.js'
import { holds, inWindow, type Testing } from './condition.js'
import type { Arm, Criterion } from './criteria.js'
import { joined, raw, sql, type Statement } from './statement.js'
import { armWalk, indexedBy, where, type Demand, type Walk } from './walk.js'

export interface Route {
  readonly name: string
  /** What testing one candidate costs, in index entries read. */
  readonly testCost: number
  /** Whether the time of a candidate stands in its event only, a page to be read for each: words are found without it. */
  readonly isScattered: boolean
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

/** Begins at every event in order of time: the only way when nothing narrows, the best when nearly everything is a hit. */
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

/** Begins at the events of one criterion: at those of `cover`, which hold all that can meet it. */
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

/** Hits in order of time. */
export function inOrder(hits: Statement, { order, limit }: Page): Statement {
  const direction = raw(order === 'desc' ? ' DESC' : '')
  const sorted = sql`SELECT id FROM (${hits}) ORDER BY ms${direction}, id${direction}`
  return limit === undefined ? sorted : sql`${sorted} LIMIT ${limit}`
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
      return false
  }
}
