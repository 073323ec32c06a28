/** Fields of records, for correlations that group or count by them. */
import type { Connection } from '../../store/open.js'
import { readColumn } from '../../store/reader.js'
import type { RecordPool } from '../pool.js'

const EVENTS_OF_TASK = 5000

export class RecordFields {
  readonly #known = new Map<string, Map<number, readonly string[]>>()

  constructor(
    readonly db: Connection,
    readonly casePath: string,
    readonly pool: RecordPool,
  ) {}

  /** In one pass, since it inflates the files of the events. @param rules numbers of the rules whose events are read. */
  async read(rules: readonly number[], fields: readonly string[]): Promise<void> {
    if (fields.length === 0) return
    const sql = `SELECT DISTINCT event_rowid FROM temp.detection_event WHERE rule IN (${rules.join(', ')}) ORDER BY 1`
    const ids = readColumn<number>(this.db, { sql, params: [] })
    const missing = ids.filter((id) => fields.some((field) => this.#known.get(field)?.has(id) !== true))
    const tasks = Array.from({ length: Math.ceil(missing.length / EVENTS_OF_TASK) }, (_, at) => ({
      casePath: this.casePath,
      rules: [],
      fields,
      events: missing.slice(at * EVENTS_OF_TASK, (at + 1) * EVENTS_OF_TASK).map((id) => [id, []] as const),
    }))
    await this.pool.run(tasks, (result, { events }) => {
      for (const [at, [id]] of events.entries())
        for (const [number, field] of fields.entries())
          this.#of(field).set(id, result.fields[at]?.[number] ?? [])
    })
  }

  textsOf(field: string, id: number): readonly string[] {
    return this.#known.get(field)?.get(id) ?? []
  }

  #of(field: string): Map<number, readonly string[]> {
    const known = this.#known.get(field) ?? new Map<number, readonly string[]>()
    this.#known.set(field, known)
    return known
  }
}
