/** The place that an event is shown at: the first of its appearances in the order of paths, also when a source got an earlier path. */
import type { Connection } from './connection.js'
import type { RecordPlace } from './record-reader.js'
import type { SourceOrder } from './source-order.js'
import type { SourceTally } from './source-tally.js'

interface Row extends RecordPlace {
  readonly id: number
  readonly appearances: number
}

export class FirstPlace {
  readonly #order: SourceOrder
  readonly #tally: SourceTally
  readonly #others
  readonly #event
  readonly #other

  constructor(db: Connection, order: SourceOrder, tally: SourceTally) {
    this.#order = order
    this.#tally = tally
    this.#others = db.prepare<[number], RecordPlace & { readonly id: number }>(
      'SELECT rowid AS id, source_id, record_offset, record_length, locator FROM redelivery WHERE event_rowid = ?',
    )
    const set =
      'SET source_id = @source_id, record_offset = @record_offset, record_length = @record_length, locator = @locator'
    this.#event = db.prepare(`UPDATE event ${set} WHERE id = @id`)
    this.#other = db.prepare(`UPDATE redelivery ${set} WHERE rowid = @id`)
  }

  /** @returns the row at its first place. */
  of<Found extends Row>(row: Found): Found {
    if (row.appearances === 1) return row
    const places = [row, ...this.#others.all(row.id)]
    const first = places.reduce((a, b) => (this.#order.compare(b, a) < 0 ? b : a))
    if (first === row) return row
    this.#event.run({ ...placeOf(first), id: row.id })
    this.#other.run({ ...placeOf(row), id: first.id })
    this.#tally.add(row.source_id, 'duplicates', 1)
    this.#tally.add(first.source_id, 'duplicates', -1)
    return { ...row, ...placeOf(first) }
  }
}

function placeOf({ source_id, record_offset, record_length, locator }: RecordPlace): RecordPlace {
  return { source_id, record_offset, record_length, locator }
}
