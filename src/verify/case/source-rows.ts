/**
 * The rows of a source in the case. An event that was already known has no row of its own: its location is in
 * redelivery, and the event it was folded into has the same columns. A folded reduced form has its row in reduced_form.
 */
import type { SqlValue } from '../../model/dictionary.js'
import type { Connection } from '../../store/open.js'
import { ACCESS_LOG } from '../../store/access-log-schema.js'
import { usesOf } from '../../store/event-uses.js'
import type { DigestedEvent } from '../../store/row-digest.js'
import { AGGREGATE } from '../../store/aggregate-schema.js'
import type { RowRange, RowRanges } from './row-ranges.js'

interface Place {
  readonly offset: number
  readonly length: number
  readonly locator: string | null
}

export interface EventRow extends Place, DigestedEvent {
  readonly kind: 'event' | 'form' | 'redelivery'
  /** Row number of the event. */
  readonly id: number
  /** ` resource.role` for each use, sorted by both. */
  readonly uses: string
}

export interface AccessRow extends Place {
  readonly kind: 'access'
  readonly values: readonly SqlValue[]
}

export interface AggregateRow extends Place {
  readonly kind: 'aggregate'
  /** One entry per row of the aggregated event. */
  readonly counts: readonly (readonly SqlValue[])[]
}

export type SourceRow = EventRow | AccessRow | AggregateRow

const COLUMNS = `e.id, e.event_time_ms, e.action_id, e.place_id, e.identity_id, e.address_id, e.client_id, e.outcome_id, e.flags, e.event_id,
  e.request_id, e.shared_event_id, e.bytes_in, e.bytes_out, e.target_use`

const EVENT_PART = `${COLUMNS},
  (SELECT group_concat(' ' || u.resource_id || '.' || u.role_id, '') FROM
    (SELECT resource_id, role_id FROM event_resource x WHERE ${usesOf('x', 'e.id')} ORDER BY resource_id, role_id) u)`

const EVENTS = `SELECT e.record_offset, e.record_length, e.locator, ${EVENT_PART}
  FROM event e WHERE e.id BETWEEN ? AND ? AND e.source_id = ? AND NOT EXISTS (SELECT 1 FROM reduced_form f WHERE f.id = e.id)`

/** An event that several places have can have come from another of them, with its ID: see store/first-place.ts. */
const IN_ORDER = {
  all: `${EVENTS} ORDER BY e.id`,
  once: `${EVENTS} AND e.appearances = 1 ORDER BY e.id`,
  repeated: `${EVENTS} AND e.appearances > 1 ORDER BY e.record_offset, e.id`,
} as const

const FORMS = `SELECT e.record_offset, e.record_length, e.locator, ${COLUMNS}, e.uses
  FROM reduced_form e WHERE e.id BETWEEN ? AND ? AND e.source_id = ? ORDER BY e.id`

const redeliveries = (order: string): string =>
  `SELECT r.record_offset, r.record_length, r.locator, ${EVENT_PART}
   FROM redelivery r JOIN event e ON e.id = r.event_rowid
   WHERE r.rowid BETWEEN ? AND ? AND r.source_id = ? ORDER BY ${order}`

const namesOf = ({ columns }: typeof ACCESS_LOG, places: number): string =>
  columns
    .slice(1, -places)
    .map(({ name }) => name)
    .join(', ')

const ACCESS_LINES = `SELECT record_offset, record_length, ${namesOf(ACCESS_LOG, 3)} FROM access_log
  WHERE id BETWEEN ? AND ? AND source_id = ? ORDER BY id`

const AGGREGATES = `SELECT record_offset, record_length, locator, ${namesOf(AGGREGATE, 4)} FROM aggregate
  WHERE id BETWEEN ? AND ? AND source_id = ? ORDER BY id`

type Bounds = [first: number, last: number, sourceId: number]
type EventValues = [
  offset: number,
  length: number,
  locator: string | null,
  id: number,
  time: number | null,
  action: number,
  place: number,
  identity: number,
  address: number,
  client: number,
  outcome: number,
  flags: number,
  eventId: string,
  requestId: string | null,
  sharedEventId: string | null,
  bytesIn: number | null,
  bytesOut: number | null,
  targetUse: number | null,
  uses: string | null,
]

