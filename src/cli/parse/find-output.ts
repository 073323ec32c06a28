/** Parses the output flags. */
import { CaseError } from '../../model/case-error.js'
import {
  ACCESS_COLUMNS,
  AGGREGATE_COLUMNS,
  EVENT_COLUMNS,
  TABLE_COLUMNS,
  type RowKind,
} from '../../model/event.js'
import type { Order, Page } from '../../model/question.js'
import type { Format } from '../../render/format.js'
import type { RecordColumn, RowColumn } from '../../render/sink.js'

/** Default limit of tables and `--json`. */
export const TABLE_ROWS = 200

export interface OutputFlags {
  readonly format: Format
  readonly columns?: string | undefined
  readonly limit?: number | undefined
  readonly order: Order
  readonly records: boolean
}

export interface Output {
  /** `result` is the object of `--json`. */
  readonly format: Format | 'result'
  readonly columns: readonly RowColumn[]
  /** Rows to show; one more is read to see whether there are more. */
  readonly limit: number | undefined
  /** Whether the user gave the limit. */
  readonly isChosen: boolean
  readonly page: Page
  readonly resources: boolean
  /** Whether the columns are chosen for the user: a terminal's table then drops what all rows have in common. */
  readonly isDefault: boolean
  /** Parts of records are wanted. */
  readonly parts: boolean
  readonly records: boolean
}

/** Decides the default columns. */
export interface AnswerKind {
  /** Kinds of row the answer can contain; with several, a table names the kind of each row. */
  readonly kinds: readonly RowKind[]
  /** Digests were validated: CSV and JSON then carry the digest state of each event's file. */
  readonly hasDigestStates: boolean
}

const PLAIN_ANSWER: AnswerKind = { kinds: ['event'], hasDigestStates: false }

export function readOutput(flags: OutputFlags, isResult: boolean, kind = PLAIN_ANSWER): Output {
  const format = isResult ? 'result' : flags.format
  const isJson = format === 'json' || format === 'jsonl' || format === 'result'
  if (flags.records && !isJson) {
    throw new CaseError(`--records needs a format that can hold a record, not ${format}`, {
      hint: 'add --format jsonl',
    })
  }
  const columns = flags.columns === undefined ? defaultColumns(format, kind) : readColumns(flags.columns)
  const limit = flags.limit ?? (format === 'table' || format === 'result' ? TABLE_ROWS : undefined)
  return {
    format,
    columns,
    limit,
    isChosen: flags.limit !== undefined,
    page: { order: flags.order, limit: limit === undefined ? undefined : limit + 1 },
    resources: columns.includes('resources'),
    isDefault: flags.columns === undefined,
    parts: RECORD_COLUMNS.some((column) => columns.includes(column)),
    records: flags.records,
  }
}

function defaultColumns(
  format: Output['format'],
  { kinds, hasDigestStates }: AnswerKind,
): readonly RowColumn[] {
  if (format === 'table') return tableColumns(kinds)
  const columns = format === 'csv' ? CSV_COLUMNS : JSON_COLUMNS
  return hasDigestStates ? [...columns, 'digest_state'] : columns
}

function tableColumns([kind, ...others]: readonly RowKind[]): readonly RowColumn[] {
  if (others.length > 0) return MIXED_TABLE
  if (kind === 'access-log') return LINE_TABLE
  return kind === 'event' ? TABLE_COLUMNS : MIXED_TABLE
}

/** For lines only: drops the columns that lines never have, adds theirs. */
const LINE_TABLE: readonly RowColumn[] = [
  'event_time',
  'event_name',
  'principal',
  'source_ip_address',
  'http_status',
  'error_code',
  'bucket',
  'object_key',
  'request_id',
]

/** Lines have a request ID where events have an event ID. */
const MIXED_TABLE: readonly RowColumn[] = ['kind', ...TABLE_COLUMNS, 'request_id']
const RECORD_COLUMNS: readonly RecordColumn[] = ['request_parameters', 'response_elements']
const CSV_COLUMNS: readonly RowColumn[] = [...EVENT_COLUMNS, 'kind', ...RECORD_COLUMNS]
const JSON_COLUMNS: readonly RowColumn[] = [...EVENT_COLUMNS, 'kind', 'resources', 'access_log', 'aggregate']
const ALL_COLUMNS: readonly RowColumn[] = [
  ...JSON_COLUMNS,
  ...RECORD_COLUMNS,
  'digest_state',
  ...ACCESS_COLUMNS,
  ...AGGREGATE_COLUMNS,
]

function readColumns(typed: string): RowColumn[] {
  const names = typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const known: ReadonlySet<string> = new Set(ALL_COLUMNS)
  const unknown = names.filter((name) => !known.has(name))
  if (names.length > 0 && unknown.length === 0) return [...new Set(names)] as RowColumn[]
  throw new CaseError(unknown.length > 0 ? `no such column: ${unknown.join(', ')}` : '--columns names none', {
    hint: `columns are ${ALL_COLUMNS.join(', ')}`,
  })
}
