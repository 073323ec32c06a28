import { cellWidth } from './cell-width.js'
import type { RowColumn } from './sink.js'

export const GAP = '  '
/** Indent of the continuation lines of a wrapped row. */
export const INDENT = '    '
/** A narrower column is unreadable. */
const LEAST_WIDTH = 12
/** Cut times are useless, and a cut ID, ARN or key cannot be copied. */
const WHOLE = /^(?:\d{4}-\d\d-\d\dT[\d:.]+Z|\S{24,})?$/
/** Long values meant to be copied: on a line of their own the terminal wraps them, up to so many lines. */
const PATH = /^(?:(?:arn:|[^\s/]*\/)\S*)?$/
const MOST_BROKEN = 4
/** Never cut, for any value. */
const ALWAYS_WHOLE: ReadonlySet<RowColumn> = new Set<RowColumn>(['event_time', 'event_id'])

/** What happened, to what: cut after everything else. */
const LAST_CUT: ReadonlySet<RowColumn> = new Set<RowColumn>(['event_name', 'target'])
/** Longer targets are cut rather than given a line of their own. */
const LONG_TARGET = 40
/** Of an IPv4 address, which is of no use cut. */
const ADDRESS_WIDTH = 15

export interface ColumnWidth {
  readonly column: RowColumn
  /** Position of the column in the row's cells. */
  readonly index: number
  /** Not cut as long as it fits alone. */
  readonly isWhole: boolean
  /** ARNs and paths. */
  readonly isPath: boolean
  width: number
}

/** Columns of each line of a row. */
export type Layout = readonly (readonly ColumnWidth[])[]

/** The natural widths: of the header and the widest cell. */
export function naturalWidths(columns: readonly RowColumn[], rows: readonly string[][]): ColumnWidth[] {
  return columns.map((column, index) => {
    let width = column.length
    let isWhole = true
    let isPath = true
    for (const cells of rows) {
      const cell = cells[index] ?? ''
      width = Math.max(width, cellWidth(cell))
      isWhole &&= WHOLE.test(cell)
      isPath &&= PATH.test(cell)
    }
    return { column, index, width, isWhole: isWhole || ALWAYS_WHOLE.has(column), isPath }
  })
}

/**
 * Fits columns into a terminal: narrows the widest first; if that leaves too little, wraps each row onto several lines.
 * Drops no column, and keeps copyable values whole if they fit.
 */
export function fitWidths(natural: readonly ColumnWidth[], limit: number): Layout {
  const least = natural.map((column) => ({ ...column, width: leastOf(column) }))
  return totalWidth(least) <= limit ? [narrowed(natural, limit)] : wrapped(natural, limit)
}

function leastOf({ column, isWhole, width }: ColumnWidth): number {
  if (LAST_CUT.has(column)) return Math.min(width, LONG_TARGET)
  if (column === 'source_ip_address') return Math.min(width, ADDRESS_WIDTH)
  return isWhole ? width : Math.min(width, LEAST_WIDTH)
}

function narrowed(natural: readonly ColumnWidth[], limit: number): ColumnWidth[] {
  // Saves a step per character of a very long cell.
  const columns = natural.map((column) => ({ ...column, width: Math.min(column.width, limit) }))
  while (totalWidth(columns) > limit) {
    const [widest] = columns
      .filter(isShrinkable)
      .sort((a, b) => Number(LAST_CUT.has(a.column)) - Number(LAST_CUT.has(b.column)) || b.width - a.width)
    if (widest === undefined) break
    widest.width -= 1
  }
  return columns
}

/** Each column on the first line with room for it: a long target does not leave the line before it half empty. */
function wrapped(natural: readonly ColumnWidth[], limit: number): Layout {
  const room = Math.max(limit - INDENT.length, LEAST_WIDTH)
  const lines: { readonly columns: ColumnWidth[]; left: number }[] = []
  for (const column of natural) {
    const width = Math.min(column.width, column.isPath ? limit * MOST_BROKEN : room)
    const line = lines.find(({ left }) => width + GAP.length <= left)
    if (line === undefined)
      lines.push({ columns: [{ ...column, width }], left: (lines.length === 0 ? limit : room) - width })
    else {
      line.left -= width + GAP.length
      line.columns.push({ ...column, width })
    }
  }
  return lines.map(({ columns }) => columns)
}

function totalWidth(widths: readonly ColumnWidth[]): number {
  return widths.reduce((sum, { width }) => sum + width, GAP.length * (widths.length - 1))
}

function isShrinkable(column: ColumnWidth): boolean {
  return column.width > leastOf(column)
}
