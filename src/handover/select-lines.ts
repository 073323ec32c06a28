import type { Question } from '../model/question.js'
import { askAccessLog } from '../query/access-log/ask.js'
import { missingRow } from '../query/find/run-question.js'
import type { Connection } from '../store/open.js'
import { iterateColumn } from '../store/reader.js'
import { RecordReader } from '../store/record-reader.js'
import { recordValues, type Selection, type TableRows, type Value } from './rows.js'
import { LINE_COLUMNS, OUT_ACCESS_LOGS } from './schema.js'
import type { Chosen } from './select-events.js'

export function chooseLines(db: Connection, question: Question): Chosen {
  const { plan, notes } = askAccessLog(db, question, { order: 'asc' })
  return { ids: iterateColumn<number>(db, plan.ids), notes }
}

const OFFSET_AT = LINE_COLUMNS.findIndex(({ name }) => name === 'record_offset')

export class LineSelection implements Selection {
  readonly #records: RecordReader
  readonly #lines

  constructor(db: Connection) {
    this.#records = new RecordReader(db)
    const columns = LINE_COLUMNS.map(({ name }) => `v.${name}`).join(', ')
    this.#lines = db
      .prepare<[string], Value[]>(
        `SELECT v.access_log_rowid, v.source_id, ${columns}, s.sha256, s.content_sha256
         FROM access_logs v JOIN source s ON s.id = v.source_id
         WHERE v.access_log_rowid IN (SELECT value FROM json_each(?))`,
      )
      .raw()
  }

  read(ids: readonly number[]): readonly TableRows[] {
    const byId = new Map(this.#lines.all(JSON.stringify(ids)).map((row) => [row[0] as number, row]))
    const rows = ids.map((id) => this.#withRecord(byId.get(id) ?? missingRow('access_log', id)))
    return [{ table: OUT_ACCESS_LOGS, rows }]
  }

  #withRecord([id = null, sourceId, ...values]: Value[]): Value[] {
    const [offset, length] = values.slice(OFFSET_AT) as [number, number]
    return [id, ...values, ...recordValues(this.#records.read(sourceId as number, offset, length))]
  }
}
