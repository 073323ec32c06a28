import { jsonRow } from './json-text.js'
import { LineWriter, type RowColumn, type RowSink, type SinkOptions } from './sink.js'

/** One JSON array of objects, streamed. */
export function openJson(
  columns: readonly RowColumn[],
  out: NodeJS.WritableStream,
  { isTerminal }: SinkOptions,
): RowSink {
  const writer = new LineWriter(out)
  let isFirst = true
  return {
    write: (row) => {
      const before = isFirst ? '[\n' : ',\n'
      isFirst = false
      return writer.write(before + jsonRow(row, columns, { isTerminal, oneLine: false }))
    },
    end: async () => {
      await writer.write(isFirst ? '[]\n' : '\n]\n')
      await writer.end()
    },
  }
}
