/** Changes to logging, and failed deliveries: events that may explain a gap. */
import type { FailedDelivery, TrailEvent } from '../../model/coverage.js'
import type { TimeWindow } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { inWindow } from '../plan/condition.js'
import { controlCallsOf } from '../summary/control-calls.js'
import { PrincipalDirectory } from '../principals/principal-directory.js'
import { and, list, sql } from '../plan/statement.js'
import { timeText } from '../summary/value-table.js'
import { usesOf } from '../plan/event-use.js'

/** CloudTrail's calls that change what is recorded. */
const CHANGES = controlCallsOf('cloudtrail', 'recording')

type ChangeTuple = readonly [
  row: number,
  ms: number | null,
  name: string,
  identity: number,
  account: string | null,
  region: string | null,
  failed: number,
  errorCode: string | null,
  eventId: string,
]

/** In time order, including failed attempts. */
export function trailEvents(db: Connection): TrailEvent[] {
  const rows = readTuples(
    db,
    sql`SELECT e.id, e.event_time_ms, a.event_name, e.identity_id, p.recipient_account_id, p.aws_region, o.failed, o.error_code, e.event_id
  FROM action a CROSS JOIN event e ON e.action_id = a.id JOIN place p ON p.id = e.place_id JOIN outcome o ON o.id = e.outcome_id
  WHERE a.event_source = 'cloudtrail.amazonaws.com' AND a.event_name IN ${list(CHANGES)} ORDER BY e.event_time_ms, e.id`,
  ) as unknown as ChangeTuple[]
  if (rows.length === 0) return []
  const directory = new PrincipalDirectory(db)
  return rows.map(([row, ms, name, identity, account, region, failed, errorCode, eventId]) => ({
    time: timeText(ms),
    event_name: name,
    principal: directory.principalOf(identity).label,
    account_id: account,
    aws_region: region,
    trail: trailOf(db, row),
    error_code: failed === 1 ? (errorCode ?? '(no code)') : null,
    event_id: eventId,
  }))
}

function trailOf(db: Connection, row: number): string | null {
  const found = readTuples(
    db,
    sql`SELECT coalesce(r.arn, r.name) FROM event_resource x JOIN resource r ON r.id = x.resource_id
  WHERE ${usesOf(String(row))} AND r.type IN ('AWS::CloudTrail::Trail', 'AWS::CloudTrail::EventDataStore')
  ORDER BY x.role_id, r.derived, r.arn LIMIT 1`,
  )
  const [[trail] = []] = found
  return typeof trail === 'string' ? trail : null
}

/** CloudTrail's own writes to a bucket, if the bucket's data events are recorded. */
export const OWN_WRITES = sql`e.action_id IN (SELECT id FROM action WHERE event_source = 's3.amazonaws.com' AND event_name = 'PutObject')
  AND e.identity_id IN (SELECT id FROM identity WHERE principal_key = 'service:cloudtrail.amazonaws.com')`

export function failedDeliveries(db: Connection, window: TimeWindow): FailedDelivery[] {
  const tests = [OWN_WRITES, sql`e.outcome_id <> 0`, ...inWindow('e.event_time_ms', window)]
  const rows = readTuples(
    db,
    sql`SELECT o.error_code, count(*), min(e.event_time_ms), max(e.event_time_ms)
  FROM event e JOIN outcome o ON o.id = e.outcome_id WHERE ${and(tests)} GROUP BY 1 ORDER BY 2 DESC, 1`,
  ) as [string | null, number, number | null, number | null][]
  return rows.map(([error_code, times, first, last]) => ({
    error_code,
    times,
    first_seen: timeText(first),
    last_seen: timeText(last),
  }))
}
