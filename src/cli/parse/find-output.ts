/** What was typed → what is meant: how the answer is shown. */
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
import type { RowColumn } from '../../render/sink.js'

/** What a table shows, and `--json` holds, when no limit was asked for. */
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
  /** Rows that are shown; one more is asked for, to know whether there are more. */
  readonly limit: number | undefined
  /** Whether the user asked for the limit. */
  readonly isChosen: boolean
  readonly page: Page
  readonly resources: boolean
  readonly records: boolean
}

/** What the case holds decides which columns are shown when none are named. */
export interface AnswerKind {
  /** That it can hold: of several, a table says of each row what it is. */
  readonly kinds: readonly RowKind[]
  /** Digests were validated: CSV and the JSON formats then say of each event what its file is. */
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

/** Of lines alone: what only they tell, in place of what they never do. */
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

/** Lines of access logs have a request ID where events have their own. */
const MIXED_TABLE: readonly RowColumn[] = ['kind', ...TABLE_COLUMNS, 'request_id']
const CSV_COLUMNS: readonly RowColumn[] = [...EVENT_COLUMNS, 'kind']
const JSON_COLUMNS: readonly RowColumn[] = [...CSV_COLUMNS, 'resources', 'access_log', 'aggregate']
const ALL_COLUMNS: readonly RowColumn[] = [
  ...JSON_COLUMNS,
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
