import type { EventRow } from '../model/event.js'
import type { ObjectColumn, RowColumn } from './sink.js'

/** From the row itself, or from the fields of its kind. */
export function cellValue(row: EventRow, column: RowColumn): string | number | null {
  const places: readonly (Readonly<Record<string, unknown>> | undefined)[] = [
    row,
    row.access_log,
    row.aggregate,
  ]
  const held = places.find((place) => place?.[column] !== undefined)
  return (held?.[column] ?? null) as string | number | null
}

/** Rows of an SQL statement can have a plain value under the name of an object column. */
export function isPlainCell(row: EventRow, column: ObjectColumn): boolean {
  const value: unknown = row[column]
  return value === null || (value !== undefined && typeof value !== 'object')
}
