/** The digests of an archive: hours covered and files listed. */
import type { Connection } from '../../store/open.js'
import { RecordReader } from '../../store/record-reader.js'
import { readTuples } from '../../store/reader.js'
import type { ArchiveFile } from './delivered-files.js'
import { sql } from '../plan/statement.js'

export interface Digest {
  readonly path: string
  readonly accountId: string
  readonly region: string
  /** That it says it lies in. */
  readonly bucket: string | null
  /** TRAIL_HOMEREGION. */
  readonly trail: string
  readonly startMs: number
  readonly endMs: number
  /** Keys of log files, and of the previous digest. */
  readonly keys: readonly string[]
  /** Whether the content was readable; else only the name is used. */
  readonly isRead: boolean
}

const HOUR = 3_600_000

/** Skips digests whose name and content are both unusable. */
export function readDigests(db: Connection, files: readonly ArchiveFile[]): Digest[] {
  const reader = new RecordReader(db)
  const sizes = new Map(
    readTuples(db, sql`SELECT id, content_size FROM source WHERE kind = 'digest'`) as [
      number,
      number | null,
    ][],
  )
  return files.flatMap((file) => {
    if (file.kind !== 'digest' && file.name?.family !== 'CloudTrail-Digest') return []
    const content = readContent(reader, file.contentId, sizes.get(file.contentId) ?? null)
    const digest = digestOf(file, content)
    return digest === null ? [] : [digest]
  })
}

/** null if the bytes are unavailable or not a digest: the rest of a damaged archive is still usable. */
function readContent(
  reader: RecordReader,
  sourceId: number,
  size: number | null,
): Readonly<Record<string, unknown>> | null {
  if (size === null) return null
  try {
    const value: unknown = JSON.parse(
      reader
        .read(sourceId, 0, size)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function digestOf(
  { path, name }: ArchiveFile,
  content: Readonly<Record<string, unknown>> | null,
): Digest | null {
  const endMs = timeOf(content?.['digestEndTime']) ?? name?.deliveredMs ?? null
  if (endMs === null || name === null) return null
  return {
    path,
    accountId: textOf(content?.['awsAccountId']) ?? name.accountId,
    region: name.region,
    bucket: textOf(content?.['digestS3Bucket']),
    trail: name.trail ?? '',
    startMs: timeOf(content?.['digestStartTime']) ?? endMs - HOUR,
    endMs,
    keys: content === null ? [] : keysOf(content),
    isRead: content !== null,
  }
}

function keysOf(content: Readonly<Record<string, unknown>>): string[] {
  const logs = content['logFiles']
  const named = Array.isArray(logs)
    ? logs.map((log: unknown) => (log as { s3Object?: unknown } | null)?.s3Object)
    : []
  return [...named, content['previousDigestS3Object']].filter((key) => typeof key === 'string')
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(time) ? null : time
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A time that no digest of a chain covers. */
export interface DigestGap {
  readonly chain: Digest
  readonly kind: 'pause' | 'ends early'
  readonly startMs: number
  readonly endMs: number
}

/** Consecutive digests meet to the second. */
const TOLERANCE = 60_000

/**
 * One chain per account, region and trail. A chain that ends before the others has lost its end, or its trail was
 * stopped.
 */
export function digestGaps(digests: readonly Digest[]): DigestGap[] {
  const newest = digests.reduce((latest, { endMs }) => Math.max(latest, endMs), -Infinity)
  return [...chainsOf(digests).values()].flatMap((chain) => {
    const gaps: DigestGap[] = []
    let last = chain[0]
    for (const digest of chain) {
      if (last !== undefined && digest.startMs > last.endMs + TOLERANCE) {
        gaps.push({ chain: last, kind: 'pause', startMs: last.endMs, endMs: digest.startMs })
      }
      if (last === undefined || digest.endMs > last.endMs) last = digest
    }
    // Regions write digests at different minutes of the hour: only two hours are certain.
    if (last !== undefined && newest - last.endMs >= 2 * HOUR) {
      gaps.push({ chain: last, kind: 'ends early', startMs: last.endMs, endMs: newest })
    }
    return gaps
  })
}

function chainsOf(digests: readonly Digest[]): Map<string, Digest[]> {
  const chains = new Map<string, Digest[]>()
  for (const digest of [...digests].sort(
    (one, other) => one.startMs - other.startMs || one.endMs - other.endMs,
  )) {
    const key = `${digest.accountId}/${digest.region}/${digest.trail}`
    const known = chains.get(key)
    if (known === undefined) chains.set(key, [digest])
    else known.push(digest)
  }
  return chains
}
