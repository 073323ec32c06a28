import { cellWidth } from './cell-width.js'
import type { RowColumn } from './sink.js'

export const GAP = '  '
/** Narrower than this a column says nothing. */
const LEAST_WIDTH = 8
/** Without these a row cannot be placed or looked up: never cut. */
const WHOLE: ReadonlySet<RowColumn> = new Set<RowColumn>(['event_time', 'event_id'])

export interface ColumnWidth {
  readonly column: RowColumn
  /** Position of the column in the row's cells. */
  readonly index: number
  width: number
}

/** The natural widths: of the header and the widest cell. */
export function naturalWidths(columns: readonly RowColumn[], rows: readonly string[][]): ColumnWidth[] {
  return columns.map((column, index) => {
    let width = column.length
    for (const cells of rows) width = Math.max(width, cellWidth(cells[index] ?? ''))
    return { column, index, width }
  })
}

/**
 * Makes columns fit a terminal: narrows the widest first, and when all are at their least leaves out columns from
 * the right. Gives what is left; the caller names what is not.
 */
export function fitWidths(natural: readonly ColumnWidth[], limit: number): ColumnWidth[] {
  const fitted = narrowed(natural, limit)
  const last = natural.findLastIndex(({ column }) => !WHOLE.has(column))
  if (totalWidth(fitted) <= limit || last < 0 || natural.length === 1) return fitted
  return fitWidths(natural.toSpliced(last, 1), limit)
}

function narrowed(natural: readonly ColumnWidth[], limit: number): ColumnWidth[] {
  const columns = natural.map((column) => ({ ...column, width: atMost(column, limit) }))
  while (totalWidth(columns) > limit) {
    const widest = columns.filter(isShrinkable).sort((a, b) => b.width - a.width)[0]
    if (widest === undefined) break
    widest.width -= 1
  }
  return columns
}

/** Spares the narrowing below a step per character of a very long cell. */
function atMost({ column, width }: ColumnWidth, limit: number): number {
  return WHOLE.has(column) ? width : Math.min(width, Math.max(limit, LEAST_WIDTH))
}

function totalWidth(widths: readonly ColumnWidth[]): number {
  return widths.reduce((sum, { width }) => sum + width, GAP.length * (widths.length - 1))
}

function isShrinkable({ column, width }: ColumnWidth): boolean {
  return width > LEAST_WIDTH && !WHOLE.has(column)
}
