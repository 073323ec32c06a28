/**
 * A question → counts of aggregated events, in the columns they share with events. There are few: the table is scanned.
 */
import { AGGREGATE_COLUMNS, EVENT_COLUMNS, type EventRow } from '../../model/event.js'
import type { Excluded, Filters, Page, Question } from '../../model/question.js'
import { isoSeconds } from '../../store/views.js'
import type { Connection } from '../../store/open.js'
import { readNumber, readWideTuples } from '../../store/reader.js'
import { cells } from './cells.js'
import { inWindow } from '../plan/condition.js'
import { countUpTo } from '../plan/count.js'
import { likeAny, noneOf, recordedNames } from './filters.js'
import type { RowExtras } from './run-question.js'
import { and, list, or, raw, sql, type Statement } from '../plan/statement.js'
import { asStored, matches, readPattern } from './value.js'

export interface AggregateAnswer {
  readonly notes: readonly string[]
  readonly rows: Iterable<EventRow>
  count(cap: number): number
}

export function hasAggregates(db: Connection): boolean {
  return readNumber(db, sql`SELECT 1 FROM aggregate LIMIT 1`) !== null
}

export function askAggregates(
  db: Connection,
  question: Question,
  page: Page,
  extras: RowExtras = {},
): AggregateAnswer {
  const conditions = conditionsOf(question)
  const direction = raw(page.order === 'desc' ? ' DESC' : '')
  const end = page.limit === undefined ? raw('') : sql` LIMIT ${page.limit}`
  const from = sql`FROM aggregate a JOIN source s ON s.id = a.source_id WHERE ${and(conditions)}`
  const wanted = sql`SELECT ${raw(SELECT)} ${from} ORDER BY a.window_start_ms${direction}, a.id${direction}${end}`
  return {
    notes: unansweredByCounts(question),
    rows: rowsOf(db, wanted, extras),
    count: (cap) => countUpTo(db, sql`SELECT 1 ${from}`, cap),
  }
}

/** Selects `id` of every matching count. */
export function aggregateIds(question: Question): Statement {
  return sql`SELECT a.id FROM aggregate a WHERE ${and(conditionsOf(question))}`
}

function conditionsOf(question: Question): Statement[] {
  return [
    ...inWindow('a.window_start_ms', question.window),
    ...subjectConditions(question),
    ...filterConditions(question.filters),
  ]
}

/** Only `name` says what a count is about. A window gets one row per event, not one per detail. */
function subjectConditions(question: Question): Statement[] {
  switch (question.kind) {
    case 'window':
      return [raw('a.is_primary = 1')]
    case 'principal':
    case 'resource': {
      const pattern = readPattern(question.value.toLowerCase())
      return [matches('lower(a.name)', pattern)]
    }
    case 'request':
    case 'text':
      return [raw('FALSE')]
  }
}

function filterConditions(filters: Filters): Statement[] {
  if (unanswerable(filters).length > 0) return [raw('FALSE')]
  return [...wanted(filters), ...noneOf(wanted(filters.except))]
}

function wanted({ events, services, accounts, regions }: Excluded): Statement[] {
  const sources = services.flatMap((name) => [name, `${name}.amazonaws.com`])
  return [
    ...anyOf('event_source', sources),
    ...anyOf('account_id', accounts),
    ...anyOf('aws_region', regions),
    ...named(events),
  ]
}

function named(events: readonly string[]): Statement[] {
  if (events.length === 0) return []
  return [or([...anyOf('name', recordedNames(events)), ...likeAny('a.name', events)])]
}

function anyOf(column: string, values: readonly string[]): Statement[] {
  return values.length === 0 ? [] : [sql`a.${raw(column)} COLLATE NOCASE IN ${list(values.map(asStored))}`]
}

/** Filters on fields that a count does not have. */
function unanswerable(filters: Filters): string[] {
  const { sourceIps, accessKeys, credentials, errors, writeOnly, failed, denied, console, noMfa } = filters
  const { rules, minLevel } = filters
  const flags = {
    '--source-ip': sourceIps.length > 0,
    '--access-key': accessKeys.length > 0,
    '--credentials': credentials.length > 0,
    '--error': errors.length > 0,
    '--write-only': writeOnly,
    '--failed': failed,
    '--denied': denied,
    '--console': console,
    '--no-mfa': noMfa,
    '--rule': rules.length > 0,
    '--min-level': minLevel !== null,
  }
  return Object.entries(flags).flatMap(([flag, isUsed]) => (isUsed ? [flag] : []))
}

/** Notes for filters that counts cannot answer. */
export function unansweredByCounts({ filters }: Question): string[] {
  const flags = unanswerable(filters)
  return flags.length === 0
    ? []
    : [`aggregated events have no field for ${flags.join(', ')}: their counts are left out`]
}

const AS_EVENT: Readonly<Record<string, string>> = {
  event_time: isoSeconds('a.window_start_ms'),
  event_source: 'a.event_source',
  event_name: "CASE WHEN a.dimension = 'eventName' THEN a.name END",
  aws_region: 'a.aws_region',
  recipient_account_id: 'a.account_id',
  event_id: 'a.event_id',
  event_category: "'Aggregated'",
  source_path: 's.path',
  member: 's.member',
  record_offset: 'a.record_offset',
  record_length: 'a.record_length',
  appearances: '1',
}

const OWN: Readonly<Record<(typeof AGGREGATE_COLUMNS)[number], string>> = {
  window_end: isoSeconds('a.window_end_ms'),
  aggregation_type: 'a.aggregation_type',
  dimension: 'a.dimension',
  name: 'a.name',
  value: 'a.value',
}

const SELECT = [
  ...EVENT_COLUMNS.map((column) => AS_EVENT[column] ?? 'NULL'),
  ...AGGREGATE_COLUMNS.map((column) => OWN[column]),
  'a.source_id',
  'a.locator',
].join(', ')

function* rowsOf(db: Connection, wanted: Statement, extras: RowExtras): Generator<EventRow> {
  for (const values of readWideTuples(db, wanted)) {
    const [sourceId, locator] = values.slice(-2) as [number, string | null]
    const row = cells(EVENT_COLUMNS, values)
    const at = [Number(row.record_offset), Number(row.record_length)] as const
    const record = extras.records?.read(sourceId, ...at, locator)
    yield {
      ...row,
      kind: 'aggregate',
      aggregate: cells(AGGREGATE_COLUMNS, values.slice(EVENT_COLUMNS.length)),
      ...(extras.resources === true ? { resources: [] } : {}),
      ...(record === undefined ? {} : { record: record.toString('utf8') }),
    }
  }
}
