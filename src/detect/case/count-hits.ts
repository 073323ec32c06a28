/** Totals of each rule. */
import type { Connection } from '../../store/open.js'
import { readColumn, readTuples } from '../../store/reader.js'

export interface HitCounts {
  readonly hits: number
  readonly events: number
  readonly principals: number
  readonly firstMs: number | null
  readonly lastMs: number | null
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
  const hitsOf = new Map(
    readTuples(db, { sql: 'SELECT rule, count(*) FROM temp.detection_hit GROUP BY 1', params: [] }).map(
      ([rule, hits]) => [rule, Number(hits)] as const,
    ),
  )
  for (const rule of readColumn<number>(db, { sql: RULES, params: [] })) {
    const hits = hitsOf.get(rule)
    // Only hits of a correlation share events.
    const distinct = hits === undefined ? '' : 'DISTINCT '
    const [[events, first, last, identities] = []] = readTuples(db, {
      sql: `SELECT count(${distinct}d.event_rowid), min(e.event_time_ms), max(e.event_time_ms), json_group_array(DISTINCT e.identity_id)
        FROM temp.detection_event d CROSS JOIN event e ON e.id = d.event_rowid WHERE d.rule = ?`,
      params: [rule],
    })
    const principals = new Set((JSON.parse(String(identities)) as number[]).map((id) => keys.get(id)))
    counts.set(rule, {
      hits: hits ?? Number(events),
      events: Number(events),
      principals: principals.size,
      firstMs: first as number | null,
      lastMs: last as number | null,
    })
  }
  return counts
}

const RULES = 'SELECT DISTINCT rule FROM temp.detection_event ORDER BY 1'
