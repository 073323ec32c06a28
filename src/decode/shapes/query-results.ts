import { isJsonObject } from '../classify.js'
import { columnName, isEventColumns, lakeFields } from '../lake-fields.js'
import type { Part, ValueShape } from './shape.js'

/**
 * `aws cloudtrail get-query-results`: `{"QueryResultRows":[[{"col":"val"},…],…]}`, each row a list of one-key maps; some tools
 * write `{"key","value"}` pairs.
 */
export const queryResults: ValueShape = {
  name: 'query-results',
  claims: (value, container) =>
    Array.isArray(value) && (container === 'QueryResultRows' || isQueryRow(value as unknown[])),
  parts: (value): Part[] => {
    const cells = (Array.isArray(value) ? (value as unknown[]) : []).map(cellOf)
    const full = cells.find((cell) => columnName(cell.column) === 'eventjson' && cell.value !== '')
    const fields = lakeFields(new Map(cells.map((cell) => [columnName(cell.column), cell.value])))
    if (full !== undefined)
      return [{ path: [cells.indexOf(full), full.key], value: full.value, outer: fields }]
    return [fields === undefined ? { path: [], value } : { reduced: fields }]
  },
}

/** Told without its list: one-key maps, or pairs, that name columns of an event. */
export function isQueryRow(row: readonly unknown[]): boolean {
  const cells = row.slice(0, 100).map(cellOf)
  const names = cells.map(({ column }) => columnName(column))
  const small = row.every((cell) => isJsonObject(cell) && Object.keys(cell).length <= 2)
  return small && (names.includes('eventjson') || isEventColumns(names))
}

interface Cell {
  readonly column: string
  /** Key under which the value stands. */
  readonly key: string
  readonly value: string
}

function cellOf(cell: unknown): Cell {
  if (!isJsonObject(cell)) return { column: '', key: '', value: '' }
  const { key, value } = cell
  if (typeof key === 'string' && typeof value === 'string') return { column: key, key: 'value', value }
  const [column = '', held] = Object.entries(cell)[0] ?? []
  return { column, key: column, value: typeof held === 'string' ? held : '' }
}
