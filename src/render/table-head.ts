/** What all rows of a table have in common: said once above it, so that names have the room. */
import { cellWidth } from './cell-width.js'
import { INDENT } from './column-widths.js'
import type { RowColumn } from './sink.js'

/** Column → what it is called above the table. */
const NAMES: ReadonlyMap<RowColumn, string> = new Map<RowColumn, string>([
  ['recipient_account_id', 'account'],
  ['aws_region', 'region'],
  ['event_source', 'service'],
  ['principal', 'principal'],
  ['source_ip_address', 'source address'],
  ['error', 'error'],
  ['target', 'target'],
])
/** A longer value would fill the head; its column stays. */
const LONGEST = 60
const DAY = /^\d{4}-\d\d-\d\d(?=T)/

export interface Folded {
  /** Empty if nothing is folded. */
  readonly head: readonly string[]
  readonly columns: readonly RowColumn[]
  readonly rows: string[][]
}

/** @param rows all rows of the table: a value of the first rows only would be a false one for the others. */
export function foldConstants(columns: readonly RowColumn[], rows: readonly string[][]): Folded {
  const said: string[] = []
  const empty: string[] = []
  const kept = columns.filter((column, at) => {
    const name = NAMES.get(column)
    const first = rows[0]?.[at] ?? ''
    if (name === undefined || rows.some((cells) => (cells[at] ?? '') !== first)) return true
    if (cellWidth(first) > LONGEST || (column === 'target' && first !== '')) return true
    if (first === '') empty.push(name)
    else said.push(`${name} ${first}`)
    return false
  })
  const shown = rows.map((cells) => kept.map((column) => cells[columns.indexOf(column)] ?? ''))
  const day = foldDay(kept, shown)
  const parts = [...(day === null ? [] : [day]), ...said, ...empty.map((name) => `no ${name}`)]
  return { head: parts, columns: kept, rows: shown }
}

/** The head in lines of a terminal. */
export function headLines(parts: readonly string[], width: number): string {
  const lines: string[] = []
  for (const [at, part] of parts.entries()) {
    const text = at === parts.length - 1 ? part : `${part},`
    const last = lines.at(-1)
    const joined = last === undefined ? text : `${last} ${text}`
    if (last === undefined) lines.push(text)
    else if (width === 0 || cellWidth(joined) <= width) lines[lines.length - 1] = joined
    else lines.push(INDENT + text)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** Leaves the time of day where all rows are of one day. */
function foldDay(columns: readonly RowColumn[], rows: string[][]): string | null {
  const at = columns.indexOf('event_time')
  const days = new Set(rows.map((cells) => DAY.exec(cells[at] ?? '')?.[0] ?? null))
  const [day = null] = days
  if (at === -1 || days.size !== 1 || day === null) return null
  for (const cells of rows) cells[at] = (cells[at] ?? '').slice(day.length + 1)
  return day
}

/** The first characters of an ID, which `show` takes as well. */
export function shortId(id: string): string {
  return /^[0-9a-f]{8}-/.test(id) ? id.slice(0, 8) : (/^sha256:[0-9a-f]{8}/.exec(id)?.[0] ?? id)
}
