/** The files of an archive, according to their names. */
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { sql } from '../plan/statement.js'

/**
 * Name of a delivered object: account, family, region, time of delivery; for a digest also the trail and its home
 * region.
 */
const NAME =
  /(?:^|[^0-9])(\d{12})_(CloudTrail(?:-[A-Za-z]+)?)_([a-z]{2,6}(?:-[a-z]{2,10}){1,3}-\d{1,2})_(?:(.*)_)?(\d{8})T(\d{4})(\d\d)?Z/

export interface DeliveredName {
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

/** null for names not given by CloudTrail. */
export function readDeliveredName(path: string): DeliveredName | null {
  const [, accountId, family, region, trail = null, date = '', minutes = '', seconds = '00'] =
    NAME.exec(fileName(path)) ?? []
  if (accountId === undefined || family === undefined || region === undefined) return null
  const text = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${minutes.slice(0, 2)}:${minutes.slice(2)}:${seconds}Z`
  const time = Date.parse(text)
  const exists = !Number.isNaN(time)
  return {
    accountId,
    family,
    region,
    trail,
    deliveredMs: exists ? time : null,
    delivered: exists ? text : null,
  }
}

export interface ArchiveFile {
  readonly id: number
  readonly path: string
  readonly kind: string | null
  readonly name: DeliveredName | null
}

/** Files found, readable or not; copies under one name count once. */
export function readArchiveFiles(db: Connection): ArchiveFile[] {
  const rows = readTuples(db, sql`SELECT id, path, kind FROM source WHERE member IS NULL ORDER BY id`) as [
    number,
    string,
    string | null,
  ][]
  const byName = new Map<string, ArchiveFile>()
  for (const [id, path, kind] of rows) {
    const name = readDeliveredName(path)
    // Only names given by CloudTrail are unique; two files called logs.json are two files.
    const key = name === null ? `\n${id}` : sameName(path)
    const known = byName.get(key)
    // One copy may be intact and another not.
    if (known === undefined || (known.kind === null && kind !== null))
      byName.set(key, { id, path, kind, name })
  }
  return [...byName.values()]
}

/** The name identifies a file: its 16 random characters are unique. Unpacked files have lost their .gz. */
export function sameName(path: string): string {
  const name = fileName(path)
  return name.endsWith('.gz') ? name.slice(0, -3) : name
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
