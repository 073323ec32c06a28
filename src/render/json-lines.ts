import { jsonRow } from './json-text.js'
import { LineWriter, type RowColumn, type RowSink, type SinkOptions } from './sink.js'

/** One JSON object per line, streamed. */
export function openJsonLines(
  columns: readonly RowColumn[],
  out: NodeJS.WritableStream,
  { isTerminal }: SinkOptions,
): RowSink {
  const writer = new LineWriter(out)
  return {
    write: (row) => writer.write(`${jsonRow(row, columns, { isTerminal, oneLine: true })}\n`),
    end: () => writer.end(),
  }
}
