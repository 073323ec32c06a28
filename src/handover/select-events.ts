/** Reads the selected events of a case with everything that goes into a hand-over file. */
import { EVENT_COLUMNS } from '../model/event.js'
import type { Question } from '../model/question.js'
import { askQuestion, missingRow } from '../query/find/run-question.js'
import { usesOf } from '../store/event-uses.js'
import type { Connection } from '../store/open.js'
import { iterateColumn } from '../store/reader.js'
import { RecordReader } from '../store/record-reader.js'
import { EVENT_FROM, EVENT_SELECT } from '../store/views.js'
import { recordValues, type Selection, type TableRows, type Value } from './rows.js'
import { OUT_APPEARANCES, OUT_EVENTS, OUT_RESOURCES } from './schema.js'

/** Selected rows of one kind. */
export interface Chosen {
  /** In time order. */
  readonly ids: Iterable<number>
  /** How the question was understood. */
  readonly notes: readonly string[]
}

export function chooseEvents(db: Connection, question: Question): Chosen {
  const { plan, notes } = askQuestion(db, question, { order: 'asc' })
  return { ids: plan.found ?? iterateColumn<number>(db, plan.ids), notes }
}

export class EventSelection implements Selection {
  readonly #records: RecordReader
  readonly #events
  readonly #appearances
  readonly #resources

  constructor(db: Connection) {
    this.#records = new RecordReader(db)
    const wanted = 'IN (SELECT value FROM json_each(?))'
    this.#events = db
      .prepare<[string], Value[]>(
        `${EVENT_SELECT}, e.event_time_ms, s.sha256, s.content_sha256, e.id, e.source_id, e.locator ${EVENT_FROM} WHERE e.id ${wanted}`,
      )
      .raw()
    this.#appearances = db
      .prepare<[string], Value[]>(
        `SELECT a.event_rowid, a.event_id, a.source_path, a.member, s.sha256, a.record_offset, a.record_length
         FROM appearances a JOIN source s ON s.id = a.source_id WHERE a.event_rowid ${wanted} ORDER BY 1, a.source_id, 6`,
      )
      .raw()
    this.#resources = db
      .prepare<[string], Value[]>(
        `SELECT x.event_rowid, '', r.arn, r.type, l.role, r.name, r.derived FROM json_each(?) j
         CROSS JOIN event_resource x ON ${usesOf('x', 'j.value')}
         JOIN resource r ON r.id = x.resource_id JOIN resource_role l ON l.id = x.role_id
         ORDER BY x.event_rowid, x.role_id, r.arn, r.name`,
      )
      .raw()
  }

  read(ids: readonly number[]): readonly TableRows[] {
    const json = JSON.stringify(ids)
    const byId = new Map(this.#events.all(json).map((row) => [row[ID_AT] as number, row]))
    const rows = ids.map((id) => byId.get(id) ?? missingRow('event', id))
    const eventId = new Map(rows.map((row) => [row[ID_AT] as number, row[EVENT_ID_AT] ?? null]))
    return [
      { table: OUT_EVENTS, rows: rows.map((row) => this.#withRecord(row)) },
      { table: OUT_APPEARANCES, rows: this.#appearances.all(json) },
      {
        table: OUT_RESOURCES,
        rows: this.#resources
          .all(json)
          .map(([id, , ...rest]) => [id ?? null, eventId.get(id as number) ?? null, ...rest]),
      },
    ]
  }

  #withRecord(row: Value[]): Value[] {
    const [sourceId, locator] = row.slice(ID_AT + 1) as [number, string | null]
    const at = [row[OFFSET_AT] as number, row[OFFSET_AT + 1] as number] as const
    const bytes = this.#records.read(sourceId, ...at, locator)
    return [row[ID_AT] ?? null, ...row.slice(0, ID_AT), ...recordValues(bytes)]
  }
}

const EVENT_ID_AT = EVENT_COLUMNS.indexOf('event_id')
const OFFSET_AT = EVENT_COLUMNS.indexOf('record_offset')
/** After the event columns come the time in ms, two hashes, and the row's ID. */
const ID_AT = EVENT_COLUMNS.length + 3
