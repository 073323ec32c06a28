import { isJsonObject } from '../../model/record.js'
import type { Step } from '../../model/locator.js'
import { columnName, isEventColumns } from '../columns.js'
import { recordCell } from '../record-cell.js'
import { Columns } from '../row-fields.js'
import type { Part, ValueShape } from './shape.js'

/**
 * `aws cloudtrail get-query-results`: `{"QueryResultRows":[[{"col":"val"},…],…]}`, each row a list of one-key maps;
 * some tools write `{"key","value"}` pairs, and CloudWatch Logs Insights `{"field","value"}`.
 */
export const queryResults: ValueShape = {
  name: 'query-results',
  claims: (value, container) =>
    Array.isArray(value) && (container === 'QueryResultRows' || isQueryRow(value as unknown[])),
  parts: (value): Part[] => queryRowParts(Array.isArray(value) ? (value as unknown[]) : [], []),
}

export function queryRowParts(row: readonly unknown[], path: readonly Step[]): Part[] {
  const cells = row.map(cellOf)
  const names = cells.map(({ column }) => column)
  const values = cells.map(({ value }) => value)
  const full = recordCell(names, values)
  const fields = new Columns(names).read(values, full)
  const home = path.length === 0 ? undefined : path
  if (full >= 0) {
    const { key, value } = cells[full] as Cell
    return [{ path: [...path, full, key], value, outer: fields.record, time: fields.time, home }]
  }
  return [fields.record === undefined ? { path, value: row } : { reduced: fields.record, fields, home }]
}

/** Recognises a row without its list: one-key maps, or pairs, that name columns of an event. */
export function isQueryRow(row: readonly unknown[]): boolean {
  const cells = row.slice(0, 100).map(cellOf)
  const names = cells.map(({ column }) => column)
  const small = row.every((cell) => isJsonObject(cell) && Object.keys(cell).length <= 2)
  if (!small) return false
  const values = cells.map(({ value }) => value)
  return (
    names.some((name) => columnName(name) === 'eventjson') ||
    isEventColumns(names) ||
    recordCell(names, values) >= 0
  )
}

interface Cell {
  readonly column: string
  /** Key of the value. */
  readonly key: string
  readonly value: unknown
}

function cellOf(cell: unknown): Cell {
  if (!isJsonObject(cell)) return { column: '', key: '', value: cell }
  const { key, field = key, value } = cell
  if (typeof field === 'string' && value !== undefined) return { column: field, key: 'value', value }
  const [column = '', held] = Object.entries(cell)[0] ?? []
  return { column, key: column, value: held }
}
