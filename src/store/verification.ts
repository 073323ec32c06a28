/** Stores and reads the results of digest validation. */
import { hash } from 'node:crypto'
import type {
  CheckedFile,
  DigestGap,
  FileState,
  SignedState,
  VerificationCounts,
  VerificationInfo,
} from '../model/verification.js'
import type { Connection } from './connection.js'
import { digestRows } from './table-digest.js'
import { createVerificationTables, VERIFICATION } from './verification-schema.js'

export interface VerificationOutcome {
  readonly counts: VerificationCounts
  readonly gaps: readonly DigestGap[]
  readonly statement: readonly string[]
}

export class VerificationWriter {
  readonly #db: Connection
  readonly #id: number
  readonly #insert

  constructor(
    db: Connection,
    start: { readonly toolVersion: string; readonly keysSha256: readonly string[] },
  ) {
    this.#db = db
    createVerificationTables(db)
    const begun = db
      .prepare('INSERT INTO verification (started, tool_version, keys_sha256) VALUES (?, ?, ?)')
      .run(new Date().toISOString(), start.toolVersion, JSON.stringify(start.keysSha256))
    this.#id = Number(begun.lastInsertRowid)
    this.#insert = db.prepare('INSERT INTO verification_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  }

  add(files: readonly CheckedFile[]): void {
    this.#db.transaction(() => {
      for (const { kind, source_id, key, state, reason, digest_source_id, fingerprint } of files) {
        this.#insert.run(this.#id, kind, source_id, key, state, reason, digest_source_id, fingerprint)
      }
    })()
  }

  finish({ counts, gaps, statement }: VerificationOutcome): void {
    const set = this.#db.prepare(
      'UPDATE verification SET finished = ?, counts = ?, gaps = ?, statement = ? WHERE id = ?',
    )
    const seal = this.#db.prepare('UPDATE verification SET row_hash = ? WHERE id = ?')
    const texts = [counts, gaps, statement].map((value) => JSON.stringify(value))
    this.#db.transaction(() => {
      set.run(new Date().toISOString(), ...texts, this.#id)
      seal.run(verificationHash(this.#db, this.#id), this.#id)
    })()
  }
}

/** Covers the results of a validation and the previous hash, so that a changed or removed result is found. */
export function verificationHash(db: Connection, id: number): string {
  const previous = db
    .prepare(
      'SELECT row_hash FROM verification WHERE id < ? AND finished IS NOT NULL ORDER BY id DESC LIMIT 1',
    )
    .pluck()
    .get(id) as string | null | undefined
  const columns = VERIFICATION.columns.map(({ name }) => name).filter((name) => name !== 'row_hash')
  const row = digestRows(db, `SELECT ${columns.join(', ')} FROM verification WHERE id = ?`, id)
  const files = digestRows(db, 'SELECT * FROM verification_file WHERE run = ? ORDER BY rowid', id)
  return hash('sha256', JSON.stringify([previous ?? null, row, files]))
}

/** The newest finished validation, or null. One with keys takes precedence over one without. */
export function latestVerification(db: Connection): VerificationInfo | null {
  if (!hasVerifications(db)) return null
  const row = db.prepare(`SELECT * FROM verification WHERE finished IS NOT NULL ${NEWEST}`).get() as
    | {
        id: number
        finished: string
        tool_version: string
        keys_sha256: string
        counts: string
        gaps: string
        statement: string
      }
    | undefined
  if (row === undefined) return null
  return {
    id: row.id,
    finished: row.finished,
    tool_version: row.tool_version,
    keys_sha256: JSON.parse(row.keys_sha256) as string[],
    counts: JSON.parse(row.counts) as VerificationCounts,
    gaps: JSON.parse(row.gaps) as DigestGap[],
    statement: JSON.parse(row.statement) as string[],
  }
}

const NEWEST = "ORDER BY keys_sha256 <> '[]' DESC, id DESC LIMIT 1"

/** Result of the newest validation that covered this source; null if none did. */
export function signedState(db: Connection, sourceId: number): SignedState | null {
  if (!hasVerifications(db)) return null
  const row = db
    .prepare(
      `SELECT f.state, f.reason, f.s3_key AS key, f.fingerprint, v.finished,
         (SELECT d.s3_key FROM verification_file d WHERE d.source_id = f.digest_source_id AND d.run = f.run AND d.kind <> 'log')
         AS digest_key
       FROM verification_file f JOIN verification v ON v.id = f.run
       WHERE f.source_id = ? AND v.finished IS NOT NULL ORDER BY v.keys_sha256 <> '[]' DESC, v.id DESC LIMIT 1`,
    )
    .get(sourceId)
  return (row as SignedState | undefined) ?? null
}

export interface DigestStates {
  /** End of the validation that applies to most of them. */
  readonly finished: string
  /** Whether there was anything signed to check against. */
  readonly hasDigests: boolean
  readonly of: (sourceId: number) => FileState | null
}

/** For many rows of few files; null without a finished validation. */
export function digestStates(db: Connection): DigestStates | null {
  const latest = latestVerification(db)
  if (latest === null) return null
  const { finished, counts } = latest
  const hasDigests = Object.keys({ ...counts.digest, ...counts['lake-sign'] }).length > 0
  const known = new Map<number, FileState | null>()
  const of = (sourceId: number): FileState | null => {
    const state = known.get(sourceId)
    if (state !== undefined) return state
    const read = signedState(db, sourceId)?.state ?? null
    known.set(sourceId, read)
    return read
  }
  return { finished, hasDigests, of }
}

/** By the location fields that `show` has. */
export function signedStateAt(
  db: Connection,
  place: { readonly source_path: string; readonly member: string | null; readonly sha256: string | null },
): SignedState | null {
  const id = db
    .prepare('SELECT id FROM source WHERE sha256 = ? AND path = ? AND member IS ? ORDER BY id LIMIT 1')
    .pluck()
    .get(place.sha256, place.source_path, place.member) as number | undefined
  return id === undefined ? null : signedState(db, id)
}

export function hasVerifications(db: Connection): boolean {
  return (
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'verification_file'").get() !==
    undefined
  )
}
