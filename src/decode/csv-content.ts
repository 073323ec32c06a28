/** CSV exports: the console's Event history, CloudTrail Lake, Splunk, and what holds a record in a cell of each row. */
import { csvCells } from '../model/csv-cells.js'
import type { JsonObject } from '../model/record.js'
import { columnsOf, csvShape, holdsRecord, RECORD_COLUMNS, SEPARATOR_LINE, type CsvForm } from './csv-form.js'
import { CsvReader, type CsvSink } from './csv-reader.js'
import type { Emitter, RecordPlace } from './emitter.js'
import { lakeFields } from './lake-fields.js'
import type { Limits } from './limits.js'
import type { TextContent } from './text-content.js'
import { Unwrapping } from './unwrap.js'

/** Its header says nothing; a cell of each row holds a record. */
const BY_CONTENT = 'csv'

export class CsvContent implements TextContent, CsvSink {
  readonly #emitter: Emitter
  readonly #form: CsvForm
  readonly #reader: CsvReader
  #columns: readonly string[] | undefined
  #record = -1
  #shape = ''

  constructor(emitter: Emitter, form: CsvForm, limits: Limits) {
    this.#emitter = emitter
    this.#form = form
    this.#reader = new CsvReader(this, form.separator, limits.maxValueBytes)
  }

  push(bytes: Buffer, last: boolean): void {
    this.#reader.push(bytes, last)
  }

  row(text: string, offset: number, length: number, invalidUtf8: boolean): void {
    const place = { offset, length }
    const index = this.#row(text, place)
    if (invalidUtf8)
      this.#emitter.problem('invalid-utf8', place, 'bytes that are not UTF-8', index < 0 ? undefined : index)
  }

  /** @returns the index of the last record in it, or -1. */
  #row(text: string, place: RecordPlace): number {
    const { separator, coding } = this.#form
    if (this.#columns === undefined) {
      if (SEPARATOR_LINE.test(text)) return -1
      this.#columns = columnsOf(text, separator)
      this.#record = this.#columns.findIndex((name) => RECORD_COLUMNS.has(name))
      this.#shape = csvShape(this.#columns) ?? BY_CONTENT
      this.#emitter.shape = this.#shape
      return -1
    }
    const cells = csvCells(text, separator)
    if (cells.length !== this.#columns.length) {
      const detail = `a row of ${cells.length} cells under ${this.#columns.length} columns`
      this.#emitter.reject('bad-csv', place, detail)
      return -1
    }
    if (this.#record < 0 && this.#shape === BY_CONTENT) this.#record = cells.findIndex(holdsRecord)
    const record = cells[this.#record]
    if (record !== undefined && record !== '') {
      let index = -1
      const path = [{ coding }, this.#record]
      for (const item of new Unwrapping(text).cell(record, path, this.#fields(cells)))
        index = this.#emitter.unwrapped(item, place, text)
      return index
    }
    const fields = this.#fields(cells)
    if (fields !== undefined) return this.#emitter.unwrapped({ kind: 'reduced', record: fields }, place, text)
    this.#emitter.reject('bad-record', place, 'a row without eventID, eventName and eventTime')
    return -1
  }

  #fields(cells: readonly string[]): JsonObject | undefined {
    return lakeFields(new Map(this.#columns?.map((name, index) => [name, cells[index] ?? ''])))
  }

  damaged(kind: 'bad-csv' | 'record-too-large', offset: number, length: number, detail: string): void {
    this.#emitter.damage({ kind, detail, byteOffset: offset, byteLength: length })
  }
}
