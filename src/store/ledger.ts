/** Totals of a run: what was found is indexed, known, skipped or rejected, and the sums agree. */
import type { LedgerTotals, OtherRows, RecordLedger, SourceLedger } from '../model/ledger.js'
import type { FoundFile, PathHints, SkippedPath } from '../model/source.js'
import type { Connection } from './connection.js'
import { neighbourPatterns } from './neighbour-patterns.js'

/** The bytes that the case holds. Each look-up uses an index, however many sources share the bytes. */
export class KnownSources {
  readonly #original
  readonly #same

  constructor(db: Connection) {
    this.#original = db
      .prepare<[string], number>(
        `SELECT id FROM source WHERE sha256 = ? AND status = 'indexed' AND member IS NULL LIMIT 1`,
      )
      .pluck()
    this.#same = db.prepare(
      `SELECT 1 FROM source WHERE sha256 = ? AND status IN ('indexed', 'duplicate', 'neighbour', 'rejected') AND path = ? AND path_hex IS ?
       AND member IS NULL`,
    )
  }

  /** The source that was indexed with these bytes. */
  original(sha256: string): number | undefined {
    return this.#original.get(sha256)
  }

  /** Whether these bytes are recorded under this path. */
  has({ path, pathHex }: FoundFile, sha256: string): boolean {
    return this.#same.get(sha256, path, pathHex ?? null) !== undefined
  }
}

/** Members of a container that the case holds: an interrupted run continues after them. */
export function membersOf(db: Connection, containerSha256: string): Set<string> {
  const names = db
    .prepare('SELECT member FROM source WHERE container_sha256 = ?')
    .pluck()
    .all(containerSha256)
  return new Set(names as string[])
}

export interface Copy {
  readonly file: FoundFile
  readonly hints: PathHints
  readonly sha256: string
  /** source.id */
  readonly of: number
}

type FoundCounts = Pick<SourceLedger, 'found' | 'alreadyIndexed' | 'skipped'>

/** Of one run, or of the whole case. */
export function recordLedger(db: Connection, runId?: number): RecordLedger {
  return db
    .prepare(
      `SELECT coalesce(sum(records), 0) AS found, coalesce(sum(events), 0) AS events, coalesce(sum(duplicates), 0) AS duplicates,
       coalesce(sum(replaced), 0) AS replaced, coalesce(sum(rejected), 0) AS rejected FROM source WHERE run_id = @runId OR @runId IS NULL`,
    )
    .get({ runId: runId ?? null }) as RecordLedger
}

/** Of one run, or of the whole case. */
export function otherRows(db: Connection, runId?: number): OtherRows {
  return db
    .prepare(
      `SELECT coalesce(sum(other_rows) FILTER (WHERE shape = 's3-access-log'), 0) AS access_log_lines,
       coalesce(sum(other_rows) FILTER (WHERE shape IS NOT 's3-access-log'), 0) AS aggregated_events
       FROM source WHERE run_id = @runId OR @runId IS NULL`,
    )
    .get({ runId: runId ?? null }) as OtherRows
}

export class Ledger {
  readonly #db: Connection
  readonly #runId: number

  constructor(db: Connection, runId: number) {
    this.#db = db
    this.#runId = runId
  }

  /** Removes paths that could not be walked before and can be now. */
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
    this.#db.transaction(() => {
      for (const path of paths) if (isReadable(path)) forget.run(path)
    })()
  }

  nextSourceId(): number {
    return (this.#db.prepare('SELECT coalesce(max(id), 0) + 1 AS id FROM source').get() as { id: number }).id
  }

  /** Paths that were never read; each replaces the row of an earlier run. */
  addSkippedPaths(skipped: readonly SkippedPath[]): void {
    const forget = this.#db.prepare('DELETE FROM problem WHERE source_id IS NULL AND path = ?')
    const add = this.#db.prepare('INSERT INTO problem (run_id, kind, path, detail) VALUES (?, ?, ?, ?)')
    this.#db.transaction(() => {
      for (const { path } of skipped) forget.run(path)
      for (const { kind, path, detail } of skipped) add.run(this.#runId, kind, path, detail)
    })()
  }

  /** Same bytes as a source of an earlier run, under a new name. */
  addCopies(copies: readonly Copy[]): void {
    const add = this.#db.prepare(
      `INSERT INTO source (run_id, path, path_hex, size, mtime_ms, sha256, content_size, content_sha256, kind, shape, status,
         duplicate_of, storage, gzip_members, trailing_bytes, records, events, duplicates, replaced, rejected, row_digest,
         path_account_id, path_region, path_delivered_ms, other_rows)
       SELECT ?, ?, ?, ?, ?, ?, content_size, content_sha256, kind, shape, 'duplicate', id, 'none', gzip_members, trailing_bytes,
         records, 0, records - rejected, 0, rejected, row_digest, ?, ?, ?, 0 FROM source WHERE id = ?`,
    )
    this.#db.transaction(() => {
      for (const { file, sha256, of, hints } of copies) {
        const { path, pathHex, size, mtimeMs } = file
        const { accountId, region, deliveredAt } = hints
        const claims = [accountId ?? null, region ?? null, deliveredAt ?? null]
        add.run(this.#runId, path, pathHex ?? null, size, Math.trunc(mtimeMs), sha256, ...claims, of)
      }
    })()
  }

  /** Adds what rows do not record: what was found, and what left no row. */
  totals(run: { readonly files: FoundCounts; readonly members: FoundCounts }): LedgerTotals {
    const unread = this.#count(
      `SELECT 'rejected' AS name, count(*) AS n FROM problem WHERE run_id = ? AND source_id IS NULL`,
    )
    const files = this.#sources('member IS NULL', run.files)
    return {
      files: { ...files, rejected: files.rejected + (unread['rejected'] ?? 0) },
      members: this.#sources('member IS NOT NULL', run.members),
      records: recordLedger(this.#db, this.#runId),
      others: otherRows(this.#db, this.#runId),
      families: this.#count(
        `SELECT shape AS name, count(*) AS n FROM source WHERE run_id = ? AND status = 'neighbour' GROUP BY 1 ORDER BY 1`,
      ),
      exclude: neighbourPatterns(this.#db, this.#runId),
      problems: this.#count('SELECT kind AS name, count(*) AS n FROM problem WHERE run_id = ? GROUP BY 1'),
    }
  }

  #sources(which: string, { found, alreadyIndexed, skipped }: FoundCounts): SourceLedger {
    const status = this.#count(
      `SELECT status AS name, count(*) AS n FROM source WHERE run_id = ? AND ${which} GROUP BY 1`,
    )
    const { indexed = 0, duplicate = 0, neighbour = 0, rejected = 0 } = status
    return { found, indexed, duplicate, alreadyIndexed, neighbours: neighbour, skipped, rejected }
  }

  #count(sql: string): Record<string, number> {
    const rows = this.#db.prepare(sql).all(this.#runId) as { name: string; n: number }[]
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]))
  }
}
