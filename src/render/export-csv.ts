/** CSV for spreadsheets and timeline tools: every event column and the resources, one line an event. */
import { EVENT_COLUMNS } from '../model/event.js'
import { openCsv } from './csv.js'
import type { ExportChanges } from './export-changes.js'
import type { RowColumn, RowSink } from './sink.js'

export const EXPORT_COLUMNS: readonly RowColumn[] = [...EVENT_COLUMNS, 'resources']

export function openExportCsv(out: NodeJS.WritableStream, changes: ExportChanges): RowSink {
  return openCsv(EXPORT_COLUMNS, out, changes)
}
