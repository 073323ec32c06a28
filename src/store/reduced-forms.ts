/** Compares the rows of one eventID column by column, if one of them is a reduced form. */
import { FLAG, type SqlValue } from '../model/dictionary.js'
import { ADDRESS, CALLER, CLIENT, SESSION } from './caller-schema.js'
import { usesOf } from './event-uses.js'
import type { Connection } from './connection.js'
import { ACTION, OUTCOME, PLACE, type TableSpec } from './schema.js'

/** The columns of a row, with its resources as further columns. */
export type Columns = ReadonlyMap<string, SqlValue>

export interface Difference {
  readonly column: string
  readonly values: readonly [SqlValue, SqlValue]
}

/** A row of event or reduced_form with its values. */
export interface Form {
  readonly id: number
  readonly eventTimeMs: number | null
  readonly flags: number
  /** By the name of each of DICTIONARIES, the ID it has in the event. */
  readonly values: ReadonlyMap<string, number>
  /** As in reduced_form. */
  readonly uses: string
  /** The one of these that it acted on. */
  readonly target: string | null
  readonly columns: Columns
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
  'denied',
  'console',
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

interface Dictionary {
  /** The event's column without `_id`. */
  readonly name: string
  /** Its table; a session is one with its caller. */
  readonly tables: readonly TableSpec[]
  /** Those with recorded values. */
  readonly columns: readonly string[]
}

const TABLES: readonly (readonly [string, ...TableSpec[]])[] = [
  ['action', ACTION],
  ['place', PLACE],
  ['identity', SESSION, CALLER],
  ['address', ADDRESS],
  ['client', CLIENT],
  ['outcome', OUTCOME],
]

/** What an event points to. */
export const DICTIONARIES: readonly Dictionary[] = TABLES.map(([name, ...tables]) => ({
  name,
  tables,
  columns: tables.flatMap(({ columns }) =>
    columns.map((column) => column.name).filter((column) => !CONCLUDED.has(column)),
  ),
}))

const JOINS = TABLES.map(([name, table, owner]) => {
  const join = `JOIN ${table?.name} ON ${table?.name}.id = e.${name}_id`
  return owner === undefined
    ? join
    : `${join} JOIN ${owner.name} ON ${owner.name}.id = ${table?.name}.${owner.name}_id`
})

/** The time of a shipper or an envelope is not the event's own. */
const OTHER_TIME = FLAG.timestampTime | FLAG.envelopeTime
/** Some forms have milliseconds, CloudTrail has seconds. */
const SAID_TIME = `CASE WHEN e.flags & ${OTHER_TIME} = 0 THEN e.event_time_ms / 1000 END AS event_time`

/** Recorded columns of the event itself, besides its time. */
export const OWN_COLUMNS = ['request_id', 'shared_event_id', 'bytes_in', 'bytes_out'] as const

const USES = {
  event: `coalesce((SELECT group_concat(' ' || u.resource_id || '.' || u.role_id, '') FROM
    (SELECT resource_id, role_id FROM event_resource x WHERE ${usesOf('x', 'e.id')} ORDER BY x.id) u), '')`,
  reduced_form: 'e.uses',
} as const

type Row = readonly [number, number | null, number, number | null, string, ...SqlValue[]]

export class FormReader {
  readonly #row
  readonly #names: readonly string[]

  constructor(db: Connection, table: keyof typeof USES) {
    const ids = DICTIONARIES.map(({ name }) => `e.${name}_id`)
    // Of the conclusions, that a call failed is the only one that can be known without what it is concluded from.
    const said = DICTIONARIES.flatMap(({ columns }) =>
      columns.map((column) => (column === 'failed' ? 'nullif(failed, 0)' : column)),
    )
    this.#names = ['event_time', ...OWN_COLUMNS, ...DICTIONARIES.flatMap(({ columns }) => columns)]
    this.#row = db
      .prepare<[number], Row>(
        `SELECT e.id, e.event_time_ms, e.flags, e.target_use, ${USES[table]}, ${ids.join(', ')}, ${SAID_TIME},
         ${OWN_COLUMNS.map((name) => `e.${name}`).join(', ')},
         ${said.join(', ')} FROM ${table} e ${JOINS.join(' ')} WHERE e.id = ?`,
      )
      .raw()
  }

  /** @throws where the case lacks what the row points to. */
  read(rowid: number): Form {
    const row = this.#row.get(rowid)
    if (row === undefined) throw new Error(`event ${rowid} points to what is not there`)
    const [id, eventTimeMs, flags, targetUse, uses, ...rest] = row
    const said = rest.slice(DICTIONARIES.length)
    const columns = new Map<string, SqlValue>()
    this.#names.forEach((name, at) => {
      const value = said[at] ?? null
      if (value !== null && value !== '') columns.set(name, value)
    })
    for (const use of usesIn(uses)) columns.set(`${RESOURCE}${use}`, 1)
    const values = new Map(DICTIONARIES.map(({ name }, at) => [name, rest[at] as number]))
    const target = targetUse === null ? null : (usesIn(uses)[targetUse] ?? null)
    return { id, eventTimeMs, flags, uses, target, values, columns }
  }
}

const RESOURCE = 'resource '

/** Each as `resource.id`, a dot and `resource_role.id`. */
export function usesIn(uses: string): string[] {
  return uses === '' ? [] : uses.slice(1).split(' ')
}

/** Independent of locations: equal for forms with the same values. */
export function contentOf({ columns }: Form): string {
  return JSON.stringify([...columns].sort(([a], [b]) => (a < b ? -1 : 1)))
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

  add(found: readonly Difference[]): void {
    for (const { column, values } of found) {
      const known = this.#values.get(column) ?? new Set()
      for (const value of values) known.add(value)
      this.#values.set(column, known)
    }
  }

  text(): string {
    const columns = [...this.#values]
    if (columns.length === 0) return 'are more than are compared'
    const texts = columns.map(
      ([column, values]) => `${column} ${cut([...values].map(shown), MOST_SHOWN.values, ' or ')}`,
    )
    return `do not agree: ${cut(texts, MOST_SHOWN.columns, ', ')}`
  }
}

function cut(texts: readonly string[], most: number, between: string): string {
  const more = texts.length > most ? `${between}${texts.length - most} more` : ''
  return texts.slice(0, most).join(between) + more
}

/** Values are evidence: written as JSON and truncated. */
function shown(value: SqlValue): string {
  return value === null ? 'none' : JSON.stringify(value).slice(0, MOST_SHOWN.length)
}
