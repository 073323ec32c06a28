/** Compares a row with its record, column by column. */
import type { EventDraft, SqlValue } from '../../model/dictionary.js'
import { FLAG } from '../../model/dictionary.js'
import type { EventRow } from './source-rows.js'

/** Name of a column in findings, and its value in row and draft. */
const COLUMNS: readonly (readonly [
  name: string,
  of: (event: Omit<EventRow, 'kind' | 'id' | 'offset' | 'length' | 'locator' | 'uses'>) => unknown,
])[] = [
  ['eventID', (event) => event.eventId],
  ['eventTime', (event) => event.eventTimeMs],
  ['requestID', (event) => event.requestId],
  ['sharedEventID', (event) => event.sharedEventId],
  ['bytes transferred in', (event) => event.bytesIn],
  ['bytes transferred out', (event) => event.bytesOut],
  ['target', (event) => event.targetUse],
  ['call', (event) => event.action.id],
  ['account or region', (event) => event.place.id],
  ['caller', (event) => event.identity.id],
  ['address', (event) => event.address.id],
  ['user agent or TLS', (event) => event.client.id],
  ['error', (event) => event.outcome.id],
  ['flags', (event) => event.flags],
]

/** @returns names of the differing columns; empty for equal rows. */
export function differingColumns(row: EventRow, draft: EventDraft, uses: string, length: number): string[] {
  const names = COLUMNS.filter(([, of]) => of(row) !== of(draft)).map(([name]) => name)
  if (row.uses !== uses) names.push('resources')
  if (row.length !== length) names.push(`length (${length} bytes)`)
  return names
}

/** A repeat in a reduced form was folded into a fuller event, or vice versa. */
export function isOtherForm(row: EventRow, draft: EventDraft): boolean {
  return row.kind === 'redelivery' && ((row.flags | draft.flags) & FLAG.reduced) !== 0
}

export function areEqual(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at])
}

export function areEqualLists(
  a: readonly (readonly SqlValue[])[],
  b: readonly (readonly SqlValue[])[],
): boolean {
  return a.length === b.length && a.every((values, at) => areEqual(values, b[at] ?? []))
}
