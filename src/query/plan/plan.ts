/**
 * Chooses the route. Counts candidates first, with a cap: an index is read at some 20 million entries a second, so this costs
 * milliseconds and no statistics need to be kept.
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
  /** Which route, walked how. */
  readonly name: string
  /** Selects event ids in order. */
  readonly ids: Statement
  /** What `ids` selects, when planning has already read it. */
  readonly found?: readonly number[]
  /** Selects every hit once, in no order, without the page's limit. */
  readonly all: Statement
}

/** Numbers that decide; tests set them small. */
export interface PlanLimits {
  /** So many candidates are read and sorted without further thought. */
  readonly few: number
  /** The same where each is fetched for its time, when a page is wanted: beyond, the page may be among the first events. */
  readonly fewFetched: number
  /** The same for words, when that was in vain. */
  readonly fewText: number
  /** More than so many are not sorted when all are wanted: that would hold back the first row and fill the memory. */
  readonly many: number
  /** A page up to here may be gathered from the first events of each id. */
  readonly page: number
  /** So many ids at most. */
  readonly branches: number
  /** So many events are looked at in order of time, in the hope that the page is among them. */
  readonly early: readonly number[]
  /** The same for words. */
  readonly earlyText: readonly number[]
  /** So many of them are looked at in the time in which one hit is fetched. */
  readonly looksPerHit: number
}

export const PLAN_LIMITS: PlanLimits = {
  few: 50_000,
  fewFetched: 5000,
  // Measured at 10,000,000 events: to fetch and sort takes 3 µs a hit and more, to look at the first events 0.35 µs each.
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

/** No `all` among them; words that stand in no shared value become one search, which FTS5 does best. */
function flattened(criteria: readonly Criterion[]): Criterion[] {
  const flat = criteria.flatMap((part) => (part.kind === 'all' ? flattened(part.of) : [part]))
  const texts = flat.filter((part) => part.kind === 'text')
  if (texts.length < 2) return flat
  const match = texts.map((part) => part.match).join(' AND ')
  return [...flat.filter((part) => part.kind !== 'text'), { kind: 'text', match }]
}

/** In order of preference among equals: what was asked, what narrows it, when. */
function routesOf(db: Connection, demand: Demand, limits: PlanLimits): Route[] {
  const routes = demand.criteria.flatMap((criterion) => {
    const cover = coverOf(db, demand, criterion, limits.few)
    return cover === undefined ? [] : [criterionRoute(demand, criterion, cover)]
  })
  const { sinceMs, untilMs } = demand.window
  if (sinceMs !== undefined || untilMs !== undefined) routes.push(timeRoute(demand))
  return routes
}

/** The route with the least to read, when that is not more than `cap`. */
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

/** Everything is wanted: sorted when it fits, else walked in order of time. */
function wholePlan(db: Connection, demand: Demand, best: Route, page: Page, limits: PlanLimits): Plan {
  if (isFew(db, best, limits.many)) return sorted(best, page, 'many')
  return { ...sorted(timeRoute(demand), page, 'many'), all: best.hits('many') }
}

/** The page, if it is among the first events: so far as that takes less time than to fetch all candidates. */
function earlyText(
  db: Connection,
  demand: Demand,
  best: Route,
  page: BoundedPage,
  { earlyText: tries, looksPerHit }: PlanLimits,
): Plan | undefined {
  const candidates = countUpTo(db, best.candidates, Math.ceil(Math.max(0, ...tries) / looksPerHit))
  const worthIt = tries.filter((count) => count <= candidates * looksPerHit)
  // Phrases are looked up whole for each try: one must do.
  const isCheap = demand.criteria.every(isCheapToLookFor)
  for (const count of isCheap ? worthIt : worthIt.slice(0, 2).slice(-1)) {
    const ids = earlyTextHits(db, demand, count, page)
    const found = readColumn<number>(db, ids)
    if (found.length >= page.limit) return { name: `first ${count}`, ids, found, all: best.hits('many') }
  }
  return undefined
}

/** A page is wanted, of many. */
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
