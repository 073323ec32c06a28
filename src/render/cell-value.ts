import type { EventRow } from '../model/event.js'
import type { ObjectColumn, RowColumn } from './sink.js'

/** Of the row itself, or of the fields that only its kind has. */
export function cellValue(row: EventRow, column: RowColumn): string | number | null {
  const places: readonly (Readonly<Record<string, unknown>> | undefined)[] = [
    row,
    row.access_log,
    row.aggregate,
  ]
  const held = places.find((place) => place?.[column] !== undefined)
  return (held?.[column] ?? null) as string | number | null
}

/** Rows of a statement of SQL can have any value under the name of a column that holds objects in rows of ours. */
export function isPlainCell(row: EventRow, column: ObjectColumn): boolean {
  const value: unknown = row[column]
  return value === null || (value !== undefined && typeof value !== 'object')
}
