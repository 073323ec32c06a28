/**
 * Recognises a CSV of events and its separator. The header identifies the columns; with an unknown header (CloudWatch
 * Logs Insights: `@message`, Kibana: `event.original`, `_source`) a cell of each row contains a record.
 */
import { csvCells, type CsvSeparator } from '../model/csv-cells.js'
import type { CsvCoding } from '../model/locator.js'
import { columnName, countOwn, isEventColumns } from './columns.js'
import { Unwrapping } from './unwrap.js'

export interface CsvForm {
  /** The header names columns of events; otherwise a cell of each row contains a record. */
  readonly hasHeader: boolean
  readonly separator: CsvSeparator
  /** As locators name it. */
  readonly coding: CsvCoding
  /** Start of a quoted cell with JSON in it, which never occurs in JSON itself. */
  readonly quotedObject: RegExp
}

type Separated = Omit<CsvForm, 'hasHeader'>

const COMMAS: Separated = {
  separator: ',',
  coding: 'csv',
  quotedObject: /(?:^|[,\r\n])"\s*[[{][\s{]*""/,
}
const TABS: Separated = {
  separator: '\t',
  coding: 'csv-tab',
  quotedObject: /(?:^|[\t\r\n])"\s*[[{][\s{]*""/,
}
/** Excel writes the second where the decimal separator is a comma, and the third as "Unicode text". */
const FORMS: readonly Separated[] = [
  COMMAS,
  { separator: ';', coding: 'csv-semicolon', quotedObject: /(?:^|[;\r\n])"\s*[[{][\s{]*""/ },
  TABS,
]

/** Columns with whole records. */
const RECORD_COLUMNS: ReadonlySet<string> = new Set(['eventjson', 'cloudtrailevent'])

function isRecordColumn(name: string): boolean {
  return name === '_raw' || RECORD_COLUMNS.has(columnName(name))
}

/** @returns index of the column with whole records, or -1. */
export function recordColumn(names: readonly string[]): number {
  return names.findIndex(isRecordColumn)
}

export type CsvShape = 'console-csv' | 'lake-csv' | 'splunk-csv'

/** @returns undefined if the columns are not those of events. */
export function csvShape(names: readonly string[]): CsvShape | undefined {
  if (names.includes('_raw')) return 'splunk-csv'
  const keys = names.map(columnName)
  if (keys.includes('awsaccesskey') && keys.includes('eventid')) return 'console-csv'
  return names.some(isRecordColumn) || isEventColumns(names) ? 'lake-csv' : undefined
}

/** Not a row: Excel's separator line, or PowerShell's type line. */
export const PREAMBLE_LINE = /^"?(?:sep=[,;\t]|#TYPE .*)"?$/
const LINE_BREAKS = /[\r\n]+/g
/** A table has few title lines. */
const MOST_BEFORE = 20
/** Event columns that a line below others must name to be the header: prose names one or two. */
const LEAST_BELOW = 3

/** The form of a text in whose first lines one names columns of events. */
export function formByHeader(head: string): CsvForm | undefined {
  // The rest of a JSON text without its beginning can start with any words.
  const isMixed = BARE_RECORD.test(head)
  let before = 0
  for (const line of head.split(LINE_BREAKS, MOST_BEFORE)) {
    if (line === '' || PREAMBLE_LINE.test(line)) continue
    if (before === 0 && /^"?eventjson"?\s*$/i.test(line)) return { ...COMMAS, hasHeader: true }
    const form = FORMS.find(({ separator }) => {
      if (!line.includes(separator) || JSON_KEY.test(line)) return false
      const names = csvCells(line, separator)
      if (csvShape(names) === undefined || (before > 0 && countOwn(names) < LEAST_BELOW)) return false
      return !isMixed || areRowsOf(names.length, head.slice(head.indexOf(line) + line.length), separator)
    })
    if (form !== undefined) return { ...form, hasHeader: true }
    before++
  }
  return undefined
}

const JSON_KEY = /"\s*:/
/** In a quoted cell or a JSON string, the quotes would be doubled or escaped. */
const BARE_RECORD = /(?:^|[^"])"eventVersion"\s*:/

function areRowsOf(cells: number, text: string, separator: CsvSeparator): boolean {
  const rows = text.split(LINE_BREAKS, ROWS_LOOKED_AT).filter((row) => row !== '')
  return rows.filter((row) => csvCells(row, separator).length === cells).length * 2 > rows.length
}

const HEADER = /^[\r\n]*(?:"?(?:sep=[,;\t]|#TYPE [^\r\n]*)"?[\r\n]+)*([^\r\n]*)/

/** Rows searched for a record: a row can be damaged. */
const ROWS_LOOKED_AT = 100

/** The form of a text in which a row after the header has a record in a cell. */
export function formByRecordCell(head: string): CsvForm | undefined {
  const form = separatedRecord(head)
  return form === undefined ? undefined : { ...form, hasHeader: false }
}

function separatedRecord(head: string): Separated | undefined {
  const [before = '', header = ''] = HEADER.exec(head) ?? []
  if (/[{[]/.test(header)) return undefined
  const inHeader = ({ separator }: Separated): number => Number(header.includes(separator))
  // The header can be damaged too: separators missing from it are tried last.
  const forms = FORMS.toSorted((a, b) => inHeader(b) - inHeader(a))
  const rows = head.slice(before.length)
  const quoted = forms.find((form) => form.quotedObject.test(rows) && hasRecordCell(rows, form))
  return quoted ?? (hasBareRecord(rows, header) ? TABS : undefined)
}

function hasRecordCell(rows: string, { separator }: Separated): boolean {
  let lines = 0
  for (const { 0: lineBreak, index } of rows.matchAll(LINE_BREAKS)) {
    if (csvCells(rows.slice(index + lineBreak.length), separator).some(holdsRecord)) return true
    if (++lines === ROWS_LOOKED_AT) break
  }
  return false
}

/** With tabs as separator, JSON needs no quotes: it contains none. */
function hasBareRecord(rows: string, header: string): boolean {
  const { length } = header.split('\t')
  if (length < 2) return false
  const lines = rows.split(LINE_BREAKS, ROWS_LOOKED_AT).map((line) => line.split('\t'))
  return lines.some((cells) => cells.length === length && cells.some(holdsRecord))
}

/** Tests only cells that look like it, since unwrapping is slow. */
export function holdsRecord(cell: string): boolean {
  if (!/^\s*[[{]/.test(cell) || !cell.includes('eventVersion')) return false
  return Array.from(new Unwrapping(cell).cell(cell, [0])).some(
    ({ kind }) => kind === 'event' || kind === 'insight',
  )
}
