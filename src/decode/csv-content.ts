/**
 * CSV exports: the console's Event history, CloudTrail Lake, Splunk, and tables with a record in a cell of each row.
 */
import { csvCells } from '../model/csv-cells.js'
import { Columns, type RowFields } from './row-fields.js'
import { csvShape, holdsRecord, PREAMBLE_LINE, recordColumn, type CsvForm } from './csv-form.js'
import { CsvReader, type CsvSink } from './csv-reader.js'
import type { Emitter, RecordPlace } from './emitter.js'
import type { Limits } from './limits.js'
import type { TextContent } from './text-content.js'
import { Unwrapping } from './unwrap.js'

/** The header is unknown; a cell of each row contains a record. */
const BY_CONTENT = 'csv'
/** Length of the quote of a line before the header. */
const CITED = 100

export class CsvContent implements TextContent, CsvSink {
  readonly #emitter: Emitter
  readonly #form: CsvForm
  readonly #reader: CsvReader
  #columns: Columns | undefined
  #header = ''
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

  /** @returns index of the last record in the row, or -1. */
  #row(text: string, place: RecordPlace): number {
    const { separator, coding } = this.#form
    const cells = csvCells(text, separator)
    if (this.#columns === undefined) {
      this.#begin(text, cells, place)
      return -1
    }
    if (cells.every((cell) => cell.trim() === '') || text === this.#header) {
      const what = text === this.#header ? 'the header once more' : 'a row without a value'
      this.#emitter.problem('not-a-record', place, what)
      return -1
    }
    if (this.#record < 0 && this.#shape === BY_CONTENT) this.#record = cells.findIndex(holdsRecord)
    const { length } = this.#columns.names
    // Spreadsheets append empty cells.
    const isSure = cells.slice(length).every((cell) => cell === '')
    const fields = this.#columns.read(cells, this.#record, isSure)
    const index = this.#emit(cells, fields, place, { text, coding })
    if (cells.length !== length && (!isSure || cells.length < length)) {
      const detail = `a row of ${cells.length} cells under ${length} columns`
      if (index >= 0) this.#emitter.problem('bad-csv', place, detail, index)
      else this.#emitter.reject('bad-csv', place, detail)
      return index
    }
    if (index < 0) this.#emitter.reject('bad-record', place, 'a row without a cell of an event')
    return index
  }

  /** @returns -1 if no event was made and nothing was reported yet. */
  #emit(
    cells: readonly string[],
    fields: RowFields,
    place: RecordPlace,
    { text, coding }: { text: string; coding: CsvForm['coding'] },
  ): number {
    const record = cells[this.#record]
    let index = -1
    if (record !== undefined && record !== '') {
      const path = [{ coding }, this.#record]
      for (const item of new Unwrapping(text).cell(record, path, fields.record, fields.time)) {
        const next = this.#emitter.unwrapped(item, place, text)
        // A rejected record was already counted and reported.
        index = item.kind === 'rejected' ? Math.max(index, 0) : next
      }
      return index
    }
    if (fields.record === undefined) return -1
    return this.#emitter.unwrapped({ kind: 'reduced', record: fields.record, fields }, place, text)
  }

  /** Lines before the header: titles, Excel's `sep=`, PowerShell's `#TYPE`. */
  #begin(text: string, cells: readonly string[], place: RecordPlace): void {
    const shape = csvShape(cells)
    const isBefore = PREAMBLE_LINE.test(text) || (this.#form.hasHeader && shape === undefined)
    if (isBefore) {
      const cited = text.length > CITED ? `${text.slice(0, CITED)}…` : text
      this.#emitter.problem('not-a-record', place, `a line before the header: ${cited}`)
      return
    }
    this.#columns = new Columns(cells)
    this.#header = text
    this.#record = recordColumn(cells)
    this.#shape = shape ?? BY_CONTENT
    this.#emitter.shape = this.#shape
  }

  damaged(kind: 'bad-csv' | 'record-too-large', offset: number, length: number, detail: string): void {
    this.#emitter.damage({ kind, detail, byteOffset: offset, byteLength: length })
  }
}
