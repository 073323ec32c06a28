/** Reads the aggregated events with a selected count, with all of their counts: one alone would lack the total. */
import type { Question } from '../model/question.js'
import { aggregateIds, unansweredByCounts } from '../query/find/aggregates.js'
import { missingRow } from '../query/find/run-question.js'
import { isoSeconds } from '../store/views.js'
import type { Connection } from '../store/open.js'
import { readColumn } from '../store/reader.js'
import { RecordReader } from '../store/record-reader.js'
import { recordValues, type Selection, type TableRows, type Value } from './rows.js'
import { OUT_AGGREGATES } from './schema.js'
import type { Chosen } from './select-events.js'

export function chooseAggregates(db: Connection, question: Question): Chosen {
  const { sql, params } = aggregateIds(question)
  const whole = `SELECT w.id FROM aggregate w WHERE (w.source_id, w.record_offset, coalesce(w.locator, '')) IN
    (SELECT a.source_id, a.record_offset, coalesce(a.locator, '') FROM aggregate a WHERE a.id IN (${sql}))
    ORDER BY w.window_start_ms, w.id`
  return { ids: readColumn<number>(db, { sql: whole, params }), notes: unansweredByCounts(question) }
}

export class AggregateSelection implements Selection {
  readonly #records: RecordReader
  readonly #counts

  constructor(db: Connection) {
    this.#records = new RecordReader(db)
    this.#counts = db
      .prepare<[string], Value[]>(
        `SELECT a.source_id, a.locator, a.id, a.event_id, a.account_id, a.aws_region, a.event_source,
          ${isoSeconds('a.window_start_ms')}, ${isoSeconds('a.window_end_ms')}, a.window_start_ms, a.window_end_ms, a.aggregation_type,
          a.is_primary, a.dimension, a.name, a.value, s.path, s.member, a.record_offset, a.record_length, s.sha256, s.content_sha256
         FROM aggregate a JOIN source s ON s.id = a.source_id WHERE a.id IN (SELECT value FROM json_each(?))`,
      )
      .raw()
  }

  read(ids: readonly number[]): readonly TableRows[] {
    const byId = new Map(this.#counts.all(JSON.stringify(ids)).map((row) => [row[2] as number, row]))
    const rows = ids.map((id) => this.#withRecord(byId.get(id) ?? missingRow('aggregate', id)))
    return [{ table: OUT_AGGREGATES, rows }]
  }

  #withRecord([sourceId, locator, ...values]: Value[]): Value[] {
    const [offset, length] = values.slice(-4) as [number, number]
    const bytes = this.#records.read(sourceId as number, offset, length, locator as string | null)
    return [...values, ...recordValues(bytes)]
  }
}
