/** A question → lines of S3 server access logs, in the columns they share with events. */
import { ACCESS_COLUMNS, EVENT_COLUMNS, type EventResource, type EventRow } from '../../model/event.js'
import type { Page, Question } from '../../model/question.js'
import { ACCESS_FROM, accessField } from '../../store/access-log-schema.js'
import { isoSeconds } from '../../store/views.js'
import type { Connection } from '../../store/open.js'
import { readIndexNames, readNumber, readWideTuples } from '../../store/reader.js'
import { cells } from '../find/cells.js'
import { countUpTo } from '../plan/count.js'
import { idsOf, rowsInBatches } from '../plan/row-batches.js'
import { explained, missingRow, type RowExtras } from '../find/run-question.js'
import { raw, sql, type Statement } from '../plan/statement.js'
import { accessReachOf } from '../find/questions.js'
import { accessCriteria, unanswerable } from './filters.js'
import { ACCESS_LIMITS, planAccess, type AccessPlan } from './plan.js'

export interface AccessAnswer {
  readonly notes: readonly string[]
  readonly plan: AccessPlan
  /** Can be iterated once; reads as it goes. */
  readonly rows: Iterable<EventRow>
  count(cap: number): number
}

export function hasAccessLines(db: Connection): boolean {
  return readNumber(db, sql`SELECT 1 FROM access_log LIMIT 1`) !== null
}

export function askAccessLog(
  db: Connection,
  question: Question,
  page: Page,
  extras: RowExtras = {},
  limits = ACCESS_LIMITS,
): AccessAnswer {
  const { criteria, notes } = accessReachOf(question)
  const demand = {
    criteria: [...criteria, ...accessCriteria(question.filters)],
    window: question.window,
    indexes: readIndexNames(db),
  }
  const plan = explained(question, () => planAccess(db, demand, page, limits))
  return {
    notes: [...notes, ...notesOf(question)],
    plan,
    rows: rowsInBatches(
      () => idsOf(db, plan.ids, page),
      (ids) => readLines(db, ids, extras),
    ),
    count: (cap) => countUpTo(db, plan.all, cap),
  }
}

function notesOf({ filters }: Question): string[] {
  const flags = unanswerable(filters)
  if (flags.length === 0) return []
  return [`access-log lines have no field for ${flags.join(', ')}: they are left out`]
}

const TIME = `CASE WHEN l.time_ms IS NULL THEN NULL ELSE ${isoSeconds('l.time_ms')} END`

/** Columns of an event that a line has; the rest is null. */
const AS_EVENT: Readonly<Record<string, string>> = {
  event_time: TIME,
  event_source: "'s3.amazonaws.com'",
  event_name: 'k.operation',
  request_id: 'l.request_id',
  error_code: 'k.error_code',
  error: "CASE WHEN k.error_code <> '' THEN k.error_code WHEN k.http_status >= 400 THEN 'Failure' END",
  failed: 'k.error_code IS NOT NULL OR coalesce(k.http_status >= 400, 0)',
  denied: "coalesce(k.error_code = 'AccessDenied', 0) OR coalesce(k.http_status = 403, 0)",
  bytes_out: 'l.bytes_sent',
  target: "k.bucket || coalesce('/' || coalesce(l.decoded_key, l.object_key), '')",
  source_ip_address: 'c.remote_ip',
  user_agent: 'c.user_agent',
  principal: 'c.principal',
  principal_arn: "CASE WHEN c.requester LIKE 'arn:%' THEN c.requester END",
  principal_id: "CASE WHEN c.requester NOT LIKE 'arn:%' THEN c.requester END",
  principal_account_id: 'c.principal_account_id',
  session_name: 'c.session_name',
  source_path: 's.path',
  member: 's.member',
  record_offset: 'l.record_offset',
  record_length: 'l.record_length',
  appearances: '1',
}

const SELECT = [
  ...EVENT_COLUMNS.map((column) => AS_EVENT[column] ?? 'NULL'),
  ...ACCESS_COLUMNS.map((column) => accessField(column).sql),
  'l.id',
  'l.source_id',
].join(', ')

function lines(wanted: Statement): Statement {
  return sql`SELECT ${raw(SELECT)} ${raw(ACCESS_FROM)} JOIN source s ON s.id = l.source_id WHERE l.id IN ${wanted}`
}

type Values = readonly (string | number | null)[]

function* readLines(db: Connection, ids: readonly number[], extras: RowExtras): Generator<EventRow> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`
  const rows = new Map(
    readWideTuples(db, lines(wanted)).map((values) => [
      values[EVENT_COLUMNS.length + ACCESS_COLUMNS.length],
      values,
    ]),
  )
  for (const id of ids) yield rowOf(rows.get(id) ?? missingRow('access_log', id), extras)
}

function rowOf(values: Values, extras: RowExtras): EventRow {
  const row = cells(EVENT_COLUMNS, values)
  const own = cells(ACCESS_COLUMNS, values.slice(EVENT_COLUMNS.length))
  const sourceId = values.at(-1) as number
  const record = extras.records?.read(sourceId, Number(row.record_offset), Number(row.record_length), null)
  return {
    ...row,
    kind: 'access-log',
    access_log: own,
    ...(extras.resources === true ? { resources: resourcesOf(own.bucket, own.object_key) } : {}),
    ...(record === undefined ? {} : { record: record.toString('utf8') }),
  }
}

function resourcesOf(bucket: string | number | null, key: string | number | null): EventResource[] {
  if (bucket === null) return []
  const arn = `arn:aws:s3:::${bucket}`
  const ofBucket = { arn, type: 'AWS::S3::Bucket', role: 'target' }
  return key === null
    ? [ofBucket]
    : [ofBucket, { arn: `${arn}/${key}`, type: 'AWS::S3::Object', role: 'target' }]
}
