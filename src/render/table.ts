/**
 * A table that pastes well: no borders, one line per row, two spaces between columns. On a terminal that is too narrow for it a
 * row takes several lines, the further ones indented.
 */
import Table from 'cli-table3'
import { cellText } from './cell.js'
import { cellWidth, isAscii, padCell, truncateCell } from './cell-width.js'
import { fitWidths, GAP, INDENT, naturalWidths, type ColumnWidth, type Layout } from './column-widths.js'
import { printable } from './printable.js'
import { LineWriter, type RowColumn, type RowSink, type SinkOptions } from './sink.js'

/** So many rows decide the widths; later rows are streamed with these widths. */
const LEARNED_ROWS = 500

const BORDERLESS = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: GAP,
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
}

export function openTable(
  columns: readonly RowColumn[],
  out: NodeJS.WritableStream,
  options: SinkOptions,
): RowSink {
  const writer = new LineWriter(out)
  let learned: string[][] = []
  let layout: Layout | undefined
  const learn = () => {
    layout = chooseLayout(columns, learned, options)
    const text = draw(columns, learned, layout, options)
    learned = []
    return writer.write(text)
  }
  return {
    write: (row) => {
      const cells = columns.map((column) => printable(cellText(row, column)))
      if (layout !== undefined) return writer.write(plainLines(cells, layout, options))
      learned.push(cells)
      return learned.length < LEARNED_ROWS ? undefined : learn()
    },
    end: async () => {
      if (learned.length > 0) await learn()
      await writer.end()
    },
  }
}

function chooseLayout(columns: readonly RowColumn[], rows: string[][], options: SinkOptions): Layout {
  const natural = naturalWidths(columns, rows)
  return options.isTerminal && options.width > 0 ? fitWidths(natural, options.width) : [natural]
}

function draw(
  header: readonly string[],
  rows: readonly string[][],
  layout: Layout,
  options: SinkOptions,
): string {
  const [widths = [], ...further] = layout
  if (further.length === 0) return drawTable(header, rows, widths, options)
  return [header, ...rows].map((cells) => plainLines(cells, layout, options)).join('')
}

/**
 * cli-table3 lays out; how wide text is, we say. It misjudges most combining marks, so what is not ASCII goes in as a
 * run of private-use characters of the right width and is put back afterwards.
 */
function drawTable(
  header: readonly string[],
  rows: readonly string[][],
  widths: readonly ColumnWidth[],
  options: SinkOptions,
): string {
  const hidden: string[] = []
  const standIn = (cell: string) => {
    const width = cellWidth(cell)
    if (isAscii(cell) || width === 0) return cell
    hidden.push(cell)
    return '\ue000'.repeat(width)
  }
  const cellsOf = (cells: readonly string[]) => shownCells(cells, widths, options).map(standIn)
  const table = new Table({ ...BORDERLESS, head: cellsOf(header) })
  for (const cells of rows) table.push(cellsOf(cells))
  const lines = table.toString().split('\n').map(withoutTrailingSpaces)
  return `${lines.join('\n')}\n`.replace(/\ue000+/g, () => hidden.shift() ?? '')
}

function plainLines(cells: readonly string[], layout: Layout, options: SinkOptions): string {
  const lines = layout.map((widths, line) => {
    const padded = shownCells(cells, widths, options).map((cell, i) => padCell(cell, widths[i]?.width ?? 0))
    return withoutTrailingSpaces((line === 0 ? '' : INDENT) + padded.join(GAP))
  })
  // A line without any value says nothing; the first keeps the rows apart.
  return lines.map((line, at) => (line === '' && at > 0 ? '' : `${line}\n`)).join('')
}

/** Only a terminal cuts: what is piped is kept whole. */
function shownCells(
  cells: readonly string[],
  widths: readonly ColumnWidth[],
  { isTerminal }: SinkOptions,
): string[] {
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
