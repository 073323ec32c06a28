/**
 * Chooses the route. Counts candidates first, with a cap: an index is read at some 20 million entries a second, so this costs
 * milliseconds and no statistics need to be kept.
 */
import type { BoundedPage, Page } from '../model/question.js'
import { readColumn } from '../store/reader.js'
import type { Connection } from '../store/open.js'
import type { Testing } from './condition.js'
import { countUpTo } from './count.js'
import { coverOf } from './cover.js'
import type { Criterion } from './reach.js'
import { criterionRoute, earlyHits, inOrder, timeRoute, type Branches, type Route } from './route.js'
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
  /** The same for words: to look at events in order of time instead would be a full-text search for each. */
  readonly fewText: number
  /** More than so many are not sorted when all are wanted: that would hold back the first row and fill the memory. */
  readonly many: number
  /** A page up to here may be gathered from the first events of each id. */
  readonly page: number
  /** So many ids at most. */
  readonly branches: number
  /** So many events are looked at in order of time, in the hope that the page is among them. */
  readonly early: readonly number[]
  /** The same where each look is a full-text search. */
  readonly earlyText: readonly number[]
}

export const PLAN_LIMITS: PlanLimits = {
  few: 50_000,
  // Measured at 10,000,000 events: 800,000 hits are read and sorted in 0.3 s, 5,000 searches for one event each take 0.9 s.
  fewText: 500_000,
  many: 1_000_000,
  page: 1000,
  branches: 500,
  early: [1000, 20_000],
  earlyText: [1000, 5000],
}

export function makePlan(db: Connection, question: Demand, page: Page, limits = PLAN_LIMITS): Plan {
  const demand = { ...question, criteria: flattened(question.criteria.map((part) => spreadText(db, part))) }
  const routes = routesOf(db, demand, limits)
  const small = cheapest(db, routes, limits.few)
  if (small !== undefined) return sorted(small, page, 'few')
  const best = routes.length > 1 ? (cheapest(db, routes, limits.many) ?? routes[0]) : routes[0]
  if (best === undefined) return sorted(timeRoute(demand), page, 'many')
  const isText = timeRoute(demand).testCost > 0
  if (isText && isFew(db, best, Math.min(limits.fewText, limits.many))) return sorted(best, page, 'many')
  const { order, limit } = page
  if (limit === undefined || limit > limits.page) return wholePlan(db, demand, best, page, limits)
  return pagePlan(db, demand, best, { order, limit }, limits)
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

/** A page is wanted, of many. */
function pagePlan(db: Connection, demand: Demand, best: Route, page: BoundedPage, limits: PlanLimits): Plan {
  if (best.name === 'time') return sorted(best, page, 'few')
  const branches = fewBranches(db, best, limits)
  if (branches !== undefined && best.isExact) return nearest(best, branches, page)
  for (const count of timeRoute(demand).testCost > 0 ? limits.earlyText : limits.early) {
    const ids = earlyHits(demand, count, page)
    const found = readColumn<number>(db, ids)
    if (found.length >= page.limit) return { name: `first ${count}`, ids, found, all: best.hits('many') }
  }
  return branches === undefined ? sorted(best, page, 'many') : nearest(best, branches, page)
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
