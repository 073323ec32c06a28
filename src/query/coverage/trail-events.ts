/** Events that change what is recorded or kept, and deliveries that failed: what may explain a gap. */
import type { FailedDelivery, TrailEvent } from '../../model/coverage.js'
import type { Scope } from '../../model/question.js'
import { isJsonObject } from '../../model/record.js'
import { RESOURCE_ROLES, type ResourceRole } from '../../model/resource.js'
import type { Connection } from '../../store/open.js'
import { RecordReader } from '../../store/record-reader.js'
import { readTuples } from '../../store/reader.js'
import { inWindow } from '../plan/condition.js'
import { usesOf } from '../plan/event-use.js'
import { and, list, raw, sql } from '../plan/statement.js'
import { PrincipalDirectory } from '../principals/principal-directory.js'
import { CONTROL_CALLS } from '../summary/control-calls.js'
import { timeText } from '../summary/value-table.js'
import { inPlaces } from './event-places.js'
import { bucketOf } from './log-buckets.js'

/** Of any other bucket they are everyday work. */
const LOG_BUCKET_CALLS = [
  'DeleteBucket',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'PutBucketAcl',
  'PutBucketLifecycle',
  'PutBucketLifecycleConfiguration',
  'DeleteBucketLifecycle',
  'PutBucketVersioning',
  'PutBucketEncryption',
  'DeleteBucketEncryption',
  'PutBucketReplication',
  'DeleteBucketReplication',
  'PutBucketObjectLockConfiguration',
].map((name) => `s3:${name}`)

const CHANGES: ReadonlySet<string> = new Set([...CONTROL_CALLS.recording, ...LOG_BUCKET_CALLS])
const ONLY_LOG_BUCKETS: ReadonlySet<string> = new Set(LOG_BUCKET_CALLS)

/** What they ask for is shown: selectors, the settings of a trail, a policy, a lifecycle. */
const WITH_CONTENT: ReadonlySet<string> = new Set([
  ...['CreateTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors'].map((name) => `cloudtrail:${name}`),
  ...['CreateEventDataStore', 'UpdateEventDataStore'].map((name) => `cloudtrail:${name}`),
  'bedrock:PutModelInvocationLoggingConfiguration',
  ...LOG_BUCKET_CALLS,
])

/** Roles of what a call changes; its caller's key and what it only mentions are no targets. */
const CHANGED = raw(['target', 'created'].map((role) => RESOURCE_ROLES.indexOf(role as ResourceRole)).join(', '))

/** What is in a column of its own, or says nothing. */
const NAMES: ReadonlySet<string> = new Set(['trailName', 'name', 'bucketName', 'Host'])

type ChangeTuple = readonly [
  row: number,
  ms: number | null,
  source: string,
  name: string,
  stem: string,
  identity: number,
  account: string | null,
  region: string | null,
  failed: number,
  errorCode: string | null,
  eventId: string,
  sourceId: number,
  offset: number,
  length: number,
  locator: string | null,
]

/** In order of time; failed attempts too. */
export function trailEvents(db: Connection, buckets: ReadonlySet<string>): TrailEvent[] {
  const sources = [...new Set([...CHANGES].map((call) => `${call.split(':', 1)[0] ?? ''}.amazonaws.com`))]
  const names = [...new Set([...CHANGES].map((call) => call.slice(call.indexOf(':') + 1)))]
  const rows = readTuples(
    db,
    sql`SELECT e.id, e.event_time_ms, a.event_source, a.event_name, a.event_name_stem, e.identity_id, p.recipient_account_id, p.aws_region,
  o.failed, o.error_code, e.event_id, e.source_id, e.record_offset, e.record_length, e.locator
  FROM action a CROSS JOIN event e ON e.action_id = a.id JOIN place p ON p.id = e.place_id JOIN outcome o ON o.id = e.outcome_id
  WHERE a.event_source IN ${list(sources)} AND a.event_name_stem IN ${list(names)} ORDER BY e.event_time_ms, e.id`,
  ) as unknown as ChangeTuple[]
  const reader = new Changes(db, buckets)
  return rows.flatMap((row) => reader.event(row) ?? [])
}

class Changes {
  readonly #db: Connection
  readonly #buckets: ReadonlySet<string>
  readonly #records: RecordReader
  #directory: PrincipalDirectory | undefined

  constructor(db: Connection, buckets: ReadonlySet<string>) {
    this.#db = db
    this.#buckets = buckets
    this.#records = new RecordReader(db)
  }

