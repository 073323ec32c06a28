/** CSV for spreadsheets and timeline tools: every column of the requested kinds, one line per row. */
import { ACCESS_COLUMNS, AGGREGATE_COLUMNS, EVENT_COLUMNS } from '../model/event.js'
import { openCsv } from './csv.js'
import type { ExportChanges } from './export-changes.js'
import type { ExportScope } from './export-scope.js'
import type { RowColumn, RowSink } from './sink.js'

export function exportCsvColumns({ kinds, hasDigestStates }: ExportScope): RowColumn[] {
  return [
    ...EVENT_COLUMNS,
    'kind',
    'request_parameters',
    'response_elements',
    'resources',
    ...(hasDigestStates ? ['digest_state' as const] : []),
    ...(kinds.includes('access-log') ? ACCESS_COLUMNS : []),
    ...(kinds.includes('aggregate') ? AGGREGATE_COLUMNS : []),
  ]
}

export function openExportCsv(
  out: NodeJS.WritableStream,
  changes: ExportChanges,
  scope: ExportScope,
): RowSink {
  return openCsv(exportCsvColumns(scope), out, changes)
}
