import type { EventRow } from '../model/event.js'
import { cellValue } from './cell-value.js'
import { jsonText, resourcesJson } from './json-text.js'
import type { RowColumn } from './sink.js'

/** A row's value as unguarded text: absent is empty. Callers pass it through `printable`. */
export function cellText(row: EventRow, column: RowColumn): string {
  if (column === 'resources') return row.resources === undefined ? '' : jsonText(resourcesJson(row.resources))
  if (column === 'access_log' || column === 'aggregate')
    return row[column] === undefined ? '' : jsonText(row[column])
  const value = cellValue(row, column)
  return value === null ? '' : String(value)
}
