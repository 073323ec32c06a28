/**
 * The rows that a source gave, in the order of its records. Of an event that was known already the row is gone: its place is in
 * redelivery, and the event that it was folded into has the same columns, since it is the same record.
 */
import { createHash } from 'node:crypto'
import type { Connection } from '../../store/open.js'
import type { RowRange } from './row-ranges.js'

export interface Appearance {
  readonly offset: number
  readonly length: number
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
  readonly locator: string | null
  /** ` resource.role` for each use, ordered by both. */
  readonly uses: string | null
}

const EVENT_PART = `e.event_time_ms AS time, e.action_id AS action, e.place_id AS place, e.identity_id AS identity,
  e.origin_id AS origin, e.outcome_id AS outcome, e.flags, e.event_id, e.request_id, e.shared_event_id,
  (SELECT group_concat(' ' || u.resource_id || '.' || u.role_id, '') FROM
    (SELECT resource_id, role_id FROM event_resource WHERE event_rowid = e.id ORDER BY resource_id, role_id) u) AS uses`

export class Appearances {
  readonly #events
  readonly #redeliveries

  constructor(db: Connection) {
    this.#events = db.prepare<[number, number, number], Appearance>(
      `SELECT e.record_offset AS offset, e.record_length AS length, e.locator, ${EVENT_PART}
       FROM event e WHERE e.id BETWEEN ? AND ? AND e.source_id = ? ORDER BY e.id`,
    )
    this.#redeliveries = db.prepare<[number, number, number], Appearance>(
      `SELECT r.record_offset AS offset, r.record_length AS length, r.locator, ${EVENT_PART}
       FROM redelivery r JOIN event e ON e.id = r.event_rowid
       WHERE r.rowid BETWEEN ? AND ? AND r.source_id = ? ORDER BY r.rowid`,
    )
  }

  *of(sourceId: number, events: RowRange | null, redeliveries: RowRange | null): Generator<Appearance> {
    const own = events === null ? none() : this.#events.iterate(events.first, events.last, sourceId)
    const again =
      redeliveries === null
        ? none()
        : this.#redeliveries.iterate(redeliveries.first, redeliveries.last, sourceId)
    try {
      yield* inOrder(own, again)
    } finally {
      own.return?.()
      again.return?.()
    }
  }
}

function* none(): Generator<Appearance> {
  // Nothing to give.
}

function* inOrder(left: Iterator<Appearance>, right: Iterator<Appearance>): Generator<Appearance> {
  let a = left.next()
  let b = right.next()
  while (a.done !== true || b.done !== true) {
    if (b.done === true || (a.done !== true && a.value.offset <= b.value.offset)) {
      yield a.value as Appearance
      a = left.next()
    } else {
      yield b.value
      b = right.next()
    }
  }
}

/** Makes again what store/shard.ts made when the source was indexed. */
export class RowDigest {
  readonly #hash = createHash('sha256')
  #text = ''

  event(row: Appearance): void {
    const { offset, length, time, action, place, identity, origin, outcome, flags } = row
    const ids = `${action} ${place} ${identity} ${origin} ${outcome}`
    this.#add(
      `${offset} ${length} ${String(time)} ${ids} ${flags} ${row.event_id} ${String(row.request_id)} ${String(row.shared_event_id)}${row.uses ?? ''}\n`,
    )
  }

  problem(row: {
    readonly kind: string
    readonly byte_offset: number | null
    readonly byte_length: number | null
  }): void {
    this.#add(`problem ${row.kind} ${row.byte_offset ?? ''} ${row.byte_length ?? ''}\n`)
  }

  #add(line: string): void {
    this.#text += line
    if (this.#text.length < 16_384) return
    this.#hash.update(this.#text)
    this.#text = ''
  }

  digest(): string {
    return this.#hash.update(this.#text).digest('hex')
  }
}
