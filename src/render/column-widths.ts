import { cellWidth } from './cell-width.js'
import type { RowColumn } from './sink.js'

export const GAP = '  '
/** Before the further lines of a row that does not fit one line. */
export const INDENT = '    '
/** Narrower than this a column says nothing. */
const LEAST_WIDTH = 12
/** A time that is cut says nothing, and half of an id, an ARN or a key can not be typed again. */
const WHOLE = /^(?:\d{4}-\d\d-\d\dT[\d:.]+Z|\S{24,})?$/
/** These are long and meant to be typed again: alone on their line they are left to the terminal to break, up to so many lines. */
const PATH = /^(?:(?:arn:|[^\s/]*\/)\S*)?$/
const MOST_BROKEN = 4
/** Whatever is in them. */
const ALWAYS_WHOLE: ReadonlySet<RowColumn> = new Set<RowColumn>(['event_time', 'event_id'])

export interface ColumnWidth {
  readonly column: RowColumn
  /** Position of the column in the row's cells. */
  readonly index: number
  /** Not to be cut as long as there is room for it alone. */
  readonly isWhole: boolean
  /** ARNs and paths. */
  readonly isPath: boolean
  width: number
}

/** Columns of each line that a row takes. */
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
 * Makes columns fit a terminal: narrows the widest first, and when that would leave too little of them, gives each row several
 * lines. No column is left out, and what can be typed again stays whole where it has room.
 */
export function fitWidths(natural: readonly ColumnWidth[], limit: number): Layout {
  const least = natural.map((column) => ({ ...column, width: leastOf(column) }))
  return totalWidth(least) <= limit ? [narrowed(natural, limit)] : wrapped(natural, limit)
}

function leastOf({ isWhole, width }: ColumnWidth): number {
  return isWhole ? width : Math.min(width, LEAST_WIDTH)
}

function narrowed(natural: readonly ColumnWidth[], limit: number): ColumnWidth[] {
  // Spares a step per character of a very long cell.
  const columns = natural.map((column) => ({ ...column, width: Math.min(column.width, limit) }))
  while (totalWidth(columns) > limit) {
    const widest = columns.filter(isShrinkable).sort((a, b) => b.width - a.width)[0]
    if (widest === undefined) break
    widest.width -= 1
  }
  return columns
}

function wrapped(natural: readonly ColumnWidth[], limit: number): Layout {
  const room = Math.max(limit - INDENT.length, LEAST_WIDTH)
  const lines: ColumnWidth[][] = []
  let left = 0
  for (const column of natural) {
    const width = Math.min(column.width, column.isPath ? limit * MOST_BROKEN : room)
    if (lines.length === 0 || width + GAP.length > left) {
      left = (lines.length === 0 ? limit : room) - width
      lines.push([{ ...column, width }])
    } else {
      left -= width + GAP.length
      lines.at(-1)?.push({ ...column, width })
    }
  }
  return lines
}

function totalWidth(widths: readonly ColumnWidth[]): number {
  return widths.reduce((sum, { width }) => sum + width, GAP.length * (widths.length - 1))
}

function isShrinkable({ isWhole, width }: ColumnWidth): boolean {
  return width > LEAST_WIDTH && !isWhole
}
