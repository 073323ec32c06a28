/** Runs statements against a case: the only place where the read side meets better-sqlite3. */
import type Database from 'better-sqlite3'
import { CaseError, damagedCase, EXIT } from '../model/case-error.js'
import type { Connection } from './connection.js'

export type Param = string | number | null

/** SQL with its bound values, in order. */
export interface Statement {
  readonly sql: string
  readonly params: readonly Param[]
}

/** So many statements are kept compiled for each case. */
const MOST_KEPT = 200
const kept = new WeakMap<Connection, Map<string, Database.Statement>>()

/** A walk asks the same things hundreds of times, and compiling takes 50 µs. For statements that are read to their end only. */
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

/** Rows as arrays of values: half the time of objects, where there are many columns. */
export function readTuples(db: Connection, { sql, params }: Statement): (string | number | null)[][] {
  return told(() => prepared<(string | number | null)[]>(db, sql, 'raw').all(...params))
}

/** The first column of every row. */
export function readColumn<Value>(db: Connection, { sql, params }: Statement): Value[] {
  return told(() => prepared<Value>(db, sql, 'pluck').all(...params))
}

/** The first column of the first row; null when there is no row. */
export function readNumber(db: Connection, statement: Statement): number | null {
  return readColumn<number | null>(db, statement)[0] ?? null
}

/** The first column of every row, as it is found. Reads stay possible meanwhile; the case stays as it is until the end. */
export function* iterateColumn<Value>(db: Connection, { sql, params }: Statement): Generator<Value> {
  const rows = told(() =>
    db
      .prepare<unknown[], Value>(sql)
      .pluck()
      .iterate(...params),
  )
  try {
    for (let next = told(() => rows.next()); next.done !== true; next = told(() => rows.next()))
      yield next.value
  } finally {
    rows.return?.()
  }
}

/** Indexes that the case has now: while a load runs, most are missing. */
export function readIndexNames(db: Connection): ReadonlySet<string> {
  return new Set(
    readColumn<string>(db, { sql: "SELECT name FROM sqlite_schema WHERE type = 'index'", params: [] }),
  )
}

/** `ready`, or what an index run is at, or null in a case that does not say. */
export function readState(db: Connection): string | null {
  return (
    readColumn<string | null>(db, { sql: "SELECT value FROM meta WHERE key = 'state'", params: [] })[0] ??
    null
  )
}

function told<Value>(read: () => Value): Value {
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
