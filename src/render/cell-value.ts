import type { EventRow } from '../model/event.js'
import type { ObjectColumn, RowColumn } from './sink.js'

/** Of the row itself, or of the fields that only its kind has. */
export function cellValue(row: EventRow, column: Exclude<RowColumn, ObjectColumn>): string | number | null {
  const places: readonly (Readonly<Record<string, unknown>> | undefined)[] = [
    row,
    row.access_log,
    row.aggregate,
  ]
  const held = places.find((place) => place?.[column] !== undefined)
  return (held?.[column] ?? null) as string | number | null
}
