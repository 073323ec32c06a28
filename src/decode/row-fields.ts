/** The cells of a row → the fields of a record, as far as their columns say it; every other cell is kept as text. */
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

/** Where cells are kept that no field of a record has, by the names of their columns. */
const OTHER_CELLS = 'otherColumns'

export interface RowFields {
  /** undefined: no cell of it is one of an event. */
  readonly record: JsonObject | undefined
  readonly doubts: readonly Doubt[]
  /** Columns that were not used and hold something here. */
  readonly unused: readonly string[]
}

export class Columns {
  readonly names: readonly string[]
  readonly #uses: readonly (ColumnUse | undefined)[]

  constructor(names: readonly string[]) {
    this.names = names
    this.#uses = names.map(columnUse)
  }

  /** @param skip index of the cell that holds the record itself. @param isSure whether each cell is under its own column. */
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

/** In a row that has lost its columns only a cell that can be nothing else is a field. */
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
    if (!isSet || isOtherTime || !says(value, text)) this.#others.set(name, text)
  }

  end(): RowFields {
    const record = this.#record
    if (isJsonObject(record['userIdentity'])) record['userIdentity'] = completed(record['userIdentity'])
    if (this.#others.size > 0) record[OTHER_CELLS] = Object.fromEntries(this.#others)
    return {
      record: this.#own >= 2 || hasEventFields(record) ? record : undefined,
      doubts: this.#doubts,
      unused: this.#unused,
    }
  }

  /** The first value of a field counts. @returns whether this is it. */
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

/** What the ARN of a caller says of its type, where no cell does. */
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

/** Fields of a struct, where some stand in columns of their own. */
function merge(place: JsonObject, value: JsonObject): boolean {
  Object.assign(place, { ...value, ...place })
  return true
}

function cited(text: unknown): string {
  return JSON.stringify(text).slice(0, 80)
}

/** Does the record say all that the cell says? What is read otherwise than it is written is kept as it is written, too. */
function says(value: unknown, cell: unknown): boolean {
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

/** The console writes JSON, Lake its own notation: of that only the ARNs are sure. */
function resourcesOf(cell: unknown): unknown {
  const json = typeof cell === 'string' ? parseJson(cell) : cell
  if (Array.isArray(json)) return listOf(json, 'resourceType', 'resourceName')
  if (typeof cell !== 'string') return undefined
  const arns = Array.from(cell.matchAll(/\barn=(arn:[^,{}\]]+)/g), ([, arn]) => ({ ARN: arn }))
  return arns.length === 0 ? undefined : arns
}
