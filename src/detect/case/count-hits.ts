/** Totals of each rule. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'

export interface HitCounts {
  hits: number
  events: number
  principals: number
  firstMs: number | null
  lastMs: number | null
}

/** By the number of the rule. */
export function countHits(db: Connection): Map<number, HitCounts> {
  const keys = new Map(
    readTuples(db, {
      sql: 'SELECT s.id, coalesce(c.principal_key, s.principal, c.id) FROM session s JOIN caller c ON c.id = s.caller_id',
      params: [],
    }).map(([id, key]) => [id, key] as const),
  )
  const counts = new Map<number, HitCounts>()
  const principals = new Map<number, Set<unknown>>()
  const sql = `SELECT d.rule, e.identity_id, count(*), min(e.event_time_ms), max(e.event_time_ms)
    FROM (SELECT DISTINCT rule, event_rowid FROM temp.detection_event) d JOIN event e ON e.id = d.event_rowid GROUP BY 1, 2`
  for (const [rule, identity, events, first, last] of readTuples(db, { sql, params: [] })) {
    const one = counts.get(Number(rule)) ?? { hits: 0, events: 0, principals: 0, firstMs: null, lastMs: null }
    counts.set(Number(rule), one)
    one.events += Number(events)
    one.hits = one.events
    one.firstMs = least(one.firstMs, first)
    one.lastMs = most(one.lastMs, last)
    const known = principals.get(Number(rule)) ?? new Set<unknown>()
    principals.set(Number(rule), known.add(keys.get(identity)))
  }
  for (const [rule, known] of principals) (counts.get(rule) as HitCounts).principals = known.size
  for (const [rule, hits] of readTuples(db, {
    sql: 'SELECT rule, count(*) FROM temp.detection_hit GROUP BY 1',
    params: [],
  })) {
    const one = counts.get(Number(rule))
    if (one !== undefined) one.hits = Number(hits)
  }
  return counts
}

function least(one: number | null, other: unknown): number | null {
  return typeof other === 'number' && (one === null || other < one) ? other : one
}

function most(one: number | null, other: unknown): number | null {
  return typeof other === 'number' && (one === null || other > one) ? other : one
}
