/** Prints the history of one resource: `resources --history` and `find resource --history`. */
import type { ResourceHistory } from '../../model/resource-list.js'
import { counted, formatCount } from '../../render/bytes.js'
import type { Format } from '../../render/format.js'
import { HISTORY_COLUMNS, HISTORY_FIELDS, historyCells } from '../../render/history-rows.js'
import { chooseColumns } from '../list-command.js'
import { printRows, type PlainRow } from './print-rows.js'

export interface HistoryFlags {
  readonly format: Format
  readonly columns?: string | undefined
  readonly limit?: number | undefined
}

/** @throws CaseError for an unknown column. */
export function historyColumns({ format, columns }: HistoryFlags): readonly string[] {
  return chooseColumns(columns, 'csv', isJson(format) ? HISTORY_FIELDS : HISTORY_COLUMNS, [])
}

/** @param note prints what is not data. @returns the history cut to the limit. */
export async function showHistory(
  found: ResourceHistory,
  flags: HistoryFlags,
  isResult: boolean,
  note: (line: string) => void,
): Promise<ResourceHistory> {
  const history = found.history.slice(0, flags.limit ?? Infinity)
  const shown = { ...found, history }
  if (isResult) return shown
  const derived = found.derived ? ', ARN derived' : ''
  const lines = found.access_log_lines
  const counts = [
    ...(found.events > 0 || lines === 0 ? [counted(found.events, 'event')] : []),
    ...(lines > 0 ? [`${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'} of access logs`] : []),
  ]
  note(
    `${found.resource} (${found.type ?? 'type unknown'}${derived}), ${counts.join(', ')}; the order within one second is not recorded`,
  )
  // JSON keeps lists; for other formats String() joins them.
  const rows = history.map((row) =>
    isJson(flags.format) ? { ...row, failed: row.failed ? 1 : 0 } : historyCells(row),
  )
  await printRows(flags.format, historyColumns(flags), rows as unknown as PlainRow[])
  const all = found.history.length
  if (history.length === all) note(counted(all, 'step'))
  else note(`${formatCount(history.length)} of ${counted(all, 'step')} shown; --limit N shows more`)
  return shown
}

function isJson(format: Format): boolean {
  return format === 'json' || format === 'jsonl'
}
