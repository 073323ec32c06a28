/**
 * One problem row per eventID with differing records; `show` lists all of them. It refers to the second record in
 * location order, independent of the order of arrival.
 */
import type { Connection } from './connection.js'
import type { RecordPlace } from './record-reader.js'

interface ConflictPlace extends RecordPlace {
  readonly event_id: string
}

interface ConflictRow {
  readonly id: number
  readonly source_id: number | null
  readonly byte_offset: number | null
  readonly detail: string | null
}

export class ConflictRows {
  readonly #runId: number
  readonly #known
  readonly #forget
  readonly #add

  constructor(db: Connection, runId: number) {
    this.#runId = runId
    // The table has no index by eventID: rows of earlier runs are looked up in a copy.
    db.exec(`DROP TABLE IF EXISTS temp.conflict;
      CREATE TEMP TABLE conflict AS SELECT event_id, id FROM main.problem WHERE kind = 'conflict';
      CREATE INDEX temp.conflict_by_event_id ON conflict (event_id)`)
    this.#known = db.prepare<[string], ConflictRow>(
      `SELECT p.id, p.source_id, p.byte_offset, p.detail FROM temp.conflict c JOIN main.problem p ON p.id = c.id WHERE c.event_id = ?`,
    )
    this.#forget = db.prepare<[number]>('DELETE FROM main.problem WHERE id = ?')
    this.#add = db.prepare(
      `INSERT INTO main.problem (run_id, kind, source_id, path, member, byte_offset, byte_length, event_id, detail)
       SELECT ?, 'conflict', id, path, member, ?, ?, ?, ? FROM source WHERE id = ?`,
    )
  }

  /** @returns false if the case already has it. */
  put(place: ConflictPlace, detail: string): boolean {
    const { source_id, record_offset, record_length, event_id } = place
    const known = this.#known.all(event_id)
    if (
      known.some(
        (row) => row.source_id === source_id && row.byte_offset === record_offset && row.detail === detail,
      )
    )
      return false
    this.forget(event_id)
    this.#add.run(this.#runId, record_offset, record_length, event_id, detail, source_id)
    return true
  }

  /** The differing record turned out to be an appearance of a later one. */
  forget(eventId: string): void {
    for (const { id } of this.#known.all(eventId)) this.#forget.run(id)
  }
}
