import { openCsv } from './csv.js'
import { openJsonLines } from './json-lines.js'
import { openJson } from './json.js'
import type { RowColumn, RowSink, SinkOptions } from './sink.js'
import { openTable } from './table.js'

type OpenSink = (columns: readonly RowColumn[], out: NodeJS.WritableStream, options: SinkOptions) => RowSink

/** Every output format; also the options of `--format`. */
const SINKS = {
  table: openTable,
  jsonl: openJsonLines,
  json: openJson,
  csv: (columns, out) => openCsv(columns, out),
} satisfies Record<string, OpenSink>

export type Format = keyof typeof SINKS

export const FORMATS = Object.keys(SINKS) as readonly Format[]

export function openSink(
  format: Format,
  columns: readonly RowColumn[],
  out: NodeJS.WritableStream,
  options: SinkOptions,
): RowSink {
  const open: OpenSink = SINKS[format]
  return open(columns, out, options)
}
