/** CSV for spreadsheets and timeline tools: every event column and the resources, one line an event. */
import { stringify } from 'csv-stringify/sync'
import { EVENT_COLUMNS, type EventRow } from '../model/event.js'
import { cellText } from './cell.js'
import type { ExportChanges } from './export-changes.js'
import { printable } from './printable.js'
import { LineWriter, type RowColumn, type RowSink } from './sink.js'

export const EXPORT_COLUMNS: readonly RowColumn[] = [...EVENT_COLUMNS, 'resources']

/** csv-stringify sets itself up on every call, so rows go to it in batches. */
const BATCH_ROWS = 128

/**
 * What a spreadsheet takes for a formula, also in full-width and small forms, behind white space or quotes, and with a
 * character before it that is not shown.
 */
const FORMULA =
  /^(?:[\t\r\n\0]|[\s"'\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212])/u

export function openExportCsv(out: NodeJS.WritableStream, changes: ExportChanges): RowSink {
  const writer = new LineWriter(out)
  let batch: string[][] = [[...EXPORT_COLUMNS]]
  const flush = () => {
    const text = stringify(batch, { record_delimiter: '\n' })
    batch = []
    return writer.write(text)
  }
  return {
    write: (row) => {
      batch.push(cellsOf(row, changes))
      return batch.length < BATCH_ROWS ? undefined : flush()
    },
    end: async () => {
      await flush()
      await writer.end()
    },
  }
}

function cellsOf(row: EventRow, changes: ExportChanges): string[] {
  return EXPORT_COLUMNS.map((column) => {
    const text = cellText(row, column)
    const shown = printable(text)
    if (shown !== text) changes.madeVisible++
    if (!FORMULA.test(text)) return shown
    changes.prefixed++
    return `'${shown}`
  })
}
