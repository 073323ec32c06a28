/** Cells of a row → fields of a record, where the column is known; other cells are kept as text. */
import {
  accountCell,
  booleanCell,
  idCell,
  isPlainTime,
  timeCell,
  type CellValue,
  type Doubt,
} from './cell-values.js'
import { columnName, columnUse, IDENTITY_PATHS, type ColumnUse } from './columns.js'
import { isJsonObject, type JsonObject } from '../model/record.js'
import { hasEventFields, listOf, parseJson } from './fields.js'
import { parseStruct } from './struct-text.js'

/** Cells that no field of a record has, by column name. */
const OTHER_CELLS = 'otherColumns'

export interface RowFields {
  /** undefined if no cell belongs to an event. */
  readonly record: JsonObject | undefined
  readonly doubts: readonly Doubt[]
  /** Of the row or the event, for a record in one of the cells. */
  readonly time?: unknown
  /** Unused columns that have a value here. */
  readonly unused: readonly string[]
}

export class Columns {
  readonly names: readonly string[]
  readonly #uses: readonly (ColumnUse | undefined)[]

  constructor(names: readonly string[]) {
    this.names = names
    this.#uses = names.map(columnUse)
  }

  /** @param skip index of the cell with the record itself. @param isSure whether each cell is under its own column. */
  read(cells: readonly unknown[], skip = -1, isSure = true): RowFields {
    const row = new Row()
    for (const [index, cell] of cells.entries()) {
      if (index === skip || cell === '' || cell === null || cell === undefined || cell === 'null') continue
      const name = this.names[index] ?? `cell ${index + 1}`
      row.cell(name, cell, isSure || isPlain(this.#uses[index], cell) ? this.#uses[index] : undefined)
    }
    return row.end()
  }
}

/** In a row that lost its columns, only an unambiguous cell becomes a field. */
const PLAIN: Readonly<Record<string, RegExp>> = {
  eventTime: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/,
  eventID: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  eventSource: /^[\w.-]+\.amazonaws\.com(?:\.cn)?$/,
  awsRegion: /^[a-z]{2}(?:-[a-z]+){1,3}-\d$/,
  recipientAccountId: /^\d{12}$/,
}

function isPlain(use: ColumnUse | undefined, cell: unknown): boolean {
  const form = use?.path.length === 1 ? PLAIN[use.path[0] ?? ''] : undefined
  return form !== undefined && typeof cell === 'string' && form.test(cell)
}

const READERS: Readonly<Partial<Record<ColumnUse['kind'], (text: string) => CellValue>>> = {
  account: accountCell,
  id: idCell,
  time: timeCell,
  boolean: booleanCell,
}

class Row {
  readonly #record: Record<string, unknown> = {}
  readonly #others = new Map<string, unknown>()
  readonly #doubts: Doubt[] = []
  readonly #unused: string[] = []
  /** Fields whose columns have CloudTrail's own names. */
  #own = 0

  cell(name: string, cell: unknown, use: ColumnUse | undefined): void {
    const text = typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : cell
    if (use === undefined || (use.only !== undefined && !(typeof text === 'string' && use.only.test(text)))) {
      this.#others.set(name, text)
      this.#unused.push(name)
      return
    }
    const { value, doubt } = valueOf(text, use.kind)
    if (doubt !== undefined)
      this.#doubts.push({ ...doubt, detail: `${name}: ${cited(text)} is ${doubt.detail}` })
    const isSet = value !== undefined && this.#set(use.path, value)
    if (isSet && use.isOwn) this.#own++
    const isOtherTime = use.kind === 'time' && !isPlainTime(value)
    if (!isSet || isOtherTime || !contains(value, text)) this.#others.set(name, text)
  }

  end(): RowFields {
    const record = this.#record
    if (isJsonObject(record['userIdentity'])) record['userIdentity'] = completed(record['userIdentity'])
    if (this.#others.size > 0) record[OTHER_CELLS] = Object.fromEntries(this.#others)
    return {
      record: this.#own >= 2 || hasEventFields(record) ? record : undefined,
      time: record['@timestamp'] ?? record['eventTime'],
      doubts: this.#doubts,
      unused: this.#unused,
    }
  }

  /** The first value of a field wins. @returns whether this is it. */
  #set(path: readonly string[], value: unknown): boolean {
    let place = this.#record
    for (const key of path.slice(0, -1).filter((step) => step !== '[]')) {
      const inner = (place[key] ??= {})
      if (!isJsonObject(inner)) return false
      place = inner
    }
    const last = path.filter((step) => step !== '[]').at(-1) ?? ''
    if (Object.hasOwn(place, last))
      return isJsonObject(place[last]) && isJsonObject(value) && merge(place[last], value)
    place[last] = value
    return true
  }
}

/** Types implied by the caller's ARN if no cell has the type. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^arn:aws[\w-]*:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/, 'IAMUser'],
  [/^arn:aws[\w-]*:sts::\d{12}:assumed-role\/[^/]+\/[^/]+$/, 'AssumedRole'],
  [/^arn:aws[\w-]*:sts::\d{12}:federated-user\/[^/]+$/, 'FederatedUser'],
  [/^arn:aws[\w-]*:(?:iam|sts)::\d{12}:root$/, 'Root'],
]

function completed(who: JsonObject): JsonObject {
  if (who['type'] !== undefined) return who
  if (who['userName'] === 'root') return { ...who, type: 'Root' }
  for (const [form, type] of TYPES) {
    const match = typeof who['arn'] === 'string' ? form.exec(who['arn']) : null
    if (match !== null)
      return match[1] === undefined ? { ...who, type } : { userName: match[1], ...who, type }
  }
  return who
}

/** Merges fields of a struct of which some have columns of their own. */
function merge(place: JsonObject, value: JsonObject): boolean {
  Object.assign(place, { ...value, ...place })
  return true
}

function cited(text: unknown): string {
  return JSON.stringify(text).slice(0, 80)
}

/** Whether the record contains everything in the cell. A cell that was converted is kept as text too. */
function contains(value: unknown, cell: unknown): boolean {
  return (
    value === cell || typeof cell !== 'string' || (typeof value === 'object' && parseJson(cell) !== undefined)
  )
}

function valueOf(cell: unknown, kind: ColumnUse['kind']): CellValue {
  if (kind === 'struct') return { value: typeof cell === 'string' ? structOf(cell) : cell }
  if (kind === 'identity') return { value: identityOf(cell) }
  if (kind === 'resources') return { value: resourcesOf(cell) }
  if (typeof cell !== 'string') return { value: undefined }
  return READERS[kind]?.(cell) ?? { value: cell }
}

function structOf(text: string): unknown {
  const json = parseJson(text)
  return isJsonObject(json) ? json : (parseStruct(text) ?? text)
}

const IDENTITY_KEYS: ReadonlyMap<string, string> = new Map(
  IDENTITY_PATHS.flat().map((key) => [columnName(key), key]),
)

function identityOf(cell: unknown): JsonObject | undefined {
  const struct = typeof cell === 'string' ? structOf(cell) : cell
  return isJsonObject(struct) ? (respelled(struct) as JsonObject) : undefined
}

/** Athena and Lake write names in lower case. */
function respelled(value: unknown): unknown {
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  return Object.fromEntries(
    entries.map(([key, inner]) => [IDENTITY_KEYS.get(columnName(key)) ?? key, respelled(inner)]),
  )
}

/** The console writes JSON, Lake a notation of which only the ARNs are certain. */
function resourcesOf(cell: unknown): unknown {
  const json = typeof cell === 'string' ? parseJson(cell) : cell
  if (Array.isArray(json)) return listOf(json, 'resourceType', 'resourceName')
  if (typeof cell !== 'string') return undefined
  const arns = Array.from(cell.matchAll(/\barn=(arn:[^,{}\]]+)/g), ([, arn]) => ({ ARN: arn }))
  return arns.length === 0 ? undefined : arns
}
