/**
 * A table for pasting: no borders, one line per row, two spaces between columns. If the terminal is too narrow, a row
 * takes several lines, the later ones indented.
 */
import { cellText } from './cell.js'
import { padCell, truncateCell } from './cell-width.js'
import { fitWidths, GAP, INDENT, naturalWidths, type Layout } from './column-widths.js'
import type { EventRow } from '../model/event.js'
import { printable } from './printable.js'
import { foldConstants, headLines, shortId } from './table-head.js'
import { LineWriter, type RowColumn, type RowSink, type SinkOptions } from './sink.js'

/** The first rows determine the widths; later rows are streamed with them. */
const LEARNED_ROWS = 500

export function openTable(
  columns: readonly RowColumn[],
  out: NodeJS.WritableStream,
  options: SinkOptions,
): RowSink {
  const writer = new LineWriter(out)
  let learned: string[][] = []
  let isOpen = true
  let layout: Layout | undefined
  const learn = () => {
    const isAll = !isOpen && options.isFolded === true && options.isTerminal
    const table = isAll ? foldConstants(columns, learned) : { head: [], columns, rows: learned }
    const chosen = chooseLayout(table.columns, table.rows, options)
    const lines = [table.columns, ...table.rows].map((cells) => rowLines(cells, chosen, options))
    lines.unshift(headLines(table.head, options.width))
    layout = chosen
    learned = []
    return writer.write(lines.join(''))
  }
  return {
    write: (row) => {
      const cells = columns.map((column) => shown(row, column, options))
      if (layout !== undefined) return writer.write(rowLines(cells, layout, options))
      learned.push(cells)
      return learned.length < LEARNED_ROWS ? undefined : learn()
    },
    end: async () => {
      isOpen = false
      if (learned.length > 0) await learn()
      await writer.end()
    },
  }
}

/** A terminal has little room; these can be typed like this. */
const SHORT: Partial<Record<RowColumn, (text: string) => string>> = {
  event_id: shortId,
  event_source: (service) => service.replace(/\.amazonaws\.com$/, ''),
}

function shown(row: EventRow, column: RowColumn, { isTerminal, isFolded }: SinkOptions): string {
  const text = printable(cellText(row, column))
  return isTerminal && isFolded === true ? (SHORT[column]?.(text) ?? text) : text
}

function chooseLayout(columns: readonly RowColumn[], rows: string[][], options: SinkOptions): Layout {
  const natural = naturalWidths(columns, rows)
  return options.isTerminal && options.width > 0 ? fitWidths(natural, options.width) : [natural]
}

function rowLines(cells: readonly string[], layout: Layout, options: SinkOptions): string {
  const lines = layout.map((widths, line) => {
    const padded = shownCells(cells, widths, options).map((cell, i) => padCell(cell, widths[i]?.width ?? 0))
    return withoutTrailingSpaces((line === 0 ? '' : INDENT) + padded.join(GAP))
  })
  // Skips a line without values, except the first, which separates rows.
  return lines.map((line, at) => (line === '' && at > 0 ? '' : `${line}\n`)).join('')
}

/** Cells are only cut on a terminal; piped output is complete. */
function shownCells(cells: readonly string[], widths: Layout[number], { isTerminal }: SinkOptions): string[] {
  return widths.map(({ index, width }) => {
    const cell = cells[index] ?? ''
    return isTerminal ? truncateCell(cell, width) : cell
  })
}

/** Not a regular expression: ` +$` takes quadratic time on the long gaps of a wide table. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length
  while (line.charAt(end - 1) === ' ') end -= 1
  return line.slice(0, end)
}
