/** Prints rows of any shape in any format: for what is not an event. */
import type { EventRow } from '../../model/event.js'
import { openSink, type Format } from '../../render/format.js'
import type { RowColumn } from '../../render/sink.js'

export type PlainRow = Readonly<Record<string, string | number | null>>

/** @returns how many rows were printed. */
export async function printRows(
  format: string,
  columns: readonly string[],
  rows: Iterable<PlainRow>,
): Promise<number> {
  const { stdout } = process
  // Renderers only look up the columns they are given: other names than an event's are as good.
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
