/**
 * The way back from what is written by hand: SQLite's own INSERT and FTS5's own index give the same case, more slowly. FTS5's
 * structures are not documented, so they are only written where this version of them was tried.
 */
import type { Connection } from './connection.js'
import { hasKnownStructure, WORKER_TEXTS } from './text-segments.js'

export interface PlainSqlite {
  /** Rows of shards are inserted, not written as pages. */
  readonly rows: boolean
  /** Full text is indexed by FTS5 in the case, not made into segments by the workers. */
  readonly text: boolean
}

/** Versions of SQLite whose FTS5 the test of the segments has passed with. */
export const KNOWN_SQLITE: ReadonlySet<string> = new Set(['3.53.2'])

/** @param asked by the user: COLDTRAIL_PLAIN_SQLITE. */
export function plainSqliteFor(db: Connection, asked: boolean): PlainSqlite {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string
  const isKnown = KNOWN_SQLITE.has(version) && WORKER_TEXTS.every((name) => hasKnownStructure(db, name))
  return { rows: asked, text: asked || !isKnown }
}
