/** A small table inside a report. */
import type { EventRow } from '../model/event.js'
import type { RowColumn, SinkOptions } from './sink.js'
import { openTable } from './table.js'

export type Cells = Readonly<Record<string, string | number | null>>

/** Prints nothing without rows. */
export async function writeTable(
  columns: readonly string[],
  rows: readonly Cells[],
  out: NodeJS.WritableStream,
  options: SinkOptions,
): Promise<void> {
  // The table only looks up the given columns, so any names work.
  const sink = openTable(columns as readonly RowColumn[], out, options)
  for (const row of rows) await sink.write(row as EventRow)
  await sink.end()
}
