/** The cell of a row that contains the record itself. */
import { columnName } from './columns.js'

/** Names under which Lake, Splunk, Logs Insights and Elasticsearch keep it. */
const NAMES = /^(?:_raw|event_?json|@?message|event\.original)$/i

/** Index of the cell, or -1. */
export function recordCell(names: readonly string[], cells: readonly unknown[]): number {
  const named = names.findIndex((name, index) => isOnlyHome(name) && isSet(cells[index]))
  if (named >= 0) return named
  const held = names.findIndex((name, index) => NAMES.test(name) && looksLikeRecord(cells[index]))
  return held >= 0 ? held : cells.findIndex(looksLikeRecord)
}

function isOnlyHome(name: string): boolean {
  return columnName(name) === 'eventjson' || name.toLowerCase() === '_raw'
}

function isSet(cell: unknown): boolean {
  return cell !== undefined && cell !== null && cell !== ''
}

function looksLikeRecord(cell: unknown): boolean {
  return typeof cell === 'string' && /^\s*\{/.test(cell) && cell.includes('"eventVersion"')
}
