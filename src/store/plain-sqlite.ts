/**
 * The fallback for what we write by hand: SQLite's own INSERT and FTS5's own index produce the same case, more slowly.
 * FTS5's structures are undocumented, so they are only written for versions that were tested.
 */
import type { Connection } from './connection.js'
import { hasKnownStructure, WORKER_TEXTS } from './text-segments.js'

export interface PlainSqlite {
  /** Rows of shards are inserted, not written as pages. */
  readonly rows: boolean
  /** FTS5 indexes the full text in the case, instead of workers making segments. */
  readonly text: boolean
}

/** Versions of SQLite whose FTS5 passed the test of the segments. */
export const KNOWN_SQLITE: ReadonlySet<string> = new Set(['3.53.2'])

/** @param asked by the user: COLDTRAIL_PLAIN_SQLITE. */
export function plainSqliteFor(db: Connection, asked: boolean): PlainSqlite {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string
  const isKnown = KNOWN_SQLITE.has(version) && WORKER_TEXTS.every((name) => hasKnownStructure(db, name))
  return { rows: asked, text: asked || !isKnown }
}
