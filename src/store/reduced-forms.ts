/** Compares two rows of one eventID column by column, if one of them is a reduced form. */
import type { SqlValue } from '../model/dictionary.js'
import { usesOf } from './event-uses.js'
import type { Connection } from './connection.js'
import { ACTION, OUTCOME, PLACE } from './schema.js'
import { ADDRESS, CALLER, CLIENT, SESSION } from './caller-schema.js'

/** The columns of a row, with its resources as further columns. */
export type Columns = ReadonlyMap<string, SqlValue>

interface Difference {
  readonly column: string
  readonly values: readonly [SqlValue, SqlValue]
}

/** Derived from other columns. */
const CONCLUDED = new Set([
  'id',
  'caller_id',
  'event_name_stem',
  'credential_class',
  'principal',
  'principal_kind',
  'principal_key',
  'session_name',
  'failed',
])

/** A record has these whenever its reduced form does; if it lacks one, the form differs. */
const ALWAYS_IN_RECORDS = new Set([
  'event_source',
  'event_name',
  'source_ip_address',
  'user_agent',
  'error_code',
  'request_id',
])

/** Each with the column that points to it. */
const DICTIONARIES = [
  [ACTION, 'e.action_id'],
  [PLACE, 'e.place_id'],
  [SESSION, 'e.identity_id'],
  [CALLER, 'session.caller_id'],
  [ADDRESS, 'e.address_id'],
  [CLIENT, 'e.client_id'],
  [OUTCOME, 'e.outcome_id'],
] as const

export class FormReader {
  readonly #columns
  readonly #uses

  constructor(db: Connection) {
    const shared = DICTIONARIES.flatMap(([{ name, columns }]) =>
      columns.filter((column) => !CONCLUDED.has(column.name)).map((column) => `${name}.${column.name}`),
    )
    const joins = DICTIONARIES.map(([{ name }, pointer]) => `JOIN ${name} ON ${name}.id = ${pointer}`)
    // Some forms have milliseconds, CloudTrail has seconds.
    this.#columns = db.prepare<[number], Record<string, SqlValue>>(
      `SELECT e.event_time_ms / 1000 AS event_time, e.request_id, e.shared_event_id, ${shared.join(', ')}
       FROM event e ${joins.join(' ')} WHERE e.id = ?`,
    )
    this.#uses = db
      .prepare<[{ id: number }], string>(
        `SELECT x.resource_id || '.' || x.role_id FROM event_resource x WHERE ${usesOf('x', '@id')}`,
      )
      .pluck()
  }

  read(rowid: number): Columns {
    const row = this.#columns.get(rowid) ?? {}
    const said = Object.entries(row).filter(([, value]) => value !== null && value !== '')
    const uses = this.#uses.all({ id: rowid })
    return new Map([...said, ...uses.map((use): [string, SqlValue] => [`resource ${use}`, 1])])
  }
}

/** @returns the columns that contradict the record; empty if the form can be one of it. */
export function contradictions(record: Columns, form: Columns): Difference[] {
  // The user in an export is a session or an alias, unless it is an IAM user.
  const isUser = record.get('principal_type') === 'IAMUser'
  return differences(record, form, (column, isMissing) =>
    isMissing ? ALWAYS_IN_RECORDS.has(column) : column !== 'user_name' || isUser,
  )
}

/** @returns the columns in which both have different values. */
export function disagreements(a: Columns, b: Columns): Difference[] {
  return differences(a, b, (_, isMissing) => !isMissing)
}

/** Whether `other` has every value of the form. */
export function covers(other: Columns, form: Columns): boolean {
  return differences(other, form, () => true).length === 0
}

function differences(
  a: Columns,
  b: Columns,
  counts: (column: string, isMissing: boolean) => boolean,
): Difference[] {
  const found: Difference[] = []
  for (const [column, value] of b) {
    const other = a.get(column) ?? null
    if (other !== value && counts(column, other === null)) found.push({ column, values: [other, value] })
  }
  return found
}

/** Problem rows must not grow with the evidence. */
const MOST_SHOWN = { columns: 5, values: 5, length: 200 }

/** Describes the differences between rows of one eventID: each column once, with all of its values. */
export class Differences {
  readonly #values = new Map<string, Set<SqlValue>>()
  readonly #lacking = new Set<string>()

  add(found: readonly Difference[]): void {
    for (const { column, values } of found) {
      const known = this.#values.get(column) ?? new Set()
      for (const value of values) known.add(value)
      this.#values.set(column, known)
    }
  }

  /** Columns that only one of the two has. */
  lacking(a: Columns, b: Columns): void {
    for (const column of a.keys()) if (!b.has(column)) this.#lacking.add(nameOf(column))
    for (const column of b.keys()) if (!a.has(column)) this.#lacking.add(nameOf(column))
  }

  text(): string {
    const columns = [...this.#values]
    if (columns.length === 0)
      return `agree, but each says what another does not (${cut([...this.#lacking], MOST_SHOWN.columns, ', ')})`
    const texts = columns.map(
      ([column, values]) => `${column} ${cut([...values].map(shown), MOST_SHOWN.values, ' or ')}`,
    )
    return `do not agree: ${cut(texts, MOST_SHOWN.columns, ', ')}`
  }
}

/** A resource is a column named by its ID, which means nothing to a reader. */
function nameOf(column: string): string {
  return column.startsWith('resource ') ? 'resources' : column
}

function cut(texts: readonly string[], most: number, between: string): string {
  const more = texts.length > most ? `${between}${texts.length - most} more` : ''
  return texts.slice(0, most).join(between) + more
}

/** Values are evidence: written as JSON and truncated. */
function shown(value: SqlValue): string {
  return value === null ? 'none' : JSON.stringify(value).slice(0, MOST_SHOWN.length)
}
