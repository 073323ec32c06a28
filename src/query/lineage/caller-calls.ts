/** Calls of some actions by some callers: possibly thousands of identities and hundreds of thousands of events. */
import type { Connection } from '../../store/open.js'
import { readNumber, readTuples } from '../../store/reader.js'
import { raw, sql, type Statement } from '../plan/statement.js'

/** Calls with the same failure. */
export interface FailedCalls {
  readonly action: number
  /** event.id of the first and last. */
  readonly first: number
  readonly last: number
  readonly count: number
}

export interface CallerCalls {
  /** event.id of the successful calls, oldest first. */
  readonly made: readonly number[]
  /** By call and outcome. */
  readonly failed: readonly FailedCalls[]
}

export interface Activity {
  readonly events: number
  readonly firstMs: number | null
  readonly lastMs: number | null
}

export interface CallSearch {
  readonly callers: readonly number[]
  readonly actions: readonly number[]
  /** Of the callers. */
  readonly activity: Activity
  /** Indexes that the case has now. */
  readonly indexes: ReadonlySet<string>
}

/** Thresholds; tests set them low. */
export const CALL_LIMITS = {
  /** Up to here the callers' events are tested one by one. */
  few: 500,
  /** Limit of each kind that is counted, and that is kept for comparison. */
  most: 100_000,
}

export function readCallerCalls(db: Connection, search: CallSearch, limits = CALL_LIMITS): CallerCalls {
  // One walk finds both kinds; each has its own limit.
  const kind = (test: string) =>
    raw(`SELECT * FROM (SELECT * FROM found WHERE ${test} ORDER BY ms, id LIMIT ${limits.most})`)
  const rows = readTuples(
    db,
    sql`WITH found AS MATERIALIZED (SELECT e.id AS id, e.event_time_ms AS ms, e.action_id AS action, e.outcome_id AS outcome ${source(db, search, limits)})
  SELECT * FROM (${kind('outcome = 0')} UNION ALL ${kind('outcome <> 0')}) ORDER BY ms, id`,
  ) as [number, number | null, number, number][]
  const made: number[] = []
  const failed = new Map<string, { action: number; first: number; last: number; count: number }>()
  for (const [id, , action, outcome] of rows) {
    if (outcome === 0) {
      made.push(id)
      continue
    }
    const key = `${action} ${outcome}`
    const known = failed.get(key)
    if (known === undefined) failed.set(key, { action, first: id, last: id, count: 1 })
    else {
      known.last = id
      known.count += 1
    }
  }
  return { made, failed: [...failed.values()] }
}

/**
 * FROM and WHERE. The indexes of callers and of actions both yield event IDs, but neither has the other's column: the
 * shorter list is kept, the longer one walked, and only events in both are fetched.
 */
function source(
  db: Connection,
  { callers, actions, activity, indexes }: CallSearch,
  { few, most }: typeof CALL_LIMITS,
): Statement {
  const by = (name: string) => raw(indexes.has(name) ? ` INDEXED BY ${name}` : '')
  const { events, firstMs, lastMs } = activity
  const isCaller = sql`e.identity_id IN ${idList(callers)}`
  const isAction = sql`e.action_id IN ${idList(actions)}`
  const callersEvents = sql`FROM event e${by('event_by_identity')} WHERE ${isCaller}`
  const tested = sql`${callersEvents} AND ${isAction}`
  if (events <= few) return tested
  const called = sql`SELECT e.id FROM event e${by('event_by_action')} WHERE ${isAction} AND e.event_time_ms`
  const calls = sql`${called} BETWEEN ${firstMs ?? 0} AND ${lastMs ?? 0} UNION ALL ${called} IS NULL`
  const count = readNumber(db, sql`SELECT count(*) FROM (${calls} LIMIT ${most + 1})`) ?? 0
  if (Math.min(count, events) > most) return tested
  const lists = [calls, sql`SELECT e.id ${callersEvents}`] as const
  const [kept, walked] = count <= events ? lists : ([lists[1], lists[0]] as const)
  return sql`FROM (SELECT id FROM (${walked}) WHERE id IN (${kept})) b CROSS JOIN event e ON e.id = b.id`
}

function idList(ids: readonly number[]): Statement {
  return sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`
}
