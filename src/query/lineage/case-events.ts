/**
 * What lineage reads from a case. It needs no tables of its own: the full text finds an issued key in its issuing
 * event, the index of identities finds callers, and records are read only if few.
 */
import type { LineageCall } from '../../model/lineage.js'
import type { JsonObject } from '../../model/record.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readIndexNames, readNumber, readTuples } from '../../store/reader.js'
import { RecordReader } from '../../store/record-reader.js'
import { list, raw, sql, type Statement } from '../plan/statement.js'
import { asStored, idSpellings } from '../find/value.js'
import { readCallerCalls, type Activity, type CallerCalls, type FailedCalls } from './caller-calls.js'
import { readCaseEvents, type CaseEvent } from './case-event.js'
import { CaseIdentities } from './case-identities.js'
import type { IdentityRow } from './identity-row.js'
import { ISSUING_CALLS, type Issued, type IssuingCall, type IssuingKind } from './issued.js'
import { EVENT_OF_USE } from '../plan/event-use.js'

/** Calls with the same failure. */
export interface Failures {
  readonly first: CaseEvent
  readonly last: CaseEvent
  readonly count: number
}

/** Up to here events are tested one by one against the full text; beyond, the full text is searched first. */
const FEW_ACTIONS = 500
/** Counting stops here. */
const MOST_COUNTED = 100_000
const NO_CALLS: CallerCalls = { made: [], failed: [] }

export class CaseEvents extends CaseIdentities {
  readonly #db: Connection
  readonly #records: RecordReader
  readonly #indexes: ReadonlySet<string>
  readonly #calls = new Map<number, IssuingCall>()
  readonly #issued = new Map<number, readonly Issued[]>()
  readonly #fewActions = new Map<string, boolean>()
  readonly #activities = new WeakMap<readonly IdentityRow[], Activity>()

  constructor(db: Connection) {
    super(db)
    this.#db = db
    this.#records = new RecordReader(db)
    this.#indexes = readIndexNames(db)
    for (const [id, source, name] of readTuples(db, ISSUING_ACTIONS)) {
      const service = String(source).split('.')[0]
      const call = ISSUING_CALLS.find((known) => known.service === service && known.name === name)
      if (call !== undefined) this.#calls.set(Number(id), call)
    }
  }

