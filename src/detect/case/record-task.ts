/** What a thread does: reads records and evaluates rules that need them, or takes fields out of them. */
import { isoTime } from '../../model/time.js'
import { isJsonObject, type JsonObject } from '../../model/record.js'
import { closeReader, openReader, type Connection } from '../../store/open.js'
import { RecordReader, type RecordPlace } from '../../store/record-reader.js'
import { columnField, recordField, wholeRecord, type Field } from '../match/field.js'
import { evaluate, leavesOf, type Node, type ReadField } from '../match/node.js'
import type { DetectionRule } from '../parse/rule.js'
import { readRuleTexts } from '../parse/load.js'
import { columnOf, eventColumnOf, spelledValue, type DictionaryName } from './columns.js'

export interface RecordTask {
  readonly casePath: string
  /** Texts of rules, with those of filters that narrow them. */
  readonly rules: readonly { readonly text: string; readonly filters: readonly string[] }[]
  /** Fields to take out of the records. */
  readonly fields: readonly string[]
  /** event.id, and which of the rules to evaluate. */
  readonly events: readonly (readonly [id: number, rules: readonly number[]])[]
}

export interface RecordResult {
  /** event.id and the rules that it meets. */
  readonly hits: readonly (readonly [id: number, rules: readonly number[]])[]
  /** Of each event, the texts of each field. */
  readonly fields: readonly (readonly (readonly string[])[])[]
  /** Records that are no JSON object, such as a row of a table: only columns were asked. */
  readonly unreadable: number
  /** Fields of the rules that no record had, by rule. */
  readonly present: readonly (readonly string[])[]
}

/** The last rules parsed: tasks of one run have the same. */
let known: { readonly key: string; readonly nodes: readonly Node[] } | undefined

export function runRecordTask(task: RecordTask): RecordResult {
  const key = JSON.stringify(task.rules)
  if (known?.key !== key) known = { key, nodes: task.rules.map(nodeOf) }
  // The main thread has it open: reading the file directly from here would release its locks.
  const db = openReader(task.casePath, { isChecked: true })
  try {
    return new RecordWork(db, known.nodes, task).run()
  } finally {
    closeReader(db)
  }
}

function nodeOf({ text, filters }: RecordTask['rules'][number]): Node {
  const [rule] = readRuleTexts([text, ...filters])
  return (rule as DetectionRule).node
}

type Row = Readonly<Record<string, string | number | null>>
type EventRow = Row & RecordPlace

const DICTIONARIES: Readonly<Record<DictionaryName, string>> = {
  action: 'SELECT * FROM action WHERE id = ?',
  place: 'SELECT * FROM place WHERE id = ?',
  identity: 'SELECT c.*, s.* FROM session s JOIN caller c ON c.id = s.caller_id WHERE s.id = ?',
  address: 'SELECT * FROM address WHERE id = ?',
  client: 'SELECT * FROM client WHERE id = ?',
  outcome: 'SELECT * FROM outcome WHERE id = ?',
}

/** Rows of dictionaries, which events share. */
class SharedRows {
  readonly #known = new Map<string, Row>()
  constructor(readonly db: Connection) {}

  of(dictionary: DictionaryName, id: number): Row {
    const key = `${dictionary} ${id}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const row = (this.db.prepare(DICTIONARIES[dictionary]).get(id) ?? {}) as Row
    this.#known.set(key, row)
    return row
  }
}

class RecordWork {
  readonly #events
  readonly #shared: SharedRows
  readonly #reader: RecordReader
  readonly #present: Set<string>[]
  #unreadable = 0

  constructor(
    db: Connection,
    readonly nodes: readonly Node[],
    readonly task: RecordTask,
  ) {
    this.#events = db.prepare<[number], EventRow>('SELECT * FROM event WHERE id = ?')
    this.#shared = new SharedRows(db)
    this.#reader = new RecordReader(db)
    this.#present = nodes.map(() => new Set())
  }

  run(): RecordResult {
    const hits: [number, number[]][] = []
    const fields: string[][][] = []
    for (const [id, rules] of this.task.events) {
      const event = this.#events.get(id)
      if (event === undefined) continue
      const read = this.#fieldsOf(event, this.#recordOf(event))
      const met = this.#met(rules, read)
      if (met.length > 0) hits.push([id, met])
      if (this.task.fields.length > 0) fields.push(this.task.fields.map((field) => [...read(field).texts]))
    }
    return { hits, fields, unreadable: this.#unreadable, present: this.#present.map((set) => [...set]) }
  }

  /** A record nested deeper than the stack is one that cannot be read. */
  #met(rules: readonly number[], read: ReadField): number[] {
    try {
      return rules.filter((rule) => this.#meets(rule, read))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#unreadable++
      return []
    }
  }

  #meets(rule: number, read: ReadField): boolean {
    const node = this.nodes[rule] as Node
    const present = this.#present[rule] as Set<string>
    for (const { field } of leavesOf(node))
      if (field !== null && !present.has(field) && read(field).isPresent) present.add(field)
    return evaluate(node, read)
  }

  #recordOf(event: EventRow): JsonObject {
    const text = this.#reader.readAt(event).toString('utf8')
    try {
      const record: unknown = JSON.parse(text)
      if (isJsonObject(record)) return record
    } catch {
      // Rows of tables and repaired JSON are none.
    }
    this.#unreadable++
    return {}
  }

  /** Columns of the case first, so that a rule means the same with a record and without. */
  #fieldsOf(event: Row, record: JsonObject): ReadField {
    const known = new Map<string | null, Field>()
    const make = (name: string | null): Field => {
      if (name === null) return wholeRecord(record)
      const ofEvent = eventColumnOf(name)
      if (ofEvent !== null) return eventField(ofEvent, event[ofEvent] ?? null)
      const of = columnOf(name)
      if (of === null) return recordField(record, name)
      const row = this.#shared.of(of.dictionary, Number(event[`${of.dictionary}_id`]))
      return columnField(spelledValue(of.column, row[of.column] ?? null))
    }
    return (name) => {
      const found = known.get(name) ?? make(name)
      known.set(name, found)
      return found
    }
  }
}

function eventField(column: string, value: string | number | null): Field {
  return columnField(column === 'event_time_ms' && value !== null ? isoTime(Number(value)) : value)
}
