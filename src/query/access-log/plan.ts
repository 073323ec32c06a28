/** Chooses the shortest way to matching lines. Like plan/plan.ts it counts candidates up to a limit. */
import type { Page, TimeWindow } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readColumn } from '../../store/reader.js'
import { inWindow } from '../plan/condition.js'
import { countUpTo } from '../plan/count.js'
import { and, joined, or, raw, sql, type Statement } from '../plan/statement.js'
import type { AccessArm, AccessCriterion } from './reach.js'

export interface AccessDemand {
  /** All must hold. */
  readonly criteria: readonly AccessCriterion[]
  readonly window: TimeWindow
  /** Indexes that the case has. */
  readonly indexes: ReadonlySet<string>
}

export interface AccessPlan {
  readonly name: string
  /** Selects IDs of lines in order. */
  readonly ids: Statement
  /** Selects every match once, unordered. */
  readonly all: Statement
}

/** Thresholds; tests set them low. */
export interface AccessLimits {
  /** Up to here candidates are simply read and sorted. */
  readonly few: number
  /** Beyond this, matches are not sorted: it would delay the first row. */
  readonly many: number
  /** Number of first lines in time order that are searched for the page. */
  readonly early: number
}

export const ACCESS_LIMITS: AccessLimits = { few: 50_000, many: 1_000_000, early: 20_000 }

interface Route {
  readonly name: string
  /** Selects `id` and `ms` of each match, without duplicates. */
  readonly hits: Statement
  readonly candidates: Statement
}

export function planAccess(
  db: Connection,
  demand: AccessDemand,
  page: Page,
  limits = ACCESS_LIMITS,
): AccessPlan {
  const routes = demand.criteria.flatMap((criterion) => routeOf(demand, criterion) ?? [])
  const few = shortest(db, routes, limits.few)
  if (few !== undefined) return sorted(few, page)
  const { limit } = page
  if (limit !== undefined) {
    const early = inTime(demand, page, limits.early)
    if (readColumn(db, early).length >= limit) return { name: 'early', ids: early, all: hitsByTime(demand) }
  }
  const many = shortest(db, routes, limits.many)
  if (many !== undefined) return sorted(many, page)
  return { name: 'time', ids: inTime(demand, page), all: hitsByTime(demand) }
}

function shortest(db: Connection, routes: readonly Route[], cap: number): Route | undefined {
  let best: Route | undefined
  let least = cap
  for (const route of routes) {
    const count = countUpTo(db, route.candidates, least)
    if (count > least || (count === least && best !== undefined)) continue
    best = route
    least = count
  }
  return best
}

function sorted({ name, hits }: Route, { order, limit }: Page): AccessPlan {
  const direction = raw(order === 'desc' ? ' DESC' : '')
  const ids = sql`SELECT id FROM (${hits}) ORDER BY ms${direction}, id${direction}`
  return { name, ids: limit === undefined ? ids : sql`${ids} LIMIT ${limit}`, all: hits }
}

/** Walks lines in time order; `first` limits how many. */
function inTime(demand: AccessDemand, { order, limit }: Page, first?: number): Statement {
  const direction = raw(order === 'desc' ? ' DESC' : '')
  const window = inWindow('l.time_ms', demand.window)
  const lines = sql`access_log l${indexedBy('access_log_by_time', demand)}`
  const byTime = sql`ORDER BY l.time_ms${direction}, l.id${direction}`
  const tests = demand.criteria.map(holds)
  const end = limit === undefined ? raw('') : sql` LIMIT ${limit}`
  if (first === undefined)
    return sql`SELECT l.id FROM ${lines} WHERE ${and([...window, ...tests])} ${byTime}${end}`
  const few = sql`SELECT l.id FROM ${lines} WHERE ${and(window)} ${byTime} LIMIT ${first}`
  return sql`SELECT l.id FROM (${few}) f CROSS JOIN access_log l ON l.id = f.id WHERE ${and(tests)} ${byTime}${end}`
}

