/** CSV for spreadsheets: RFC 4180 with a header and LF line ends; one line per row, and no cell is a formula. */
import { stringify } from 'csv-stringify/sync'
import { cellText } from './cell.js'
import { noChanges, type ExportChanges } from './export-changes.js'
import { printable } from './printable.js'
import { LineWriter, type RowColumn, type RowSink } from './sink.js'

/** csv-stringify has a set-up cost per call, so rows are passed in batches. */
const BATCH_ROWS = 128

/**
 * What a spreadsheet takes for a formula, including full-width and small forms, after white space, quotes or invisible
 * characters. csv-stringify's `escape_formulas` misses LF and white space.
 */
const FORMULA =
  /^(?:[\t\r\n\0]|[\s"'\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212])/u

type CellChanges = Pick<ExportChanges, 'madeVisible' | 'prefixed'>

/** @param changes counts the cells that were changed. */
export function openCsv(
  columns: readonly RowColumn[],
  out: NodeJS.WritableStream,
  changes: CellChanges = noChanges(),
): RowSink {
  const writer = new LineWriter(out)
  let batch: string[][] = [columns.map((column) => csvCell(column, noChanges()))]
  const flush = () => {
    const text = stringify(batch, { record_delimiter: '\n' })
    batch = []
    return writer.write(text)
  }
  return {
    write: (row) => {
      batch.push(columns.map((column) => csvCell(cellText(row, column), changes)))
      return batch.length < BATCH_ROWS ? undefined : flush()
    },
    end: async () => {
      await flush()
      await writer.end()
    },
  }
}

function csvCell(text: string, changes: CellChanges): string {
  const shown = printable(text)
  if (shown !== text) changes.madeVisible++
  if (!FORMULA.test(text)) return shown
  changes.prefixed++
  return `'${shown}`
}
