/**
 * CSV exports: the console's Event history, CloudTrail Lake, Splunk. What a column is, its header says; where that names nothing
 * known (CloudWatch Logs Insights: `@message`, Kibana: `event.original`, `_source`), the cells do.
 */
import { csvCells } from '../model/csv-cells.js'
import type { JsonObject } from '../model/record.js'
import { CsvReader, type CsvSink } from './csv-reader.js'
import type { Emitter } from './emitter.js'
import { columnName, isEventColumns, lakeFields } from './lake-fields.js'
import type { Limits } from './limits.js'
import type { TextContent } from './text-content.js'
import { Unwrapping } from './unwrap.js'

/** A column that holds whole records. */
const RECORD_COLUMNS = new Set(['eventjson', 'raw', 'cloudtrailevent'])

export type CsvShape = 'console-csv' | 'lake-csv' | 'splunk-csv'
/** Its header says nothing; a cell of each row holds a record. */
const BY_CONTENT = 'csv'

/** @returns undefined when the columns are not of events. */
function csvShape(columns: readonly string[]): CsvShape | undefined {
  if (columns.includes('raw')) return 'splunk-csv'
  if (columns.includes('awsaccesskey') && columns.includes('eventid')) return 'console-csv'
  return columns.some((name) => RECORD_COLUMNS.has(name)) || isEventColumns(columns) ? 'lake-csv' : undefined
}

function columnsOf(header: string): string[] {
  return csvCells(header).map((cell) => (cell === '_raw' ? 'raw' : cell === 'raw' ? '' : columnName(cell)))
}

/** JSON itself never has this. */
const QUOTED_OBJECT = /(?:^|[,\r\n])"\s*[[{][\s{]*""/
const LINE_BREAKS = /[\r\n]+/g
const HEADER = /^[\r\n]*([^\r\n]*)/

/** Does this text begin with a line that names columns of events? */
export function isCsvHeader(head: string): boolean {
  const line = HEADER.exec(head)?.[1] ?? ''
  return line.includes(',') || /^"?eventjson"?\s*$/i.test(line)
    ? csvShape(columnsOf(line)) !== undefined
    : false
}

/** Rows that are looked at for a record: each may be damaged, and says nothing then. */
const ROWS_LOOKED_AT = 100

/** Does a row behind the header have a record in a cell? */
export function hasRecordCell(head: string): boolean {
  const header = HEADER.exec(head)?.[0] ?? ''
  if (/[{[]/.test(header)) return false
  if (!QUOTED_OBJECT.test(head.slice(header.length))) return false
  let lines = 0
  for (const { 0: lineBreak, index } of head.matchAll(LINE_BREAKS)) {
    if (csvCells(head.slice(index + lineBreak.length)).some(holdsRecord)) return true
    if (++lines === ROWS_LOOKED_AT) break
  }
  return false
}

/** Told only of cells that look like it: unwrapping takes its time. */
function holdsRecord(cell: string): boolean {
  if (!/^\s*[[{]/.test(cell) || !cell.includes('eventVersion')) return false
  return Array.from(new Unwrapping(cell).cell(cell, [0])).some(
    ({ kind }) => kind === 'event' || kind === 'insight',
  )
}

export class CsvContent implements TextContent, CsvSink {
  readonly #emitter: Emitter
  readonly #reader: CsvReader
  #columns: readonly string[] | undefined
  #record = -1
  #shape = ''

  constructor(emitter: Emitter, limits: Limits) {
    this.#emitter = emitter
    this.#reader = new CsvReader(this, limits.maxValueBytes)
  }

  push(bytes: Buffer, last: boolean): void {
    this.#reader.push(bytes, last)
  }

  row(text: string, offset: number, length: number): void {
    if (this.#columns === undefined) {
      this.#columns = columnsOf(text)
      this.#record = this.#columns.findIndex((name) => RECORD_COLUMNS.has(name))
      this.#shape = csvShape(this.#columns) ?? BY_CONTENT
      this.#emitter.shape = this.#shape
      return
    }
    const place = { offset, length }
    const cells = csvCells(text)
    if (cells.length !== this.#columns.length) {
      const detail = `a row of ${cells.length} cells under ${this.#columns.length} columns`
      this.#emitter.reject('bad-csv', place, detail)
      return
    }
    if (this.#record < 0 && this.#shape === BY_CONTENT) this.#record = cells.findIndex(holdsRecord)
    const record = cells[this.#record]
    if (record !== undefined && record !== '') {
      for (const item of new Unwrapping(text).cell(record, [{ coding: 'csv' }, this.#record]))
        this.#emitter.unwrapped(item, place, text)
      return
    }
    const fields = this.#fields(cells)
    if (fields === undefined)
      this.#emitter.reject('bad-record', place, 'a row without eventID, eventName and eventTime')
    else this.#emitter.unwrapped({ kind: 'reduced', record: fields }, place, text)
  }

  #fields(cells: readonly string[]): JsonObject | undefined {
    return lakeFields(new Map(this.#columns?.map((name, index) => [name, cells[index] ?? ''])))
  }

  damaged(kind: 'bad-csv' | 'record-too-large', offset: number, length: number, detail: string): void {
    this.#emitter.damage({ kind, detail, byteOffset: offset, byteLength: length })
  }
}
