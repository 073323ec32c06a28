/** The objects of CloudTrail that an archive holds, by their own names: in files, and in members of zip and tar. */
import { readTrailName } from '../../model/trail-name.js'
import { isoTime } from '../../model/time.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { sql } from '../plan/statement.js'

export interface DeliveredObject {
  readonly object: string
  readonly accountId: string
  /** CloudTrail, CloudTrail-Digest, CloudTrail-Insight, … */
  readonly family: string
  readonly region: string
  /** For a digest: TRAIL_HOMEREGION. */
  readonly trail: string | null
  /** null for a time that does not exist. */
  readonly deliveredMs: number | null
  /** Same as UTC text. */
  readonly delivered: string | null
}

/** Null for names that CloudTrail does not give. */
export function readDelivered(path: string): DeliveredObject | null {
  const name = readTrailName(path)
  if (name === null) return null
  const { object, accountId, family, region, trail, deliveredAt } = name
  const delivered = deliveredAt === undefined ? null : isoTime(deliveredAt)
  return { object, accountId, family, region, trail, deliveredMs: deliveredAt ?? null, delivered }
}

export interface ArchiveFile {
  /** Its copies, too. */
  readonly sourceIds: number[]
  /** Of the source that has its bytes. */
  readonly contentId: number
  /** Of a member with its name. */
  readonly path: string
  /** Null when it could not be read. */
  readonly kind: string | null
  readonly name: DeliveredObject | null
}

type SourceTuple = [id: number, contentId: number, path: string, member: string | null, kind: string | null, isRead: number]

/** Files that were given, readable or not; copies of one object once. */
export function readArchiveFiles(db: Connection): ArchiveFile[] {
  const rows = readTuples(
    db,
    sql`SELECT id, coalesce(duplicate_of, id), path, member, kind, status IN ('indexed', 'duplicate') FROM source ORDER BY id`,
  ) as SourceTuple[]
  const byName = new Map<string, ArchiveFile>()
  for (const [id, contentId, path, member, kind, isRead] of rows) {
    const name = readDelivered(member ?? path)
    const file = {
      sourceIds: [id],
      contentId,
      path: member === null ? path : `${path}/${member}`,
      kind: isRead === 1 ? kind : null,
      name,
    }
    // Only names that CloudTrail gave are unique; two files called logs.json are two files.
    const key = name?.object ?? `\n${id}`
    const known = byName.get(key)
    // A copy may be sound where the other is not.
    const isBetter = known === undefined || (known.kind === null && file.kind !== null)
    if (isBetter) byName.set(key, { ...file, sourceIds: [...(known?.sourceIds ?? []), id] })
    else known.sourceIds.push(id)
  }
  return [...byName.values()]
}
