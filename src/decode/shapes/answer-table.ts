import type { Step } from '../../model/locator.js'
import { isJsonObject, type JsonObject } from '../../model/record.js'
import { isEventColumns } from '../columns.js'
import { recordCell } from '../record-cell.js'
import { Columns } from '../row-fields.js'
import { isQueryRow, queryRowParts } from './query-results.js'
import { isRow, rowParts } from './row.js'
import type { Part, ValueShape } from './shape.js'

/**
 * A query's whole answer in one object: Athena's `get-query-results`, CloudWatch Logs Insights' `get-query-results`,
 * Splunk's and Steampipe's lists of rows, and the columns and rows of SQL over HTTP.
 */
export const answerTable: ValueShape = {
  name: 'answer-table',
  claims: (value) => isJsonObject(value) && tableOf(value) !== undefined,
  parts: (value): Iterable<Part> => {
    const table = isJsonObject(value) ? tableOf(value) : undefined
    return table === undefined ? [] : partsOf(table)
  },
}

interface Table {
  readonly path: readonly Step[]
  readonly rows: readonly unknown[]
  /** undefined if each row names its cells. */
  readonly names: readonly string[] | undefined
}

/** Rows examined: one of the first belongs to an event. */
const ROWS_LOOKED_AT = 20
const ROW_LISTS = ['rows', 'Rows', 'datarows', 'results', 'data', 'items', 'value'] as const
const COLUMN_LISTS = ['columns', 'schema', 'fields'] as const

function tableOf(value: JsonObject): Table | undefined {
  const set = value['ResultSet']
  if (isJsonObject(set) && Array.isArray(set['Rows'])) return athena(set, set['Rows'] as unknown[])
  for (const key of ROW_LISTS) {
    const rows = value[key]
    if (!Array.isArray(rows)) continue
    const found = listed(value, key, rows as unknown[])
    if (found !== undefined) return found
  }
  return undefined
}

/** The first page of a SELECT begins with the names; only ResultSetMetadata names the columns of later pages. */
function athena(set: JsonObject, rows: readonly unknown[]): Table | undefined {
  const meta = set['ResultSetMetadata']
  const known = isJsonObject(meta) ? namesIn(meta['ColumnInfo']) : undefined
  const first = athenaCells(rows[0])?.map((cell) => (typeof cell === 'string' ? cell : ''))
  const names = known ?? first
  const table = { path: ['ResultSet', 'Rows'], rows, names }
  return names !== undefined && isOfEvents(names, rows.slice(0, ROWS_LOOKED_AT).map(cellsOf))
    ? table
    : undefined
}

function listed(value: JsonObject, key: string, rows: readonly unknown[]): Table | undefined {
  const sample = rows.slice(0, ROWS_LOOKED_AT)
  if (sample.some((row) => isNamed(row))) return { path: [key], rows, names: undefined }
  const names = COLUMN_LISTS.map((list) => namesIn(value[list])).find((found) => found !== undefined)
  if (names === undefined || !sample.some(Array.isArray)) return undefined
  return isOfEvents(names, sample.map(cellsOf)) ? { path: [key], rows, names } : undefined
}

function isNamed(row: unknown): boolean {
  if (Array.isArray(row)) return isQueryRow(row as unknown[])
  return isJsonObject(row) && isRow(row)
}

function isOfEvents(names: readonly string[], rows: readonly (readonly unknown[])[]): boolean {
  return isEventColumns(names) || rows.some((cells) => recordCell(names.slice(0, cells.length), cells) >= 0)
}

/** Names of columns: strings, or objects that name each. */
function namesIn(list: unknown): string[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined
  const names = (list as unknown[]).map((column) => {
    if (!isJsonObject(column)) return column
    return column['Name'] ?? column['name'] ?? column['Label'] ?? column['text']
  })
  return names.every((name) => typeof name === 'string') ? names : undefined
}

function athenaCells(row: unknown): unknown[] | undefined {
  if (!isJsonObject(row) || !Array.isArray(row['Data'])) return undefined
  return (row['Data'] as unknown[]).map((cell) => (isJsonObject(cell) ? cell['VarCharValue'] : cell))
}

function cellsOf(row: unknown): readonly unknown[] {
  return athenaCells(row) ?? (Array.isArray(row) ? (row as unknown[]) : [])
}

function* partsOf({ path, rows, names }: Table): Generator<Part> {
  const columns = names === undefined ? undefined : new Columns(names)
  for (const [index, row] of rows.entries()) {
    const place = [...path, index]
    if (columns !== undefined) {
      const cells = cellsOf(row)
      if (index > 0 || !isHeader(columns.names, cells)) yield tableRow(columns, row, cells, place)
    } else if (Array.isArray(row)) yield* queryRowParts(row as unknown[], place)
    else if (isJsonObject(row)) yield* rowParts(row, place)
    else yield { path: place, value: row }
  }
}

function isHeader(names: readonly string[], cells: readonly unknown[]): boolean {
  return cells.length === names.length && cells.every((cell, index) => cell === names[index])
}

function tableRow(columns: Columns, row: unknown, cells: readonly unknown[], place: readonly Step[]): Part {
  const home = recordCell(columns.names, cells)
  const fields = columns.read(cells, home, cells.length <= columns.names.length)
  if (home >= 0) {
    const inner = athenaCells(row) === undefined ? [home] : ['Data', home, 'VarCharValue']
    return {
      path: [...place, ...inner],
      value: cells[home],
      outer: fields.record,
      time: fields.time,
      home: place,
    }
  }
  return fields.record === undefined
    ? { path: place, value: row }
    : { reduced: fields.record, fields, home: place }
}