export class SourceRowReader {
  readonly #events
  readonly #movedEvents
  readonly #forms
  readonly #redeliveries
  readonly #unorderedRedeliveries
  readonly #access
  readonly #aggregates

  constructor(db: Connection) {
    const prepared = (sql: string) => db.prepare<Bounds, EventValues>(sql).raw()
    this.#events = [prepared(IN_ORDER.all)]
    this.#movedEvents = [prepared(IN_ORDER.once), prepared(IN_ORDER.repeated)]
    this.#forms = db.prepare<Bounds, EventValues>(FORMS).raw()
    this.#redeliveries = db.prepare<Bounds, EventValues>(redeliveries('r.rowid')).raw()
    this.#unorderedRedeliveries = db
      .prepare<Bounds, EventValues>(redeliveries('r.record_offset, r.rowid'))
      .raw()
    this.#access = db.prepare<Bounds, SqlValue[]>(ACCESS_LINES).raw()
    this.#aggregates = db.prepare<Bounds, SqlValue[]>(AGGREGATES).raw()
  }

  /** One iterator per table, in location order. */
  of(
    sourceId: number,
    { event, reduced_form, redelivery, access_log, aggregate }: RowRanges,
  ): Iterator<SourceRow>[] {
    const bounds = ({ first, last }: RowRange): Bounds => [first, last, sourceId]
    const streams: Iterator<SourceRow>[] = []
    if (event !== undefined)
      for (const statement of event.isOrdered ? this.#events : this.#movedEvents)
        streams.push(eventRows('event', statement.iterate(...bounds(event))))
    if (reduced_form !== undefined)
      streams.push(eventRows('form', this.#forms.iterate(...bounds(reduced_form))))
    if (redelivery !== undefined) {
      const statement = redelivery.isOrdered ? this.#redeliveries : this.#unorderedRedeliveries
      streams.push(eventRows('redelivery', statement.iterate(...bounds(redelivery))))
    }
    if (access_log !== undefined) streams.push(accessRows(this.#access.iterate(...bounds(access_log))))
    if (aggregate !== undefined) streams.push(aggregateRows(this.#aggregates.iterate(...bounds(aggregate))))
    return streams
  }
}

function* eventRows(kind: EventRow['kind'], rows: IterableIterator<EventValues>): Generator<EventRow> {
  for (const row of rows) {
    const [
      offset,
      length,
      locator,
      id,
      eventTimeMs,
      action,
      place,
      identity,
      address,
      client,
      outcome,
      flags,
      ...texts
    ] = row
    const [eventId, requestId, sharedEventId, bytesIn, bytesOut, targetUse, uses] = texts
    yield {
      kind,
      id,
      offset,
      length,
      locator,
      eventTimeMs,
      action: shared(action),
      place: shared(place),
      identity: shared(identity),
      address: shared(address),
      client: shared(client),
      outcome: shared(outcome),
      flags,
      eventId,
      requestId,
      sharedEventId,
      bytesIn,
      bytesOut,
      targetUse,
      uses: uses ?? '',
    }
  }
}

function shared(id: number): EventRow['action'] {
  return { id, label: String(id) }
}

function* accessRows(rows: IterableIterator<SqlValue[]>): Generator<AccessRow> {
  for (const [offset, length, ...values] of rows)
    yield { kind: 'access', offset: Number(offset), length: Number(length), locator: null, values }
}

/** Merges the rows of one aggregated event. */
function* aggregateRows(rows: IterableIterator<SqlValue[]>): Generator<AggregateRow> {
  let current: (AggregateRow & { counts: SqlValue[][] }) | undefined
  for (const [offset, length, locator, ...values] of rows) {
    if (
      current !== undefined &&
      current.offset === offset &&
      current.locator === locator &&
      current.length === length
    ) {
      current.counts.push(values)
      continue
    }
    if (current !== undefined) yield current
    const place = { offset: Number(offset), length: Number(length), locator: locator as string | null }
    current = { kind: 'aggregate', ...place, counts: [values] }
  }
  if (current !== undefined) yield current
}
