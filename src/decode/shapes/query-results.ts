import { isJsonObject } from '../../model/record.js'
import { columnName, isEventColumns } from '../columns.js'
import { Columns } from '../row-fields.js'
import type { Part, ValueShape } from './shape.js'

/**
 * `aws cloudtrail get-query-results`: `{"QueryResultRows":[[{"col":"val"},…],…]}`, each row a list of one-key maps;
 * some tools write `{"key","value"}` pairs.
 */
export const queryResults: ValueShape = {
  name: 'query-results',
  claims: (value, container) =>
    Array.isArray(value) && (container === 'QueryResultRows' || isQueryRow(value as unknown[])),
  parts: (value): Part[] => {
    const cells = (Array.isArray(value) ? (value as unknown[]) : []).map(cellOf)
    const full = cells.findIndex((cell) => columnName(cell.column) === 'eventjson' && cell.value !== '')
    const columns = new Columns(cells.map(({ column }) => column))
    const fields = columns.read(
      cells.map((cell) => cell.value),
      full,
    )
    if (full >= 0) {
      const { key, value: text } = cells[full] as Cell
      return [{ path: [full, key], value: text, outer: fields.record }]
    }
    return [fields.record === undefined ? { path: [], value } : { reduced: fields.record, fields }]
  },
}

/** Recognises a row without its list: one-key maps, or pairs, that name columns of an event. */
export function isQueryRow(row: readonly unknown[]): boolean {
  const cells = row.slice(0, 100).map(cellOf)
  const names = cells.map(({ column }) => column)
  const small = row.every((cell) => isJsonObject(cell) && Object.keys(cell).length <= 2)
  return small && (names.some((name) => columnName(name) === 'eventjson') || isEventColumns(names))
}

interface Cell {
  readonly column: string
  /** Key of the value. */
  readonly key: string
  readonly value: unknown
}

function cellOf(cell: unknown): Cell {
  if (!isJsonObject(cell)) return { column: '', key: '', value: cell }
  const { key, value } = cell
  if (typeof key === 'string' && value !== undefined) return { column: key, key: 'value', value }
  const [column = '', held] = Object.entries(cell)[0] ?? []
  return { column, key: column, value: held }
}
