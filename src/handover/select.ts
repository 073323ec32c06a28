/** Reads the selected events of a case, in helpings, with everything that goes into a hand-over file. */
import { hash } from 'node:crypto'
import { EVENT_COLUMNS } from '../model/event.js'
import type { Question } from '../model/question.js'
import { askQuestion } from '../query/run-question.js'
import { usesOf } from '../store/event-uses.js'
import type { Connection } from '../store/open.js'
import { iterateColumn } from '../store/reader.js'
import { RecordReader } from '../store/record-reader.js'
import { EVENT_FROM, EVENT_SELECT } from '../store/views.js'

export type Value = string | number | null

export interface SelectedEvents {
  /** In the order of OUT_EVENT_COLUMNS. */
  readonly events: readonly Value[][]
  readonly appearances: readonly Value[][]
  readonly resources: readonly Value[][]
}

const HELPING = 500

/** Ids of the events that the question selects, in order of time. */
export function* selectIds(db: Connection, question: Question): Generator<number[]> {
  const { plan } = askQuestion(db, question, { order: 'asc' })
  let helping: number[] = []
  for (const id of plan.found ?? iterateColumn<number>(db, plan.ids)) {
    helping.push(id)
    if (helping.length < HELPING) continue
    yield helping
    helping = []
  }
  if (helping.length > 0) yield helping
}

export class Selection {
  readonly #reader: RecordReader
  readonly #events
  readonly #appearances
  readonly #resources

  constructor(db: Connection) {
    this.#reader = new RecordReader(db)
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

  read(ids: readonly number[]): SelectedEvents {
    const json = JSON.stringify(ids)
    const byId = new Map(this.#events.all(json).map((row) => [row[ID_AT] as number, row]))
    const rows = ids.map((id) => byId.get(id)).filter((row) => row !== undefined)
    const eventId = new Map(rows.map((row) => [row[ID_AT] as number, row[EVENT_ID_AT] ?? null]))
    return {
      events: rows.map((row) => this.#withRecord(row)),
      appearances: this.#appearances.all(json),
      resources: this.#resources
        .all(json)
        .map(([id, , ...rest]) => [id ?? null, eventId.get(id as number) ?? null, ...rest]),
    }
  }

  #withRecord(row: Value[]): Value[] {
    const [sourceId, locator] = row.slice(ID_AT + 1) as [number, string | null]
    const bytes = this.#reader.read(sourceId, row[OFFSET_AT] as number, row[OFFSET_AT + 1] as number, locator)
    return [row[ID_AT] ?? null, ...row.slice(0, ID_AT), hash('sha256', bytes), bytes.toString('utf8')]
  }
}

const EVENT_ID_AT = EVENT_COLUMNS.indexOf('event_id')
const OFFSET_AT = EVENT_COLUMNS.indexOf('record_offset')
/** Behind the event columns: time in ms and two hashes, then the row's id. */
const ID_AT = EVENT_COLUMNS.length + 3
