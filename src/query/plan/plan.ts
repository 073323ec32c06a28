/**
 * From question to SQL, in the order the files are used:
 *
 * 1. query/find/by-*.ts and filters.ts turn a question into criteria (criteria.ts). A criterion is an arm, which one
 * index can answer (a dictionary ID, a column, a resource, words), or a combination of arms: all, any, without. With
 * the time window they form a Demand (walk.ts). Nothing here depends on how the question was asked.
 * 2. text-search.ts splits words into two arms, since the words of a record are in two full-text tables: those of the
 * event and those of the shared values (caller, action, address, client, error).
 * 3. Every criterion that has a cover is a possible route. A cover (index-cover.ts) is a set of arms that together
 * reach every matching event: for `any` those of all parts, for `all` those of the cheapest part. Walking the events in
 * time order is a further route.
 * 4. route.ts writes the SQL of a route: it starts at one index, forced by INDEXED BY (walk.ts), and tests the other
 * criteria on each event `e` (condition.ts).
 * 5. makePlan() counts the candidates of each route up to a limit and takes the cheapest. Counting reads 20 million
 * index entries a second, so it costs milliseconds and needs no statistics (SQLite's planner without ANALYZE guesses,
 * and a case is read-only).
 * 6. Few candidates are read and sorted. For a page of many matches, the plan takes the first events of each dictionary
 * ID (`nearest`), or probes the first events in time order (first-page-probe.ts), or sorts after all. If all matches
 * are wanted and are too many to sort, it walks the events in time order.
 * 7. The plan selects event IDs; row-batches.ts reads their rows lazily, in order.
 *
 * Example: `find principal alice --event CreateUser` has the criteria identity IN (the IDs named alice) and action IN
 * (the IDs of CreateUser). If CreateUser has 12 events and alice 40,000, the plan reads the 12 through the index of
 * actions, tests the identity of each, and sorts the rest by time.
 */
import type { BoundedPage, Page } from '../../model/question.js'
import { readColumn } from '../../store/reader.js'
import type { Connection } from '../../store/open.js'
import type { Testing } from './condition.js'
import { countUpTo } from './count.js'
import { coverOf } from './index-cover.js'
import type { Criterion } from './criteria.js'
import { isCheapToAsk } from './condition.js'
import { earlyHits, earlyTextHits } from './first-page-probe.js'
import { criterionRoute, inOrder, timeRoute, type Branches, type Route } from './route.js'
import type { Statement } from './statement.js'
import { spreadText } from './text-search.js'
import type { Demand } from './walk.js'

export interface Plan {
  /** Name of the route and how it is walked. */
  readonly name: string
  /** Selects event IDs in order. */
  readonly ids: Statement
  /** Result of `ids`, if planning has already read it. */
  readonly found?: readonly number[]
  /** Selects every match once, unordered and without the page's limit. */
  readonly all: Statement
}

/** Thresholds; tests set them low. */
export interface PlanLimits {
  /** Up to here candidates are simply read and sorted. */
  readonly few: number
  /**
   * Same for candidates whose rows must be fetched for their time; beyond, a page is first looked for among the first
   * events.
   */
  readonly fewFetched: number
  /** Same for words, after the first events were searched in vain. */
  readonly fewText: number
  /** Beyond this, all matches are not sorted: sorting would delay the first row and fill memory. */
  readonly many: number
  /** Up to this size, a page may be merged from the first events of each ID. */
  readonly page: number
  /** Limit of such IDs. */
  readonly branches: number
  /** Number of first events in time order that are searched for the page. */
  readonly early: readonly number[]
  /** Same for words. */
  readonly earlyText: readonly number[]
  /** Events that can be tested in the time of fetching one match. */
  readonly looksPerHit: number
}

export const PLAN_LIMITS: PlanLimits = {
  few: 50_000,
  fewFetched: 5000,
  // Measured at 10,000,000 events: fetching and sorting takes 3 µs or more per match, testing the first events 0.35 µs
  // each.
  fewText: 500_000,
  many: 1_000_000,
  page: 1000,
  branches: 500,
  early: [1000, 20_000],
  earlyText: [1000, 16_000, 128_000, 1_000_000],
  looksPerHit: 8,
}

export function makePlan(db: Connection, question: Demand, page: Page, limits = PLAN_LIMITS): Plan {
  const demand = { ...question, criteria: flattened(question.criteria.map((part) => spreadText(db, part))) }
  const routes = routesOf(db, demand, limits)
  const { order, limit } = page
  const bounded = limit === undefined || limit > limits.page ? undefined : { order, limit }
  const small = cheapest(db, routes, limits.few)
  if (small !== undefined && (bounded === undefined || isFetchedSoon(db, small, limits)))
    return sorted(small, page, 'few')
  const best = small ?? (routes.length > 1 ? (cheapest(db, routes, limits.many) ?? routes[0]) : routes[0])
  if (best === undefined) return sorted(timeRoute(demand), page, 'many')
  if (timeRoute(demand).testCost > 0) {
    const early = bounded === undefined ? undefined : earlyText(db, demand, best, bounded, limits)
    if (early !== undefined) return early
    if (isFew(db, best, Math.min(limits.fewText, limits.many)))
      return sorted(best, page, small === undefined ? 'many' : 'few')
  }
  return bounded === undefined
    ? wholePlan(db, demand, best, page, limits)
    : pagePlan(db, demand, best, bounded, limits)
}

