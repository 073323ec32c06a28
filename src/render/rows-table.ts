/** A small table inside a report. */
import type { EventRow } from '../model/event.js'
import type { RowColumn, SinkOptions } from './sink.js'
import { openTable } from './table.js'

export type Cells = Readonly<Record<string, string | number | null>>

/** Nothing when there are no rows. */
export async function writeTable(
  columns: readonly string[],
  rows: readonly Cells[],
  out: NodeJS.WritableStream,
  options: SinkOptions,
): Promise<void> {
  // The table looks up only the columns that it is given: other names than an event's are as good.
  const sink = openTable(columns as readonly RowColumn[], out, options)
  for (const row of rows) await sink.write(row as EventRow)
  await sink.end()
}
