/** Shows the life of one resource: `resources --history` and `find resource --history`. */
import type { ResourceHistory } from '../../model/resource-list.js'
import { formatCount } from '../../render/bytes.js'
import type { Format } from '../../render/format.js'
import { HISTORY_COLUMNS, HISTORY_FIELDS, historyCells } from '../../render/history-rows.js'
import { chooseColumns } from '../list-command.js'
import { printRows, type PlainRow } from './print-rows.js'

export interface HistoryFlags {
  readonly format: Format
  readonly columns?: string | undefined
  readonly limit?: number | undefined
}

/** What is printed of a history. @throws CaseError for a column that it does not have. */
export function historyColumns({ format, columns }: HistoryFlags): readonly string[] {
  return chooseColumns(columns, 'csv', isJson(format) ? HISTORY_FIELDS : HISTORY_COLUMNS, [])
}

/** Up to the limit, which is given back. @param tell says what is no data. */
export async function showHistory(
  told: ResourceHistory,
  flags: HistoryFlags,
  isResult: boolean,
  tell: (line: string) => void,
): Promise<ResourceHistory> {
  const history = told.history.slice(0, flags.limit ?? Infinity)
  const shown = { ...told, history }
  if (isResult) return shown
  const derived = told.derived ? ', ARN derived' : ''
  tell(
    `${told.resource} (${told.type ?? 'type unknown'}${derived}), ${counted(told.events, 'event')}; the order within one second is not recorded`,
  )
  // JSON holds lists as they are; where a cell is one text, String() joins them.
  const rows = history.map((row) =>
    isJson(flags.format) ? { ...row, failed: row.failed ? 1 : 0 } : historyCells(row),
  )
  await printRows(flags.format, historyColumns(flags), rows as unknown as PlainRow[])
  const all = told.history.length
  if (history.length === all) tell(counted(all, 'step'))
  else tell(`${formatCount(history.length)} of ${counted(all, 'step')} shown; --limit N shows more`)
  return shown
}

function isJson(format: Format): boolean {
  return format === 'json' || format === 'jsonl'
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`
}
