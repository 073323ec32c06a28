/** Which kinds of events the case has, and from when: what a trail was not asked for is not recorded. */
import type { EventKindRow } from '../../model/coverage.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import type { Scope } from '../../model/question.js'
import { inWindow } from '../plan/condition.js'
import { and, sql } from '../plan/statement.js'
import { inPlaces } from './event-places.js'
import { timeText } from '../summary/value-table.js'

type Kind = EventKindRow['kind']

/** Whether a kind is asked for service by service. */
const KINDS: readonly (readonly [kind: Kind, byService: boolean])[] = [
  ['management', false],
  ['data', true],
  ['network activity', true],
  ['insight', false],
]

const CATEGORIES: Readonly<Record<string, Kind>> = {
  Management: 'management',
  Data: 'data',
  NetworkActivity: 'network activity',
  Insight: 'insight',
}

type ActionTuple = readonly [
  source: string | null,
  category: string | null,
  type: string | null,
  management: number | null,
  events: number,
  firstMs: number | null,
  lastMs: number | null,
  startMs: number | null,
]

interface Seen {
  readonly kind: Kind
  readonly source: string | null
  events: number
  firstMs: number
  lastMs: number
  /** Of the first event in any window. */
  startMs: number
}

/**
 * Of the accounts, regions and window asked for. A kind without any event has a row, too; whether there were events of it
 * before is answered by all of the case, not by the window.
 */
export function eventKinds(db: Connection, scope: Scope): EventKindRow[] {
  const inside = and(inWindow('e.event_time_ms', scope.window))
  const actions = readTuples(
    db,
    sql`SELECT a.event_source, a.event_category, a.event_type, a.management_event, n.events, n.first_ms, n.last_ms, n.start_ms FROM action a JOIN
  (SELECT e.action_id, count(*) FILTER (WHERE ${inside}) AS events, min(e.event_time_ms) FILTER (WHERE ${inside}) AS first_ms,
    max(e.event_time_ms) FILTER (WHERE ${inside}) AS last_ms, min(e.event_time_ms) AS start_ms
  FROM event e WHERE ${and(inPlaces(scope))} GROUP BY e.action_id) n ON n.action_id = a.id`,
  ) as unknown as ActionTuple[]
  const seen = new Map<string, Seen>()
  for (const [source, category, type, management, events, firstMs, lastMs, startMs] of actions) {
    const kind = kindOf(category, type, management)
    const byService = KINDS.some(([name, each]) => name === kind && each)
    const service = byService ? source : null
    const key = `${kind} ${service ?? ''}`
    const known = seen.get(key) ?? { kind, source: service, events: 0, ...NEVER }
    known.events += events
    known.firstMs = Math.min(known.firstMs, firstMs ?? Infinity)
    known.lastMs = Math.max(known.lastMs, lastMs ?? -Infinity)
    known.startMs = Math.min(known.startMs, startMs ?? Infinity)
    seen.set(key, known)
  }
  return rowsOf([...seen.values()])
}

const NEVER = { firstMs: Infinity, lastMs: -Infinity, startMs: Infinity }

function rowsOf(seen: readonly Seen[]): EventKindRow[] {
  const start = seen.reduce((least, { startMs }) => Math.min(least, startMs), Infinity)
  const kinds: readonly Kind[] = [...KINDS.map(([kind]) => kind), 'not stated']
  return kinds.flatMap((kind) => {
    const own = seen.filter((one) => one.kind === kind)
    if (own.length === 0 && kind !== 'not stated') return [absent(kind)]
    return own
      .sort((one, other) => ((one.source ?? '') < (other.source ?? '') ? -1 : 1))
      .map(({ source, events, firstMs, lastMs, startMs }) => ({
        kind,
        event_source: source,
        events,
        first_seen: timeText(finite(firstMs)),
        last_seen: timeText(finite(lastMs)),
        before: startMs > start && (firstMs === startMs || events === 0) ? 'none' : null,
      }))
  })
}

function absent(kind: Kind): EventKindRow {
  return { kind, event_source: null, events: 0, first_seen: null, last_seen: null, before: 'none' }
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null
}

/** Records before eventVersion 1.07 have no eventCategory, and reduced forms may lack it. */
function kindOf(category: string | null, type: string | null, management: number | null): Kind {
  if (type === 'AwsCloudTrailInsight') return 'insight'
  if (type === 'AwsVpceEvent') return 'network activity'
  const stated = category === null ? undefined : CATEGORIES[category]
  if (stated !== undefined) return stated
  if (management === null) return 'not stated'
  return management === 1 ? 'management' : 'data'
}