  /** IDs of the actions of these kinds. */
  actions(...kinds: readonly IssuingKind[]): readonly number[] {
    return [...this.#calls].filter(([, { kind }]) => kinds.includes(kind)).map(([id]) => id)
  }

  call(event: CaseEvent): IssuingCall | undefined {
    return this.#calls.get(event.action_id)
  }

  withEventId(eventId: string): CaseEvent[] {
    return readCaseEvents(this.#db, sql`SELECT id FROM event WHERE event_id IN ${list(idSpellings(eventId))}`)
  }

  withRequestId(requestId: string): CaseEvent[] {
    return readCaseEvents(this.#db, sql`SELECT id FROM event WHERE request_id = ${requestId} LIMIT 100`)
  }

  /**
   * Copies of one action received by other accounts. sharedEventID has no index, but its words are in the full text.
   */
  withSharedId(sharedId: string): CaseEvent[] {
    // The last part of a UUID is rare enough; a phrase would also read the long lists of its short parts.
    const phrase = quoted(sharedId.split('-').at(-1) ?? '')
    if (phrase === null) return []
    return readCaseEvents(
      this.#db,
      sql`SELECT e.id FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ${phrase} AND e.shared_event_id = ${sharedId} LIMIT 100`,
    )
  }

  /** Successful calls of these actions with the phrase in the record. */
  mentioning(phrase: string, actions: readonly number[]): CaseEvent[] {
    const match = quoted(phrase)
    if (match === null || actions.length === 0) return []
    const isAction = sql`e.action_id IN ${ids(actions)}`
    const byAction = sql`SELECT e.id FROM event e${this.#by('event_by_action')} WHERE ${isAction}`
    const isSuccess = raw('e.outcome_id = 0')
    return readCaseEvents(
      this.#db,
      this.#areFew(actions, byAction)
        ? sql`${byAction} AND ${isSuccess} AND EXISTS (SELECT 1 FROM event_text t WHERE t.event_text MATCH ${match} AND t.rowid = e.id)`
        : sql`SELECT e.id FROM event_text t CROSS JOIN event e ON e.id = t.rowid WHERE t.event_text MATCH ${match} AND ${isAction} AND ${isSuccess}`,
    )
  }

  /** Successful calls of these actions that name the resource, oldest first. */
  naming(arn: string, actions: readonly number[], limit: number): { events: CaseEvent[]; more: number } {
    if (actions.length === 0) return { events: [], more: 0 }
    const found = sql`SELECT DISTINCT e.id, x.event_time_ms FROM resource r
  CROSS JOIN event_resource x${this.#by('event_resource_by_resource')} ON x.resource_id = r.id
  CROSS JOIN event e ON e.id = ${EVENT_OF_USE}
  WHERE r.arn = ${asStored(arn)} AND e.action_id IN ${ids(actions)} AND e.outcome_id = 0`
    // One pass finds the first ones and counts the rest.
    const all = sql`${found} ORDER BY x.event_time_ms, e.id LIMIT ${MOST_COUNTED}`
    return this.firstOf(readColumn<number>(this.#db, all), limit)
  }

  /** Successful calls of these actions from `fromMs` to `toMs`, both included. */
  between(fromMs: number, toMs: number, actions: readonly number[]): CaseEvent[] {
    if (actions.length === 0) return []
    return readCaseEvents(
      this.#db,
      sql`SELECT e.id FROM event e${this.#by('event_by_action')} WHERE e.action_id IN ${ids(actions)}
  AND e.event_time_ms >= ${fromMs} AND e.event_time_ms <= ${toMs} AND e.outcome_id = 0`,
    )
  }

  /** The events with the phrase in the record. */
  onlyMentioning(events: readonly CaseEvent[], phrase: string): CaseEvent[] {
    const match = quoted(phrase)
    if (match === null) return [...events]
    const found = readColumn<number>(
      this.#db,
      sql`SELECT rowid FROM event_text WHERE event_text MATCH ${match} AND rowid IN ${ids(events.map(({ rowid }) => rowid))}`,
    )
    return events.filter(({ rowid }) => found.includes(rowid))
  }

  /** Calls of these actions by these identities. */
  callsBy(rows: readonly IdentityRow[], actions: readonly number[]): CallerCalls {
    if (rows.length === 0 || actions.length === 0) return NO_CALLS
    const callers = rows.map(({ id }) => id)
    const search = { callers, actions, activity: this.activityOf(rows), indexes: this.#indexes }
    return readCallerCalls(this.#db, search)
  }

  /** The first of these events. */
  firstOf(ids: readonly number[], limit: number): { events: CaseEvent[]; more: number } {
    const first = ids.slice(0, limit)
    const events = readCaseEvents(this.#db, sql`SELECT value FROM json_each(${JSON.stringify(first)})`)
    return { events, more: ids.length - first.length }
  }

  /** Number of these events by name, most frequent first. */
  callsOf(events: readonly number[]): LineageCall[] {
    if (events.length === 0) return []
    const rows = readTuples(
      this.#db,
      sql`SELECT coalesce(a.event_name, ''), count(*) FROM event e CROSS JOIN action a ON a.id = e.action_id
  WHERE e.id IN ${ids(events)} GROUP BY 1 ORDER BY 2 DESC, 1`,
    ) as [string, number][]
    return rows.map(([event_name, count]) => ({ event_name, count }))
  }

  failures({ first, last, count }: FailedCalls): Failures[] {
    const ends = readCaseEvents(this.#db, sql`SELECT value FROM json_each(${JSON.stringify([first, last])})`)
    const [earliest, latest = earliest] = ends
    return earliest === undefined || latest === undefined ? [] : [{ first: earliest, last: latest, count }]
  }

  /** Cached: needed both for linking and for output. */
  activityOf(rows: readonly IdentityRow[]): Activity {
    const known = this.#activities.get(rows)
    if (known !== undefined) return known
    const events = sql`FROM event e${this.#by('event_by_identity')} WHERE e.identity_id IN ${idsOf(rows)}`
    const [found] = readTuples(
      this.#db,
      sql`SELECT count(*), min(e.event_time_ms), max(e.event_time_ms) ${events}`,
    ) as [number, number | null, number | null][]
    const [count, firstMs, lastMs] = found ?? [0, null, null]
    const activity = { events: count, firstMs, lastMs }
    this.#activities.set(rows, activity)
    return activity
  }

  deedsOf(
    rows: readonly IdentityRow[],
  ): [string | null, string | null, number, number, number | null, number | null][] {
    const counted = sql`SELECT e.action_id, count(*) AS n, sum(e.outcome_id <> 0) AS failed, min(e.event_time_ms) AS first_ms,
  max(e.event_time_ms) AS last_ms FROM event e${this.#by('event_by_identity')} WHERE e.identity_id IN ${idsOf(rows)} GROUP BY e.action_id`
    return readTuples(
      this.#db,
      sql`SELECT a.event_source, a.event_name, sum(t.n), sum(t.failed), min(t.first_ms), max(t.last_ms)
  FROM (${counted}) t CROSS JOIN action a ON a.id = t.action_id GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
    ) as [string | null, string | null, number, number, number | null, number | null][]
  }

  eventsOf(rows: readonly IdentityRow[], limit: number): CaseEvent[] {
    const found = sql`SELECT e.id FROM event e${this.#by('event_by_identity')} WHERE e.identity_id IN ${idsOf(rows)}
  ORDER BY e.event_time_ms, e.id LIMIT ${limit}`
    return readCaseEvents(this.#db, sql`SELECT id FROM (${found})`)
  }

  /** What the event issued; empty if nothing, or not recorded. */
  issued(event: CaseEvent): readonly Issued[] {
    const known = this.#issued.get(event.rowid)
    if (known !== undefined) return known
    const made = this.#read(event)
    this.#issued.set(event.rowid, made)
    return made
  }

  #read(event: CaseEvent): readonly Issued[] {
    const call = this.call(event)
    if (call === undefined) return []
    const second = event.event_time_ms === null ? null : event.event_time_ms - (event.event_time_ms % 1000)
    const caller = this.identity(event.identity_id)
    if ('readCaller' in call) return call.readCaller({ second, caller })
    const record = this.record(event)
    return record === null ? [] : call.read({ record, second, caller })
  }

  /** null if the text is not JSON: the record can be damaged or reduced. */
  record(event: CaseEvent): JsonObject | null {
    const bytes = this.#records.readAt(event)
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'))
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as JsonObject)
        : null
    } catch {
      return null
    }
  }

  /** Cached, since it is asked for every key. Includes failed calls, as only the index is read. */
  #areFew(actions: readonly number[], calls: Statement): boolean {
    const key = actions.join()
    const known = this.#fewActions.get(key) ?? this.#isFew(calls, FEW_ACTIONS)
    this.#fewActions.set(key, known)
    return known
  }

  #isFew(found: Statement, most: number): boolean {
    return this.#count(found, most) <= most
  }

  /** At most `cap` + 1. */
  #count(found: Statement, cap: number): number {
    return readNumber(this.#db, sql`SELECT count(*) FROM (${found} LIMIT ${cap + 1})`) ?? 0
  }

  #by(index: string): Statement {
    return raw(this.#indexes.has(index) ? ` INDEXED BY ${index}` : '')
  }
}

const ISSUING_NAMES = JSON.stringify([...new Set(ISSUING_CALLS.map(({ name }) => name))])
const ISSUING_ACTIONS = sql`SELECT id, event_source, event_name FROM action
  WHERE event_name IN (SELECT value FROM json_each(${ISSUING_NAMES}))`

function ids(values: readonly number[]): Statement {
  return sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`
}

function idsOf(rows: readonly IdentityRow[]): Statement {
  return ids(rows.map(({ id }) => id))
}

/** An FTS5 phrase; null if it contains no word. */
function quoted(text: string): string | null {
  return /[\p{L}\p{N}]/u.test(text) ? `"${asStored(text).replaceAll('"', '""')}"` : null
}
