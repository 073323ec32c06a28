/** Runs statements against a case: the only place where the read side meets better-sqlite3. */
import { CaseError, EXIT } from '../model/case-error.js'
import type { Connection } from './open.js'

export type Param = string | number | null

/** SQL with its bound values, in order. */
export interface Statement {
  readonly sql: string
  readonly params: readonly Param[]
}

/** Rows as arrays of values: half the time of objects, where there are many columns. */
export function readTuples(db: Connection, { sql, params }: Statement): (string | number | null)[][] {
  return told(() =>
    db
      .prepare<unknown[], (string | number | null)[]>(sql)
      .raw()
      .all(...params),
  )
}

/** The first column of every row. */
export function readColumn<Value>(db: Connection, { sql, params }: Statement): Value[] {
  return told(() =>
    db
      .prepare<unknown[], Value>(sql)
      .pluck()
      .all(...params),
  )
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
    return new CaseError(`the case file is damaged (${message})`, {
      exit: EXIT.verificationFailed,
      hint: 'see what is damaged with: coldtrail verify',
      cause: error,
    })
  }
  return error
}
