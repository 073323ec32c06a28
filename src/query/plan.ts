/**
 * Chooses the route. Counts candidates first, with a cap: an index is read at some 20 million entries a second, so this costs
 * milliseconds and no statistics need to be kept.
 */
import type { BoundedPage, Page } from '../model/question.js'
import { readColumn, readValue } from '../store/reader.js'
import type { Connection } from '../store/open.js'
import { earlyHits, inOrder, routesOf, timeRoute, type Branches, type Demand, type Route } from './route.js'
import { sql, type Statement } from './statement.js'

export interface Plan {
  /** For tests and for `--verbose` eyes: which route, walked how. */
  readonly name: string
  /** Selects event ids in order. */
  readonly ids: Statement
  /** Selects every hit once, in no order, without the page's limit. */
  readonly all: Statement
}

/** Numbers that decide; tests set them small. */
export interface PlanLimits {
  /** So many candidates are read and sorted without further thought. */
  readonly few: number
  /** More than so many are not sorted when all are wanted: that would hold back the first row and fill the memory. */
  readonly many: number
  /** A page up to here may be gathered from the first events of each id. */
  readonly page: number
  /** So many ids at most. */
  readonly branches: number
  /** So many events are looked at in order of time, in the hope that the page is among them. */
  readonly early: readonly number[]
}

export const PLAN_LIMITS: PlanLimits = {
  few: 50_000,
  many: 1_000_000,
  page: 1000,
  branches: 500,
  early: [1000, 20_000],
}

export function makePlan(db: Connection, demand: Demand, page: Page, limits = PLAN_LIMITS): Plan {
  const routes = routesOf(demand)
  const small = cheapest(db, routes, limits.few)
  if (small !== undefined) return sorted(small, page)
  const best = routes.length > 1 ? (cheapest(db, routes, limits.many) ?? routes[0]) : routes[0]
  if (best === undefined) return sorted(timeRoute(demand), page)
  const { order, limit } = page
  if (limit === undefined || limit > limits.page) return wholePlan(db, demand, best, page, limits)
  return pagePlan(db, demand, best, { order, limit }, limits)
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
  const fits = countUpTo(db, best.candidates, limits.many) <= limits.many
  return sorted(fits ? best : timeRoute(demand), page, best)
}

/** A page is wanted, of many. */
function pagePlan(db: Connection, demand: Demand, best: Route, page: BoundedPage, limits: PlanLimits): Plan {
  const branches = fewBranches(db, best, limits)
  if (branches !== undefined && best.isExact) return nearest(best, branches, page)
  for (const count of limits.early) {
    const ids = earlyHits(demand, count, page)
    if (readColumn(db, ids).length >= page.limit) return { name: `first ${count}`, ids, all: best.hits('many') }
  }
  return branches === undefined ? sorted(best, page) : nearest(best, branches, page)
}

function fewBranches(db: Connection, { branches }: Route, limits: PlanLimits): Branches | undefined {
  if (branches === undefined) return undefined
  return countUpTo(db, branches.ids, limits.branches) <= limits.branches ? branches : undefined
}

function sorted(route: Route, page: Page, counted = route): Plan {
  const testing = route.testCost > 0 && page.limit !== undefined ? 'few' : 'many'
  return { name: route.name, ids: inOrder(route.hits(testing), page), all: counted.hits('many') }
}

function nearest(route: Route, branches: Branches, page: BoundedPage): Plan {
  return { name: `nearest ${route.name}`, ids: inOrder(branches.nearest(page), page), all: route.hits('many') }
}

/** At most `cap` + 1. */
export function countUpTo(db: Connection, rows: Statement, cap: number): number {
  return readValue<number>(db, sql`SELECT count(*) FROM (${rows} LIMIT ${cap + 1})`) ?? 0
}
