/** What lines of S3 server access logs add to the life of a bucket or an object. */
import type { EventRow } from '../../model/event.js'
import { NO_FILTERS, type Scope } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readIndexNames } from '../../store/reader.js'
import { askAccessLog, hasAccessLines } from '../access-log/ask.js'
import { touchOfOperation } from '../access-log/operations.js'
import { readPattern } from '../find/value.js'
import { sql } from '../plan/statement.js'
import { labelledAccount } from '../principals/account-owner.js'
import type { Step } from './history-fold.js'
import type { Resource } from './resource-match.js'

/** `bucket` or `bucket/key`; undefined for what is not in S3. */
export function placeInS3({ arn }: Pick<Resource, 'arn'>): string | undefined {
  return arn === null ? undefined : /^arn:[a-z-]+:s3:::([^]+)$/.exec(arn)?.[1]
}

/** The object or bucket of a typed value that no event names, and a line does. */
export function knownFromLines(db: Connection, value: string): Resource | undefined {
  const place = value.replace(/^(?:s3:\/\/|arn:[a-z-]+:s3:::)/i, '').replace(/^([^/]+)\/$/, '$1')
  if (place.startsWith('arn:') || readPattern(place).isPrefix || !hasAccessLines(db)) return undefined
  const { text } = readPattern(place)
  const everything = { window: {}, filters: NO_FILTERS }
  if (askAccessLog(db, { ...questionOf(text), ...everything }, { order: 'asc', limit: 1 }).count(1) === 0)
    return undefined
  const type = text.includes('/') ? 'AWS::S3::Object' : 'AWS::S3::Bucket'
  return { arn: `arn:aws:s3:::${text}`, type, name: null, derived: 1, ids: [] }
}

/** In order of time. A request of which the history has the event is left out. @param events row numbers of these. */
export function* lineSteps(
  db: Connection,
  scope: Scope,
  place: string,
  events: readonly number[],
): Generator<Step> {
  const known = new Set(
    readColumn<string>(
      db,
      sql`SELECT e.request_id FROM json_each(${JSON.stringify(events)}) j CROSS JOIN event e ON e.id = j.value WHERE e.request_id IS NOT NULL`,
    ),
  )
  const hasIndex = readIndexNames(db).has('event_by_request_id')
  const eventOf = (request: string): string | null =>
    hasIndex
      ? (readColumn<string>(
          db,
          sql`SELECT event_id FROM event WHERE request_id = ${request} ORDER BY id LIMIT 1`,
        )[0] ?? null)
      : null
  for (const row of askAccessLog(db, { ...questionOf(place), ...scope }, { order: 'asc' }).rows) {
    const request = row.request_id === null ? null : String(row.request_id)
    if (request !== null && known.has(request)) continue
    yield stepOf(row, place.includes('/'), request === null ? null : eventOf(request))
  }
}

function questionOf(place: string): { kind: 'resource'; value: string } {
  return { kind: 'resource', value: place.replaceAll('*', '\\*') }
}

function stepOf(row: EventRow, isObject: boolean, eventId: string | null): Step {
  const operation = String(row.event_name ?? '')
  const { object_key: key = null, http_status: status = null } = row.access_log ?? {}
  return {
    ms: row.event_time === null ? null : Date.parse(String(row.event_time)),
    eventId,
    requestId: row.request_id === null ? null : String(row.request_id),
    touch: touchOfOperation(operation, isObject ? 'object' : key === null ? 'bucket' : 'object in bucket'),
    eventName: operation,
    principal: labelOf(row),
    credentialClass: '',
    sourceIp: String(row.source_ip_address ?? ''),
    failed: row.error_code !== null || Number(status) >= 400,
    errorCode: String(row.error_code ?? ''),
    grantees: [],
  }
}

/** As events label the principal: of a role the role's own name. */
function labelOf({ principal, session_name: session, principal_account_id: account }: EventRow): string {
  const name = String(principal ?? '(not recorded)')
  const own = session !== null && name.endsWith(`/${session}`) ? name.slice(0, -`/${session}`.length) : name
  return account === null || own.includes(String(account))
    ? own
    : `${own} (${labelledAccount(String(account))})`
}