  /** Null for one that is no change of what is recorded. */
  event(tuple: ChangeTuple): TrailEvent | null {
    const [row, ms, source, name, stem, identity, account, region, failed, errorCode, eventId] = tuple
    const call = `${source.split('.', 1)[0] ?? ''}:${stem}`
    if (!CHANGES.has(call)) return null
    const targets = this.#targets(row)
    const bucket = targets.find(({ type }) => type === 'AWS::S3::Bucket')?.name
    if (ONLY_LOG_BUCKETS.has(call) && (bucket === undefined || !this.#buckets.has(bucketOf(bucket)))) return null
    this.#directory ??= new PrincipalDirectory(this.#db)
    return {
      time: timeText(ms),
      event_source: source,
      event_name: name,
      principal: this.#directory.principalOf(identity).label,
      account_id: account,
      aws_region: region,
      trail: targets.find(({ type }) => TRAILS.has(type ?? ''))?.name ?? null,
      target: targets[0]?.name ?? null,
      error_code: failed === 1 ? (errorCode ?? '(no code)') : null,
      content: WITH_CONTENT.has(call) ? this.#content(tuple) : null,
      event_id: eventId,
    }
  }

  #targets(row: number): { readonly type: string | null; readonly name: string }[] {
    const found = readTuples(
      this.#db,
      sql`SELECT r.type, coalesce(r.arn, r.name) FROM event_resource x JOIN resource r ON r.id = x.resource_id
  WHERE ${usesOf(String(row))} AND x.role_id IN (${CHANGED}) AND coalesce(r.arn, r.name) IS NOT NULL ORDER BY x.role_id, r.derived, r.arn`,
    ) as [string | null, string][]
    return found.map(([type, name]) => ({ type, name }))
  }

  /** Null where the record does not have it, or cannot be read. */
  #content(tuple: ChangeTuple): string | null {
    const [sourceId, offset, length, locator] = tuple.slice(11) as [number, number, number, string | null]
    try {
      const record: unknown = JSON.parse(this.#records.read(sourceId, offset, length, locator).toString('utf8'))
      const parameters = isJsonObject(record) ? record['requestParameters'] : null
      if (!isJsonObject(parameters)) return null
      const asked = Object.entries(parameters).filter(([key, value]) => !NAMES.has(key) && value !== '' && value !== null)
      return asked.length === 0 ? null : JSON.stringify(Object.fromEntries(asked))
    } catch {
      return null
    }
  }
}

const TRAILS: ReadonlySet<string> = new Set(['AWS::CloudTrail::Trail', 'AWS::CloudTrail::EventDataStore'])

const CLOUDTRAIL = 'service:cloudtrail.amazonaws.com'
const PUT_OBJECT = sql`e.action_id IN (SELECT id FROM action WHERE event_source = 's3.amazonaws.com' AND event_name = 'PutObject')`

/** CloudTrail's own writes to a bucket, when data events of the bucket are recorded. */
export const OWN_WRITES = sql`${PUT_OBJECT} AND e.identity_id IN (SELECT id FROM identity WHERE principal_key = ${CLOUDTRAIL})`

type FailedTuple = readonly [
  key: string,
  arn: string | null,
  errorCode: string | null,
  times: number,
  firstMs: number | null,
  lastMs: number | null,
]

/** CloudTrail's own to any bucket; those of other services to the buckets where logs are kept. */
export function failedDeliveries(
  db: Connection,
  scope: Scope,
  buckets: ReadonlySet<string>,
): FailedDelivery[] {
  const tests = [
    PUT_OBJECT,
    sql`e.identity_id IN (SELECT id FROM identity WHERE principal_key GLOB 'service:*')`,
    sql`e.outcome_id <> 0`,
    ...inWindow('e.event_time_ms', scope.window),
    ...inPlaces(scope),
  ]
  const rows = readTuples(
    db,
    sql`SELECT i.principal_key, (SELECT r.arn FROM event_resource x JOIN resource r ON r.id = x.resource_id
    WHERE ${usesOf('e.id')} AND r.type = 'AWS::S3::Bucket' LIMIT 1) AS bucket, o.error_code, count(*), min(e.event_time_ms), max(e.event_time_ms)
  FROM event e JOIN outcome o ON o.id = e.outcome_id JOIN identity i ON i.id = e.identity_id WHERE ${and(tests)} GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3`,
  ) as unknown as FailedTuple[]
  return rows.flatMap(([key, arn, error_code, times, first, last]) => {
    const bucket = arn === null ? null : bucketOf(arn)
    if (key !== CLOUDTRAIL && (bucket === null || !buckets.has(bucket))) return []
    const seen = { first_seen: timeText(first), last_seen: timeText(last) }
    return [{ service: key.slice('service:'.length), bucket, error_code, times, ...seen }]
  })
}
