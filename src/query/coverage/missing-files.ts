/** Files that CloudTrail recorded as delivered and that are not in the archive. */
import type { MissingFile } from '../../model/coverage.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { readDelivered, type ArchiveFile } from './delivered-files.js'
import type { Digest } from './digest-files.js'
import { sql } from '../plan/statement.js'
import { OWN_WRITES } from './trail-events.js'
import { EVENT_OF_USE } from '../plan/event-use.js'

interface Naming {
  readonly key: string
  readonly namedBy: MissingFile['named_by']
  readonly evidence: string
}

/** Each file once, by the digest if both a digest and an event name it. Sorted by key. */
export function missingFiles(
  db: Connection,
  files: readonly ArchiveFile[],
  digests: readonly Digest[],
): MissingFile[] {
  const present = new Set(files.map(({ name }) => name?.object))
  const missing = new Map<string, MissingFile>()
  for (const { key, namedBy, evidence } of namings(db, digests)) {
    const claims = readDelivered(key)
    // Any other object under AWSLogs/ is not CloudTrail's: access logs, Config, …
    if (claims === null || present.has(claims.object) || missing.has(claims.object)) continue
    const { object, family, accountId: account_id, region: aws_region, delivered } = claims
    missing.set(object, { key, family, account_id, aws_region, delivered, named_by: namedBy, evidence })
  }
  return [...missing.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
}

function* namings(db: Connection, digests: readonly Digest[]): Generator<Naming> {
  for (const { keys, path } of digests)
    for (const key of keys) yield { key, namedBy: 'digest', evidence: path }
  for (const [arn, eventId] of ownWrites(db)) {
    // arn:aws:s3:::BUCKET/PREFIX/AWSLogs/…
    const key = arn.slice(arn.indexOf('/') + 1)
    yield { key, namedBy: 'PutObject event', evidence: eventId }
  }
  for (const [key, eventName, path] of notices(db)) {
    const evidence = eventName !== null && REMOVAL.test(eventName) ? `${path} (${eventName})` : path
    yield { key, namedBy: 'notice', evidence }
  }
}

const REMOVAL = /^(?:ObjectRemoved|Delete|Lifecycle)/

/** Of each key the first, but that it was removed before that it was written. */
function notices(db: Connection): [key: string, eventName: string | null, path: string][] {
  return readTuples(
    db,
    sql`SELECT n.object_key, n.event_name, s.path || coalesce('/' || s.member, '') FROM notice n JOIN source s ON s.id = n.source_id
  ORDER BY n.object_key, n.event_name GLOB 'ObjectCreated*', n.event_name IS NULL, n.id`,
  ) as [string, string | null, string][]
}

/**
 * In index order: by name, then by time. Few of a bucket's objects are log files, but all of CloudTrail's writes are.
 */
function ownWrites(db: Connection): [arn: string, eventId: string][] {
  return readTuples(
    db,
    sql`SELECT r.arn, e.event_id FROM (SELECT id, arn FROM resource WHERE arn GLOB 'arn:aws*:s3:::*/AWSLogs/*') r
  CROSS JOIN event_resource x ON x.resource_id = r.id CROSS JOIN event e ON e.id = ${EVENT_OF_USE}
  WHERE e.outcome_id = 0 AND ${OWN_WRITES}`,
  ) as [string, string][]
}
