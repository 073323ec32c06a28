/** A resource's history as rows of text, for tables and CSV. */
import type { HistoryRow } from '../model/resource-list.js'
import { formatCount } from './bytes.js'
import type { Cells } from './rows-table.js'

export const HISTORY_COLUMNS = [
  'time',
  'until',
  'what',
  'event_name',
  'by',
  'credentials',
  'source_ip',
  'error_code',
  'grantees',
  'event_id',
  'request_id',
] as const

/** Columns of the JSON formats, which keep lists. */
export const HISTORY_FIELDS = [
  'time',
  'until',
  'touch',
  'failed',
  'times',
  'event_names',
  'principals',
  'credential_classes',
  'source_ips',
  'error_codes',
  'grantees',
  'event_id',
  'request_id',
] as const satisfies readonly (keyof HistoryRow)[]

/** Names per cell; the JSON formats have all. */
const NAMED = 3

export function historyCells(row: HistoryRow): Cells {
  return {
    time: row.time,
    until: row.until,
    what: whatText(row),
    event_name: joined(row.event_names),
    by: joined(row.principals),
    credentials: joined(row.credential_classes),
    source_ip: joined(row.source_ips),
    error_code: joined(row.error_codes),
    // Grantees are never cut: they are the point.
    grantees: row.grantees.join(', '),
    event_id: row.event_id,
    request_id: row.request_id,
  }
}

/** `read 412 times`, `deleted (failed)`. */
function whatText({ touch, failed, times }: HistoryRow): string {
  const count = times === 1 ? '' : ` ${formatCount(times)} times`
  return `${touch}${count}${failed ? ' (failed)' : ''}`
}

function joined(names: readonly string[]): string {
  const more = names.length - NAMED
  return more > 0 ? `${names.slice(0, NAMED).join(', ')}, ${more} more` : names.join(', ')
}
