/** Prints rows that are not events, in any format. */
import type { EventRow } from '../../model/event.js'
import { openSink, type Format } from '../../render/format.js'
import type { RowColumn } from '../../render/sink.js'

export type PlainRow = Readonly<Record<string, string | number | null>>

/** @returns the number of rows printed. */
export async function printRows(
  format: string,
  columns: readonly string[],
  rows: Iterable<PlainRow>,
): Promise<number> {
  const { stdout } = process
  // Renderers only look up the given columns, so any names work.
  const sink = openSink(format as Format, columns as readonly RowColumn[], stdout, {
    isTerminal: stdout.isTTY,
    width: stdout.isTTY ? stdout.columns : 0,
  })
  let count = 0
  for (const row of rows) {
    const waiting = sink.write(row as EventRow)
    if (waiting !== undefined) await waiting
    count++
  }
  await sink.end()
  return count
}
