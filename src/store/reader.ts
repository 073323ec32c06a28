/** Runs statements against a case: the only contact of the read side with better-sqlite3. */
import type Database from 'better-sqlite3'
import { CaseError, damagedCase, EXIT } from '../model/case-error.js'
import type { Connection } from './connection.js'

export type Param = string | number | null

/** SQL with its bound values in order. */
export interface Statement {
  readonly sql: string
  readonly params: readonly Param[]
}

/** Compiled statements kept per case. */
const MOST_KEPT = 200
const kept = new WeakMap<Connection, Map<string, Database.Statement>>()

/**
 * Caches compiled statements: a walk repeats the same ones hundreds of times, and compiling takes 50 µs. Only for
 * statements that are read to their end.
 */
function prepared<Row>(
  db: Connection,
  sql: string,
  mode: 'raw' | 'pluck',
): Database.Statement<unknown[], Row> {
  const known = kept.get(db) ?? new Map<string, Database.Statement>()
  kept.set(db, known)
  const key = `${mode} ${sql}`
  const statement = known.get(key) ?? db.prepare(sql)[mode]()
  if (known.size >= MOST_KEPT) known.clear()
  known.set(key, statement)
  return statement as unknown as Database.Statement<unknown[], Row>
}

/** Rows as arrays: half the time of objects if there are many columns. */
export function readTuples(db: Connection, { sql, params }: Statement): (string | number | null)[][] {
  return withCaseErrors(() => prepared<(string | number | null)[]>(db, sql, 'raw').all(...params))
}

/** No value of a record is longer, and index writes none of more than a record. */
export const MOST_TEXT = 64 * 1024 * 1024
/** From here on equal texts are kept once. */
const LONG_TEXT = 4096

/**
 * As readTuples, for rows with many texts, of which one that is long can be that of every row: a user agent of 30 MB in each
 * of a batch would take all memory. @throws CaseError exit 12 for a text that index cannot have written.
 */
export function readWideTuples(db: Connection, { sql, params }: Statement): (string | number | null)[][] {
  return withCaseErrors(() => {
    const long = new Map<string, string>()
    const rows: (string | number | null)[][] = []
    const statement = prepared<(string | number | null)[]>(db, sql, 'raw')
    for (const row of statement.iterate(...params)) {
      for (const [at, value] of row.entries())
        if (typeof value === 'string' && value.length > LONG_TEXT) row[at] = sharedText(value, long)
      rows.push(row)
    }
    return rows
  })
}

function sharedText(value: string, long: Map<string, string>): string {
  if (value.length > MOST_TEXT)
    throw damagedCase(`the case file is damaged: it has a text of ${value.length} characters in one column`)
  const known = long.get(value)
  if (known === undefined) long.set(value, value)
  return known ?? value
}

/** The first column of every row. */
export function readColumn<Value>(db: Connection, { sql, params }: Statement): Value[] {
  return withCaseErrors(() => prepared<Value>(db, sql, 'pluck').all(...params))
}

/** The first column of the first row; null without rows. */
export function readNumber(db: Connection, statement: Statement): number | null {
  return readColumn<number | null>(db, statement)[0] ?? null
}

/** The first column of every row, lazily. Other reads are possible meanwhile; the snapshot is kept until the end. */
export function* iterateColumn<Value>(db: Connection, { sql, params }: Statement): Generator<Value> {
  const rows = withCaseErrors(() =>
    db
      .prepare<unknown[], Value>(sql)
      .pluck()
      .iterate(...params),
  )
  try {
    for (
      let next = withCaseErrors(() => rows.next());
      next.done !== true;
      next = withCaseErrors(() => rows.next())
    )
      yield next.value
  } finally {
    rows.return?.()
  }
}

/** Indexes that the case has now: most are missing during a load. */
export function readIndexNames(db: Connection): ReadonlySet<string> {
  return new Set(
    readColumn<string>(db, { sql: "SELECT name FROM sqlite_schema WHERE type = 'index'", params: [] }),
  )
}

/** `ready`, or the step of the index run, or null if the case has no state. */
export function readState(db: Connection): string | null {
  return (
    readColumn<string | null>(db, { sql: "SELECT value FROM meta WHERE key = 'state'", params: [] })[0] ??
    null
  )
}

function withCaseErrors<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw asCaseError(error)
  }
}

function asCaseError(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message: string }
  if (typeof code !== 'string') return error
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new CaseError('the case is busy: an index run is writing to it', {
      exit: EXIT.locked,
      hint: 'try again in a moment',
      cause: error,
    })
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return damagedCase(`the case file is damaged (${message})`, error)
  }
  return error
}