function hitsByTime(demand: AccessDemand): Statement {
  const conditions = [...inWindow('l.time_ms', demand.window), ...demand.criteria.map(holds)]
  return sql`SELECT l.id AS id, l.time_ms AS ms FROM access_log l${indexedBy('access_log_by_time', demand)} WHERE ${and(conditions)}`
}

/** Starts at one criterion and tests the others. Undefined if an index is missing. */
function routeOf(demand: AccessDemand, criterion: AccessCriterion): Route | undefined {
  const cover = coverOf(demand, criterion)
  if (cover === undefined) return undefined
  const window = inWindow('l.time_ms', demand.window)
  const tests = [...window, ...demand.criteria.map(holds)]
  const walks = cover.map((arm) => walkOf(demand, arm))
  return {
    name: [...new Set(cover.map(({ kind }) => kind))].join('+'),
    candidates: joined(
      walks.map((from) => sql`SELECT 1 ${from}`),
      ' UNION ALL ',
    ),
    hits: joined(
      walks.map((from) => sql`SELECT l.id AS id, l.time_ms AS ms ${from} AND ${and(tests)}`),
      ' UNION ',
    ),
  }
}

/** Arms that together reach every line matching a criterion. */
function coverOf(demand: AccessDemand, criterion: AccessCriterion): readonly AccessArm[] | undefined {
  switch (criterion.kind) {
    case 'any': {
      const covers = criterion.of.map((part) => coverOf(demand, part))
      return covers.every((cover) => cover !== undefined) ? covers.flat() : undefined
    }
    // The first part is usually the narrowest: reach.ts and users put it first.
    case 'all':
      return criterion.of.map((part) => coverOf(demand, part)).find((cover) => cover !== undefined)
    case 'without':
      return coverOf(demand, criterion.wanted)
    case 'client':
    case 'call':
    case 'line':
    case 'words':
    case 'never':
      return hasIndex(demand, criterion) ? [criterion] : undefined
  }
}

function hasIndex({ indexes }: AccessDemand, arm: AccessArm): boolean {
  const name = indexOf(arm)
  return name === undefined || indexes.has(name)
}

function indexOf(arm: AccessArm): string | undefined {
  if (arm.kind === 'line') return arm.index
  return arm.kind === 'client' || arm.kind === 'call' ? `access_log_by_${arm.kind}` : undefined
}

/** `FROM … WHERE …` */
function walkOf(demand: AccessDemand, arm: AccessArm): Statement {
  const lines = sql`FROM access_log l${indexedBy(indexOf(arm), demand)}`
  const window = inWindow('l.time_ms', demand.window)
  switch (arm.kind) {
    case 'client':
    case 'call':
      return sql`${lines} WHERE ${and([holds(arm), ...window])}`
    case 'line':
      return sql`${lines} WHERE ${arm.condition}`
    case 'words':
      return sql`FROM access_text t CROSS JOIN access_log l ON l.id = t.rowid WHERE t.access_text MATCH ${arm.match}`
    case 'never':
      return sql`FROM access_log l WHERE l.id = 0`
  }
}

/** Never null, so that it can be negated. */
function holds(criterion: AccessCriterion): Statement {
  switch (criterion.kind) {
    case 'all':
      return sql`(${and(criterion.of.map(holds))})`
    case 'any':
      return sql`(${or(criterion.of.map(holds))})`
    case 'without':
      return sql`(${holds(criterion.wanted)} AND NOT ${holds(criterion.unwanted)})`
    case 'client':
    case 'call':
      return sql`l.${raw(criterion.kind)}_id IN (${criterion.ids})`
    case 'line':
      return sql`((${criterion.condition}) IS TRUE)`
    case 'words':
      return sql`l.id IN (SELECT t.rowid FROM access_text t WHERE t.access_text MATCH ${criterion.match})`
    case 'never':
      return raw('FALSE')
  }
}

function indexedBy(index: string | undefined, { indexes }: AccessDemand): Statement {
  return raw(index !== undefined && indexes.has(index) ? ` INDEXED BY ${index}` : '')
}
