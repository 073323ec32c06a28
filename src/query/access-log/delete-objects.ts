/**
 * DeleteObjects deletes up to a thousand objects, and CloudTrail's event of it names the bucket only. S3 server access logs name each key,
 * in a line BATCH.DELETE.OBJECT with the same request ID.
 */
import type { EventRow } from '../../model/event.js'
import type { Question } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readIndexNames, readTuples } from '../../store/reader.js'
import { askQuestion } from '../find/run-question.js'
import { usesOf } from '../plan/event-use.js'
import { sql, type Statement } from '../plan/statement.js'

const EVENT = 'DeleteObjects'
const LINE = 'BATCH.DELETE.OBJECT'
/** Requests that are looked at for a note. */
const MOST = 1000

/** The requests of what is shown, for the notes under it. */
export class DeletionsShown {
  readonly #byEvent = new Set<string>()
  readonly #byLine = new Set<string>()

  add({
    kind,
    event_name: name,
    request_id: request,
  }: Pick<EventRow, 'kind' | 'event_name' | 'request_id'>): void {
    if (request === null || (name !== EVENT && name !== LINE)) return
    const requests = kind === 'access-log' ? this.#byLine : this.#byEvent
    if (requests.size < MOST) requests.add(String(request))
  }

  notes(db: Connection): string[] {
    return [...this.#keysElsewhere(db), ...this.#eventElsewhere(db)]
  }

  #keysElsewhere(db: Connection): string[] {
    const unnamed = withoutKeys(db, sql`SELECT value FROM json_each(${JSON.stringify([...this.#byEvent])})`)
    const named = unnamed.filter(({ hasLines, request }) => hasLines && !this.#byLine.has(request))
    const lost = unnamed.filter(({ hasLines }) => !hasLines)
    return [
      ...(named.length === 0
        ? []
        : [
            `${EVENT} names no keys; lines of access logs do: ${findRequests(named.map(({ request }) => request))}`,
          ]),
      ...(lost.length === 0 ? [] : [`${EVENT} names no keys, and ${noLine(lost.length)}`]),
    ]
  }

  #eventElsewhere(db: Connection): string[] {
    const requests = [...this.#byLine].filter((request) => !this.#byEvent.has(request))
    const known = readColumn<string>(
      db,
      sql`SELECT DISTINCT e.request_id FROM json_each(${JSON.stringify(requests)}) j
  CROSS JOIN event e ON e.request_id = j.value CROSS JOIN action a ON a.id = e.action_id WHERE a.event_name = ${EVENT}`,
    )
    if (known.length === 0) return []
    return [`these lines are of ${EVENT}, whose event names no keys: ${findRequests(known)}`]
  }
}

/** Of an object: a DeleteObjects on its bucket may have deleted it, without a line that says so. */
export function unnamedDeletions(db: Connection, question: Question): string[] {
  const { filters } = question
  if (question.kind !== 'resource' || filters.events.length > 0) return []
  const bucket = /^(?:s3:\/\/|arn:[a-z-]+:s3:::)?([^/:*]+)\/./i.exec(question.value)?.[1]
  if (bucket === undefined) return []
  const ofBucket = { ...question, value: `s3://${bucket}`, filters: { ...filters, events: [`s3:${EVENT}`] } }
  const { plan } = askQuestion(db, ofBucket, { order: 'asc' })
  const requests = sql`SELECT e.request_id AS value FROM (${plan.all} LIMIT ${MOST}) h CROSS JOIN event e ON e.id = h.id`
  const lost = withoutKeys(db, requests).filter(({ hasLines }) => !hasLines)
  if (lost.length === 0) return []
  const which = `coldtrail find resource ${shellWord(bucket)} --event ${EVENT}`
  return [`${EVENT} on ${bucket} names no keys, and ${noLine(lost.length)}; see ${which}`]
}

interface Unnamed {
  readonly request: string
  /** Whether access logs name what it deleted. */
  readonly hasLines: boolean
}

/** Requests that succeeded, and whose event names no object. @param requests selects request ids. */
function withoutKeys(db: Connection, requests: Statement): Unnamed[] {
  if (!readIndexNames(db).has('event_by_request_id')) return []
  const rows = readTuples(
    db,
    sql`SELECT e.request_id, max(EXISTS (SELECT 1 FROM access_log l CROSS JOIN access_call k ON k.id = l.call_id
    WHERE l.request_id = e.request_id AND k.operation = ${LINE}))
  FROM (SELECT DISTINCT * FROM (${requests})) d CROSS JOIN event e ON e.request_id = d.value CROSS JOIN action a ON a.id = e.action_id
    CROSS JOIN outcome o ON o.id = e.outcome_id
  WHERE a.event_name = ${EVENT} AND o.failed = 0 AND NOT EXISTS (SELECT 1 FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
    WHERE ${usesOf('e.id')} AND r.type = 'AWS::S3::Object')
  GROUP BY e.request_id ORDER BY min(e.id)`,
  )
  return rows.map(([request, hasLines]) => ({ request: String(request), hasLines: hasLines === 1 }))
}

function noLine(count: number): string {
  return count === 1
    ? 'no line of an access log has its request ID: what it deleted is not recorded in this case'
    : `no line of an access log has the request ID of ${count} of them: what these deleted is not recorded in this case`
}

function findRequests(requests: readonly string[]): string {
  const [first = ''] = requests
  const more = requests.length - 1
  return `coldtrail find request ${shellWord(first)}${more > 0 ? ` (and ${more} more)` : ''}`
}
