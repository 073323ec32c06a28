/** The buckets that logs are delivered to, as far as the archive names them. */
import type { Connection } from '../../store/open.js'
import { readColumn } from '../../store/reader.js'
import { usesOf } from '../plan/event-use.js'
import { list, sql } from '../plan/statement.js'
import type { Digest } from './digest-files.js'

const TRAIL_CALLS = ['CreateTrail', 'UpdateTrail', 'GetTrail', 'DescribeTrails']

/** By calls about trails, by names of delivered objects, by digests and by notices. */
export function logBuckets(db: Connection, digests: readonly Digest[]): ReadonlySet<string> {
  const ofTrails = readColumn<string>(
    db,
    sql`SELECT DISTINCT r.arn FROM action a CROSS JOIN event e ON e.action_id = a.id CROSS JOIN event_resource x ON ${usesOf('e.id')}
  CROSS JOIN resource r ON r.id = x.resource_id
  WHERE a.event_source = 'cloudtrail.amazonaws.com' AND a.event_name IN ${list(TRAIL_CALLS)} AND r.type = 'AWS::S3::Bucket' AND r.arn IS NOT NULL`,
  )
  const ofObjects = readColumn<string>(
    db,
    sql`SELECT DISTINCT substr(arn, 1, instr(arn, '/')) FROM resource WHERE arn GLOB 'arn:aws*:s3:::*/AWSLogs/*/CloudTrail*'`,
  )
  const ofNotices = readColumn<string>(db, sql`SELECT DISTINCT bucket FROM notice WHERE bucket IS NOT NULL`)
  return new Set([
    ...[...ofTrails, ...ofObjects].map(bucketOf),
    ...digests.flatMap(({ bucket }) => bucket ?? []),
    ...ofNotices,
  ])
}

/** Of the ARN of a bucket, or of an object in it. */
export function bucketOf(arn: string): string {
  return arn.slice(arn.indexOf(':::') + 3).split('/', 1)[0] ?? ''
}
