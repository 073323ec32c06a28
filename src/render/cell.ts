import type { EventRow } from '../model/event.js'
import { cellValue, isPlainCell } from './cell-value.js'
import { isObjectColumn, jsonText, resourcesJson } from './json-text.js'
import type { RowColumn } from './sink.js'

/** A row's value as raw text; empty if absent. Callers pass it through `printable`. */
export function cellText(row: EventRow, column: RowColumn): string {
  if (isObjectColumn(column) && row[column] !== undefined && !isPlainCell(row, column))
    return jsonText(column === 'resources' ? resourcesJson(row.resources ?? []) : row[column])
  const value = cellValue(row, column)
  return value === null ? '' : String(value)
}
