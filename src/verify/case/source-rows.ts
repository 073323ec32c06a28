/**
 * The rows that a source gave, in the order of what they were made of. Of an event that was known already the row is gone: its
 * place is in redelivery, and the event that it was folded into has the same columns, since it is the same record.
 */
import { parseLocator, type Step } from '../../model/locator.js'
import type { Connection } from '../../store/open.js'
import { ACCESS_FIELDS, ACCESS_FROM } from '../../store/access-log-schema.js'
import type { RowRange, RowRanges } from './row-ranges.js'

interface Place {
  readonly offset: number
  readonly length: number
  readonly locator: string | null
}

export interface EventRow extends Place {
  readonly kind: 'event' | 'redelivery'
  readonly time: number | null
  readonly action: number
  readonly place: number
  readonly identity: number
  readonly origin: number
  readonly outcome: number
  readonly flags: number
  readonly event_id: string
  readonly request_id: string | null
  readonly shared_event_id: string | null
  /** ` resource.role` for each use, ordered by both. */
  readonly uses: string | null
}

export interface AccessRow extends Place {
  readonly kind: 'access'
  readonly values: readonly (string | number | null)[]
}

export interface AggregateRow extends Place {
  readonly kind: 'aggregate'
  readonly event_id: string | null
  /** Rows that one aggregated event gave. */
  counts: number
}

export type SourceRow = EventRow | AccessRow | AggregateRow

const EVENT_PART = `e.event_time_ms AS time, e.action_id AS action, e.place_id AS place, e.identity_id AS identity,
  e.origin_id AS origin, e.outcome_id AS outcome, e.flags, e.event_id, e.request_id, e.shared_event_id,
  (SELECT group_concat(' ' || u.resource_id || '.' || u.role_id, '') FROM
    (SELECT resource_id, role_id FROM event_resource WHERE event_rowid = e.id ORDER BY resource_id, role_id) u) AS uses`

const EVENTS = `SELECT 'event' AS kind, e.record_offset AS offset, e.record_length AS length, e.locator, ${EVENT_PART}
  FROM event e WHERE e.id BETWEEN ? AND ? AND e.source_id = ? ORDER BY e.id`

const redeliveries = (order: string): string =>
  `SELECT 'redelivery' AS kind, r.record_offset AS offset, r.record_length AS length, r.locator, ${EVENT_PART}
   FROM redelivery r JOIN event e ON e.id = r.event_rowid
   WHERE r.rowid BETWEEN ? AND ? AND r.source_id = ? ORDER BY ${order}`

const ACCESS_LINES = `SELECT l.record_offset, l.record_length, ${ACCESS_FIELDS.map(({ sql }) => sql).join(', ')} ${ACCESS_FROM}
  WHERE l.id BETWEEN ? AND ? AND l.source_id = ? ORDER BY l.id`

const AGGREGATES = `SELECT 'aggregate' AS kind, record_offset AS offset, record_length AS length, locator, event_id, 1 AS counts
  FROM aggregate WHERE id BETWEEN ? AND ? AND source_id = ? ORDER BY id`

type Bounds = [first: number, last: number, sourceId: number]

export class SourceRowReader {
  readonly #events
  readonly #redeliveries
  readonly #unorderedRedeliveries
  readonly #access
  readonly #aggregates

  constructor(db: Connection) {
    this.#events = db.prepare<Bounds, EventRow>(EVENTS)
    this.#redeliveries = db.prepare<Bounds, EventRow>(redeliveries('r.rowid'))
    this.#unorderedRedeliveries = db.prepare<Bounds, EventRow>(redeliveries('r.record_offset, r.rowid'))
    this.#access = db.prepare<Bounds, (string | number | null)[]>(ACCESS_LINES).raw()
    this.#aggregates = db.prepare<Bounds, AggregateRow>(AGGREGATES)
  }

  *of(sourceId: number, ranges: RowRanges): Generator<SourceRow> {
    const bounds = ({ first, last }: RowRange): Bounds => [first, last, sourceId]
    const { event, redelivery, access_log, aggregate } = ranges
    const streams: Iterator<SourceRow>[] = []
    if (event !== undefined) streams.push(this.#events.iterate(...bounds(event)))
    if (redelivery !== undefined) {
      const statement = redelivery.isOrdered ? this.#redeliveries : this.#unorderedRedeliveries
      streams.push(statement.iterate(...bounds(redelivery)))
    }
    if (access_log !== undefined) streams.push(accessRows(this.#access.iterate(...bounds(access_log))))
    if (aggregate !== undefined) streams.push(aggregateRows(this.#aggregates.iterate(...bounds(aggregate))))
    try {
      yield* inOrder(streams)
    } finally {
      for (const stream of streams) stream.return?.()
    }
  }
}

function* accessRows(rows: IterableIterator<(string | number | null)[]>): Generator<AccessRow> {
  for (const [offset, length, ...values] of rows) {
    yield { kind: 'access', offset: Number(offset), length: Number(length), locator: null, values }
  }
}

/** Several rows of one aggregated event are one. */
function* aggregateRows(rows: IterableIterator<AggregateRow>): Generator<AggregateRow> {
  let current: AggregateRow | undefined
  for (const row of rows) {
    if (current !== undefined && current.offset === row.offset && current.locator === row.locator) {
      current.counts++
      continue
    }
    if (current !== undefined) yield current
    current = row
  }
  if (current !== undefined) yield current
}

interface Head {
  readonly stream: Iterator<SourceRow>
  row: SourceRow | undefined
}

/** Each stream is in order; several rows of one place are those of one outer value. */
function* inOrder(streams: readonly Iterator<SourceRow>[]): Generator<SourceRow> {
  const heads = streams
    .map((stream): Head => ({ stream, row: nextOf(stream) }))
    .filter(({ row }) => row !== undefined)
  const [first] = heads
  // Most sources have rows in one table only.
  if (heads.length === 1 && first?.row !== undefined && first.row.kind !== 'redelivery') {
    for (; first.row !== undefined; first.row = nextOf(first.stream)) yield first.row
    return
  }
  for (;;) {
    const offset = Math.min(...heads.map(({ row }) => row?.offset ?? Infinity))
    if (offset === Infinity) return
    const given = heads.filter(({ row }) => row?.offset === offset)
    const rows = given.flatMap((head) => takeAt(head, offset))
    // Rows of one table are in the order they were made in, but for redelivery, which is filled later.
    const isOneTable = given.length === 1 && rows[0]?.kind !== 'redelivery'
    yield* isOneTable || rows.length === 1 ? rows : rows.sort(byLocator)
  }
}

function nextOf(stream: Iterator<SourceRow>): SourceRow | undefined {
  const next = stream.next()
  return next.done === true ? undefined : next.value
}

function takeAt(head: Head, offset: number): SourceRow[] {
  const rows: SourceRow[] = []
  while (head.row?.offset === offset) {
    rows.push(head.row)
    head.row = nextOf(head.stream)
  }
  return rows
}

/** Elements of a list are in the order of their numbers. */
function byLocator(a: SourceRow, b: SourceRow): number {
  const left = parseLocator(a.locator ?? '') ?? []
  const right = parseLocator(b.locator ?? '') ?? []
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareSteps(left[at], right[at])
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareSteps(a: Step | undefined, b: Step | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left === right ? 0 : left < right ? -1 : 1
}
