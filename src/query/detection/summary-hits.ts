/** Hits of rules in a scope, for the first section of a summary. */
import { techniquesOf, type HitSummary } from '../../model/detection.js'
import { isoTime } from '../../model/time.js'
import type { Scope } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readDetection } from '../../store/detection.js'
import { readTuples } from '../../store/reader.js'
import { sql } from '../plan/statement.js'
import { severity } from './rule-filter.js'
import { matchingEvents } from '../summary/event-scan.js'

/** Events of hits in the scope, most severe first, of these the rarest; null without a detection. */
export function hitsInScope(db: Connection, scope: Scope): readonly HitSummary[] | null {
  if (readDetection(db) === null) return null
  const { ids } = matchingEvents(db, scope)
  const rows = readTuples(
    db,
    sql`SELECT r.level, r.title, r.author, r.tags, count(*), count(DISTINCT coalesce(c.principal_key, c.id)), min(e.event_time_ms), max(e.event_time_ms)
    FROM (SELECT DISTINCT rule, event_rowid FROM detection_event) d CROSS JOIN event e ON e.id = d.event_rowid
    JOIN session s ON s.id = e.identity_id JOIN caller c ON c.id = s.caller_id JOIN detection_rule r ON r.id = d.rule
    WHERE e.id IN (${ids}) GROUP BY r.id ORDER BY ${severity('r.level')} DESC, 5, r.id`,
  )
  return rows.map(([level, title, author, tags, events, principals, first, last]) => ({
    level: level as HitSummary['level'],
    title: String(title),
    author: author as string | null,
    techniques: techniquesOf(JSON.parse(String(tags)) as string[]).join(' '),
    events: Number(events),
    principals: Number(principals),
    first_seen: typeof first === 'number' ? isoTime(first) : null,
    last_seen: typeof last === 'number' ? isoTime(last) : null,
  }))
}
