/** A question → its events in order, read lazily. */
import { damagedCase } from '../../model/case-error.js'
import { EVENT_COLUMNS, type EventColumn, type EventResource, type EventRow } from '../../model/event.js'
import type { Page, Question } from '../../model/question.js'
import type { FileState } from '../../model/verification.js'
import { membersOf } from '../../decode/member-text.js'
import type { Connection } from '../../store/open.js'
import { readIndexNames, readNumber, readTuples, readWideTuples } from '../../store/reader.js'
import { EVENT_FROM, EVENT_SELECT } from '../../store/views.js'
import { cells } from './cells.js'
import { criteriaOf, filterNotes } from './filters.js'
import { countUpTo } from '../plan/count.js'
import { makePlan, PLAN_LIMITS, type Plan } from '../plan/plan.js'
import { idsOf, rowsInBatches } from '../plan/row-batches.js'
import { list, raw, sql, type Statement } from '../plan/statement.js'
import { idSpellings } from './value.js'
import { reachOf } from './questions.js'
import { notReadable } from '../plan/text-expression.js'
import { EVENT_OF_USE, usesOf } from '../plan/event-use.js'

/** Reads the exact text of a record: RecordReader of record-reader.ts. */
export interface RecordSource {
  read(sourceId: number, offset: number, length: number, locator: string | null): Buffer
}

export interface RowExtras {
  readonly resources?: boolean
  readonly records?: RecordSource | undefined
  /** For request_parameters and response_elements. */
  readonly parts?: RecordSource | undefined
  /** Digest state of a source; undefined if digest verify was not run. */
  readonly digestState?: ((sourceId: number) => FileState | null) | undefined
}

export interface Answer {
  readonly notes: readonly string[]
  readonly plan: Plan
  /** Can be iterated once; reads as it goes. */
  readonly rows: Iterable<EventRow>
  /** All matches regardless of the page: exact up to `cap`, `cap` + 1 beyond it. */
  count(cap: number): number
}

/** @throws CaseError for an invalid question. */
export function askQuestion(
  db: Connection,
  question: Question,
  page: Page,
  extras: RowExtras = {},
  limits = PLAN_LIMITS,
): Answer {
  const reach = reachOf(question)
  const criteria = [...reach.criteria, ...criteriaOf(question.filters)]
  const demand = { criteria, window: question.window, indexes: readIndexNames(db) }
  const plan = explained(question, () => makePlan(db, demand, page, limits))
  return {
    notes: [...reach.notes, ...filterNotes(db, question.filters)],
    plan,
    rows: rowsInBatches(
      () => plan.found ?? idsOf(db, plan.ids, page),
      (ids) => readRows(db, ids, extras),
    ),
    count: (cap) => countUpTo(db, plan.all, cap),
  }
}

/** Newest time of an event or access-log line: the base of relative times. */
export function newestEventMs(db: Connection): number | null {
  const newest = sql`SELECT max(ms) FROM (SELECT max(event_time_ms) AS ms FROM event UNION ALL SELECT max(time_ms) FROM access_log)`
  return readNumber(db, newest)
}

export function hasEventId(db: Connection, eventId: string): boolean {
  return readNumber(db, sql`SELECT 1 FROM event WHERE event_id IN ${list(idSpellings(eventId))}`) !== null
}

/** Rows of these events, in this order. Records are read one by one: each may be as long as a record can be. */
function* readRows(db: Connection, ids: readonly number[], extras: RowExtras): Generator<EventRow> {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`
  const resources = extras.resources === true ? readResources(db, wanted) : undefined
  const rows = new Map(
    readWideTuples(db, rowsWithIds(wanted)).map((values) => [values[EVENT_COLUMNS.length], values]),
  )
  for (const id of ids) {
    const values = rows.get(id) ?? missingRow('event', id)
    yield {
      ...cells(EVENT_COLUMNS, values),
      kind: 'event',
      ...(extras.digestState === undefined ? {} : { digest_state: extras.digestState(sourceOf(values)) }),
      ...(resources === undefined ? {} : { resources: resources.get(id) ?? [] }),
      ...(extras.parts === undefined ? {} : partsOf(recordText(values, extras.parts))),
      ...(extras.records === undefined ? {} : { record: recordText(values, extras.records) }),
    }
  }
}

/** EVENT_SELECT has the columns in the order of EVENT_COLUMNS; the last three are internal. */
function rowsWithIds(wanted: Statement): Statement {
  return sql`${raw(EVENT_SELECT)}, e.id, e.source_id, e.locator ${raw(EVENT_FROM)} WHERE e.id IN ${wanted}`
}

function sourceOf(values: readonly (string | number | null)[]): number {
  return values[EVENT_COLUMNS.length + 1] as number
}

function recordText(values: readonly (string | number | null)[], records: RecordSource): string {
  const [sourceId, locator] = values.slice(EVENT_COLUMNS.length + 1) as [number, string | null]
  const at = (column: EventColumn) => values[EVENT_COLUMNS.indexOf(column)] as number
  return records.read(sourceId, at('record_offset'), at('record_length'), locator).toString('utf8')
}

function partsOf(record: string): Pick<EventRow, 'request_parameters' | 'response_elements'> {
  const parts = membersOf(record, ['requestParameters', 'responseElements'])
  const text = (key: string) => (parts.get(key) === 'null' ? null : (parts.get(key) ?? null))
  return {
    request_parameters: text('requestParameters'),
    response_elements: text('responseElements'),
  }
}

type ResourceTuple = [
  id: number,
  arn: string | null,
  type: string | null,
  role: string,
  name: string | null,
  derived: number,
]

function readResources(db: Connection, wanted: Statement): Map<number, EventResource[]> {
  const statement = sql`SELECT ${EVENT_OF_USE}, r.arn, r.type, l.role, r.name, r.derived FROM ${wanted} w
  CROSS JOIN event_resource x ON ${usesOf('w.value')}
  JOIN resource r ON r.id = x.resource_id JOIN resource_role l ON l.id = x.role_id
  ORDER BY ${EVENT_OF_USE}, x.role_id, r.arn, r.name, r.type`
  const byEvent = new Map<number, EventResource[]>()
  for (const values of readTuples(db, statement)) {
    const [id, arn, type, role, name, derived] = values as ResourceTuple
    const resource: EventResource = {
      arn,
      type,
      role,
      ...(arn === null && name !== null ? { name } : {}),
      ...(derived === 1 ? { derived: true } : {}),
    }
    const known = byEvent.get(id)
    if (known === undefined) byEvent.set(id, [resource])
    else known.push(resource)
  }
  return byEvent
}

/** The joins are inner: without this check, a row whose dictionary row is missing would silently vanish. */
export function missingRow(table: string, id: number): never {
  throw damagedCase(`the case is damaged: ${table} row ${id} points to rows that are missing`)
}

/** FTS5 reports an invalid query as a plain SQLITE_ERROR. */
export function explained<Value>(question: Question, plan: () => Value): Value {
  try {
    return plan()
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    throw question.kind === 'text' && code === 'SQLITE_ERROR' ? notReadable(message) : error
  }
}
