/**
 * Is this text a CSV of events, and what stands between its cells? Its header says what its columns are; where that names nothing
 * known (CloudWatch Logs Insights: `@message`, Kibana: `event.original`, `_source`), a cell of each row holds a record.
 */
import { csvCells, type CsvSeparator } from '../model/csv-cells.js'
import type { CsvCoding } from '../model/locator.js'
import { columnName, isEventColumns } from './lake-fields.js'
import { Unwrapping } from './unwrap.js'

export interface CsvForm {
  readonly separator: CsvSeparator
  /** As locators name it. */
  readonly coding: CsvCoding
  /** The beginning of a quoted cell with JSON in it; JSON itself never has this. */
  readonly quotedObject: RegExp
}

const COMMAS: CsvForm = {
  separator: ',',
  coding: 'csv',
  quotedObject: /(?:^|[,\r\n])"\s*[[{][\s{]*""/,
}
const TABS: CsvForm = {
  separator: '\t',
  coding: 'csv-tab',
  quotedObject: /(?:^|[\t\r\n])"\s*[[{][\s{]*""/,
}
/** Excel writes the second where the comma is the decimal point, and the third as "Unicode text". */
const FORMS: readonly CsvForm[] = [
  COMMAS,
  { separator: ';', coding: 'csv-semicolon', quotedObject: /(?:^|[;\r\n])"\s*[[{][\s{]*""/ },
  TABS,
]

/** A column that holds whole records. */
export const RECORD_COLUMNS: ReadonlySet<string> = new Set(['eventjson', 'raw', 'cloudtrailevent'])

export type CsvShape = 'console-csv' | 'lake-csv' | 'splunk-csv'

/** @returns undefined when the columns are not of events. */
export function csvShape(columns: readonly string[]): CsvShape | undefined {
  if (columns.includes('raw')) return 'splunk-csv'
  if (columns.includes('awsaccesskey') && columns.includes('eventid')) return 'console-csv'
  return columns.some((name) => RECORD_COLUMNS.has(name)) || isEventColumns(columns) ? 'lake-csv' : undefined
}

export function columnsOf(header: string, separator: CsvSeparator): string[] {
  return csvCells(header, separator).map((cell) =>
    cell === '_raw' ? 'raw' : cell === 'raw' ? '' : columnName(cell),
  )
}

/** For Excel, which takes it for no row: what stands between the cells of the others. */
export const SEPARATOR_LINE = /^"?sep=[,;\t]"?$/
const HEADER = /^[\r\n]*(?:"?sep=[,;\t]"?[\r\n]+)?([^\r\n]*)/
const LINE_BREAKS = /[\r\n]+/g

/** The form of a text that begins with a line which names columns of events. */
export function formByHeader(head: string): CsvForm | undefined {
  const line = HEADER.exec(head)?.[1] ?? ''
  if (/^"?eventjson"?\s*$/i.test(line)) return COMMAS
  return FORMS.find(
    ({ separator }) => line.includes(separator) && csvShape(columnsOf(line, separator)) !== undefined,
  )
}

/** Rows that are looked at for a record: each may be damaged, and says nothing then. */
const ROWS_LOOKED_AT = 100

/** The form of a text in which a row behind the header has a record in a cell. */
export function formByRecordCell(head: string): CsvForm | undefined {
  const [before = '', header = ''] = HEADER.exec(head) ?? []
  if (/[{[]/.test(header)) return undefined
  const inHeader = ({ separator }: CsvForm): number => Number(header.includes(separator))
  // A header can be damaged, too: what it does not have is tried last.
  const forms = FORMS.toSorted((a, b) => inHeader(b) - inHeader(a))
  const rows = head.slice(before.length)
  const quoted = forms.find((form) => form.quotedObject.test(rows) && hasRecordCell(rows, form))
  return quoted ?? (hasBareRecord(rows, header) ? TABS : undefined)
}

function hasRecordCell(rows: string, { separator }: CsvForm): boolean {
  let lines = 0
  for (const { 0: lineBreak, index } of rows.matchAll(LINE_BREAKS)) {
    if (csvCells(rows.slice(index + lineBreak.length), separator).some(holdsRecord)) return true
    if (++lines === ROWS_LOOKED_AT) break
  }
  return false
}

/** Between tabs JSON needs no quotes: it holds none. */
function hasBareRecord(rows: string, header: string): boolean {
  const { length } = header.split('\t')
  if (length < 2) return false
  const lines = rows.split(LINE_BREAKS, ROWS_LOOKED_AT).map((line) => line.split('\t'))
  return lines.some((cells) => cells.length === length && cells.some(holdsRecord))
}

/** Told only of cells that look like it: unwrapping takes its time. */
export function holdsRecord(cell: string): boolean {
  if (!/^\s*[[{]/.test(cell) || !cell.includes('eventVersion')) return false
  return Array.from(new Unwrapping(cell).cell(cell, [0])).some(
    ({ kind }) => kind === 'event' || kind === 'insight',
  )
}
