/** The accounts of a run: what was found is indexed, known, skipped or rejected, and the sums agree. */
import type { FoundFile, SkippedPath } from '../model/source.js'
import type { Connection } from './open.js'

export interface LedgerTotals {
  files: {
    found: number
    indexed: number
    duplicate: number
    alreadyIndexed: number
    skipped: number
    rejected: number
  }
  records: { found: number; events: number; duplicates: number; rejected: number }
  problems: Record<string, number>
}

export interface KnownSource {
  readonly id: number
  readonly path: string
  readonly status: string
}

export function findBySha256(db: Connection, sha256: string): KnownSource[] {
  return db
    .prepare('SELECT id, path, status FROM source WHERE sha256 = ? AND member IS NULL')
    .all(sha256) as KnownSource[]
}

/** Members of a container that the case holds: a run that was cut short goes on behind them. */
export function membersOf(db: Connection, containerSha256: string): Set<string> {
  const names = db
    .prepare('SELECT member FROM source WHERE container_sha256 = ?')
    .pluck()
    .all(containerSha256)
  return new Set(names as string[])
}

export class Ledger {
  readonly #db: Connection
  readonly #runId: number

  constructor(db: Connection, runId: number) {
    this.#db = db
    this.#runId = runId
  }

  /** Paths that could not be walked before, and can be now. */
  forgetMended(isReadable: (path: string) => boolean): void {
    const paths = this.#db
      .prepare<unknown[], string>(
        "SELECT DISTINCT path FROM problem WHERE source_id IS NULL AND kind = 'unreadable'",
      )
      .pluck()
      .all()
    const forget = this.#db.prepare(
      "DELETE FROM problem WHERE source_id IS NULL AND kind = 'unreadable' AND path = ?",
    )
    for (const path of paths) if (isReadable(path)) forget.run(path)
  }

  nextSourceId(): number {
    return (this.#db.prepare('SELECT coalesce(max(id), 0) + 1 AS id FROM source').get() as { id: number }).id
  }

  /** A path that was never read. Found again in a later run it is told once, not once more. */
  addSkippedPath(skipped: SkippedPath): void {
    this.#db.prepare('DELETE FROM problem WHERE source_id IS NULL AND path = ?').run(skipped.path)
    this.#db
      .prepare('INSERT INTO problem (run_id, kind, path, detail) VALUES (?, ?, ?, ?)')
      .run(this.#runId, skipped.kind, skipped.path, skipped.detail)
  }

  /** The same bytes as a source of an earlier run, under a new name. */
  addCopy(copy: { file: FoundFile; sha256: string; of: number }): void {
    const { file, sha256, of } = copy
    this.#db
      .prepare(
        `INSERT INTO source (run_id, path, path_hex, size, mtime_ms, sha256, content_size, content_sha256, kind, shape, status,
           duplicate_of, storage, gzip_members, trailing_bytes, records, events, duplicates, rejected, row_digest)
         SELECT ?, ?, ?, ?, ?, ?, content_size, content_sha256, kind, shape, 'duplicate', id, 'none', gzip_members, trailing_bytes,
           records, 0, records - rejected, rejected, row_digest FROM source WHERE id = ?`,
      )
      .run(this.#runId, file.path, file.pathHex ?? null, file.size, Math.trunc(file.mtimeMs), sha256, of)
  }

  totals(run: {
    found: number
    skippedByDate: number
    alreadyIndexed: number
    notReached: number
  }): LedgerTotals {
    const status = this.#count(`SELECT status AS name, count(*) AS n FROM source WHERE run_id = ? GROUP BY 1`)
    const unread = this.#count(
      `SELECT 'rejected' AS name, count(*) AS n FROM problem WHERE run_id = ? AND source_id IS NULL`,
    )
    const records = this.#db
      .prepare(
        `SELECT coalesce(sum(records), 0) AS found, coalesce(sum(events), 0) AS events, coalesce(sum(duplicates), 0) AS duplicates,
         coalesce(sum(rejected), 0) AS rejected FROM source WHERE run_id = ?`,
      )
      .get(this.#runId) as LedgerTotals['records']
    return {
      files: {
        found: run.found,
        indexed: status['indexed'] ?? 0,
        duplicate: status['duplicate'] ?? 0,
        alreadyIndexed: run.alreadyIndexed,
        skipped: run.skippedByDate + run.notReached,
        rejected: (status['rejected'] ?? 0) + (unread['rejected'] ?? 0),
      },
      records,
      problems: this.#count('SELECT kind AS name, count(*) AS n FROM problem WHERE run_id = ? GROUP BY 1'),
    }
  }

  #count(sql: string): Record<string, number> {
    const rows = this.#db.prepare(sql).all(this.#runId) as { name: string; n: number }[]
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]))
  }
}