function isFetchedSoon(db: Connection, route: Route, { fewFetched }: PlanLimits): boolean {
  return !route.isScattered || isFew(db, route, fewFetched)
}

/** Flattens `all` and joins words that no shared value contains into one search, which FTS5 does best. */
function flattened(criteria: readonly Criterion[]): Criterion[] {
  const flat = criteria.flatMap((part) => (part.kind === 'all' ? flattened(part.of) : [part]))
  const texts = flat.filter((part) => part.kind === 'text')
  if (texts.length < 2) return flat
  const match = texts.map((part) => part.match).join(' AND ')
  return [...flat.filter((part) => part.kind !== 'text'), { kind: 'text', match }]
}

/** On equal cost, criteria are preferred in this order: the question, its filters, the time. */
function routesOf(db: Connection, demand: Demand, limits: PlanLimits): Route[] {
  const routes = demand.criteria.flatMap((criterion) => {
    const cover = coverOf(db, demand, criterion, limits.few)
    return cover === undefined ? [] : [criterionRoute(demand, criterion, cover)]
  })
  const { sinceMs, untilMs } = demand.window
  if (sinceMs !== undefined || untilMs !== undefined) routes.push(timeRoute(demand))
  return routes
}

/** The route with the fewest index entries to read, if they are no more than `cap`. */
function cheapest(db: Connection, routes: readonly Route[], cap: number): Route | undefined {
  let best: Route | undefined
  let least = cap
  for (const route of routes) {
    const cost = countUpTo(db, route.candidates, least) * (1 + route.testCost)
    if (cost > least || (cost === least && best !== undefined)) continue
    best = route
    least = cost
  }
  return best
}

/** All matches are wanted: sorts them if they fit, else walks the events in time order. */
function wholePlan(db: Connection, demand: Demand, best: Route, page: Page, limits: PlanLimits): Plan {
  if (isFew(db, best, limits.many)) return sorted(best, page, 'many')
  return { ...sorted(timeRoute(demand), page, 'many'), all: best.hits('many') }
}

/** Searches the first events for the page, as long as this is cheaper than fetching all candidates. */
function earlyText(
  db: Connection,
  demand: Demand,
  best: Route,
  page: BoundedPage,
  { earlyText: tries, looksPerHit }: PlanLimits,
): Plan | undefined {
  const candidates = countUpTo(db, best.candidates, Math.ceil(Math.max(0, ...tries) / looksPerHit))
  const worthIt = tries.filter((count) => count <= candidates * looksPerHit)
  // A phrase is searched in full on each try, so only one is made.
  const isCheap = demand.criteria.every(isCheapToLookFor)
  for (const count of isCheap ? worthIt : worthIt.slice(0, 2).slice(-1)) {
    const ids = earlyTextHits(db, demand, count, page)
    const found = readColumn<number>(db, ids)
    if (found.length >= page.limit) return { name: `first ${count}`, ids, found, all: best.hits('many') }
  }
  return undefined
}

/** A page of many matches. */
function pagePlan(db: Connection, demand: Demand, best: Route, page: BoundedPage, limits: PlanLimits): Plan {
  if (best.name === 'time') return sorted(best, page, 'few')
  const branches = fewBranches(db, best, limits)
  if (branches !== undefined && best.isExact) return nearest(best, branches, page)
  for (const count of timeRoute(demand).testCost > 0 ? [] : limits.early) {
    const ids = earlyHits(demand, count, page)
    const found = readColumn<number>(db, ids)
    if (found.length >= page.limit) return { name: `first ${count}`, ids, found, all: best.hits('many') }
  }
  return branches === undefined ? sorted(best, page, 'many') : nearest(best, branches, page)
}

function isCheapToLookFor(criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      return criterion.of.every(isCheapToLookFor)
    case 'without':
      return isCheapToLookFor(criterion.wanted) && isCheapToLookFor(criterion.unwanted)
    case 'text':
      return isCheapToAsk(criterion.match)
    case 'dimension':
    case 'column':
    case 'resource':
    case 'form':
      return true
  }
}

function isFew(db: Connection, { candidates }: Route, most: number): boolean {
  return countUpTo(db, candidates, most) <= most
}

function fewBranches(db: Connection, { branches }: Route, limits: PlanLimits): Branches | undefined {
  if (branches === undefined) return undefined
  return countUpTo(db, branches.ids, limits.branches) <= limits.branches ? branches : undefined
}

function sorted(route: Route, page: Page, testing: Testing): Plan {
  const hits = route.hits(testing)
  return { name: route.name, ids: inOrder(hits, page), all: hits }
}

function nearest(route: Route, branches: Branches, page: BoundedPage): Plan {
  return {
    name: `nearest ${route.name}`,
    ids: inOrder(branches.nearest(page), page),
    all: route.hits('many'),
  }
}
