/** Opens case files. A reader can not write by construction; a writer refuses what is not ours. */
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { APPLICATION_ID, FORMAT_MAJOR, PAGE_SIZE, USER_VERSION } from './format.js'
import { caseSchema, hasOurTable, schemaDifference } from './known-schema.js'
import { asNotInstalled } from './not-installed.js'

export type Connection = Database.Database

/**
 * @throws CaseError exit 10: missing, not SQLite, not a case, or newer than this version reads; exit 12: not as we make it.
 */
export function openReader(path: string): Connection {
  if (!existsSync(path)) {
    throw new CaseError(`no case file at ${path}`, {
      exit: EXIT.notACase,
      hint: `make one with: coldtrail index FOLDER --case ${path}`,
    })
  }
  if (!statSync(path).isFile()) {
    throw new CaseError(`${path} is not a file`, {
      exit: EXIT.notACase,
      hint: 'name the case file itself with --case',
    })
  }
  refuseWal(path)
  rollBack(path)
  const db = connect(path, { readonly: true, fileMustExist: true })
  try {
    db.pragma('query_only = ON')
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    checkIdentity(db, path)
    db.pragma('cache_size = -65536')
    db.pragma('temp_store = MEMORY')
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

/** A killed run leaves a journal that only a writer can roll back; while one is writing, SQLite leaves it alone. */
function rollBack(path: string): void {
  try {
    if (statSync(`${path}-journal`).size === 0) return
    const db = new Database(path, { fileMustExist: true, timeout: 0 })
    db.pragma('schema_version')
    db.close()
  } catch {
    // No journal, or no right to write: then the reader says what is wrong.
  }
}

/** Opens for writing, without creating. @throws CaseError exit 10 as openReader. */
export function openExistingWriter(path: string): Connection {
  refuseUnwritable(path)
  refuseWal(path)
  const db = connect(path, { fileMustExist: true })
  try {
    db.pragma('trusted_schema = OFF')
    checkIdentity(db, path)
    setWriterPragmas(db)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

function refuseUnwritable(path: string): void {
  if (!statSync(path).isFile()) {
    throw new CaseError(`${path} is not a file`, { hint: 'name the case file itself with --case' })
  }
  try {
    accessSync(path, constants.W_OK)
  } catch (error) {
    throw new CaseError(`${path} can only be read`, {
      hint: 'name another case, or allow writing: chmod u+w',
      cause: error,
    })
  }
}

/** Creates an empty database with the case's page size; the caller writes the schema. */
export function openNewWriter(path: string): Connection {
  const db = connect(path, {})
  db.pragma(`page_size = ${PAGE_SIZE}`)
  setWriterPragmas(db)
  return db
}

/** A new database of another kind, in the most widely readable form: default pages, rollback journal. */
export function openPlainWriter(path: string): Connection {
  const db = connect(path, {})
  db.pragma('journal_mode = DELETE')
  db.pragma('synchronous = FULL')
  db.pragma('cache_size = -65536')
  db.pragma('temp_store = FILE')
  return db
}

/** A database of another kind, only read. */
export function openPlainReader(path: string): Connection {
  const db = connect(path, { readonly: true, fileMustExist: true })
  db.pragma('query_only = ON')
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
  return db
}

/**
 * Rollback journal, not WAL: the case is one file at every moment. TRUNCATE keeps the journal's directory entry, so a commit
 * costs no directory sync. FULL survives power loss; it is set on each open because the compiled default differs.
 */
function setWriterPragmas(db: Connection): void {
  db.pragma('journal_mode = TRUNCATE')
  db.pragma('synchronous = FULL')
  db.pragma('busy_timeout = 60000')
  db.pragma('cache_size = -65536')
  db.pragma('temp_store = FILE')
  db.pragma('trusted_schema = OFF')
}

function connect(path: string, options: Database.Options): Connection {
  try {
    return new Database(path, { timeout: 5000, ...options })
  } catch (error) {
    throw notOpened(path, error)
  }
}

function notOpened(path: string, cause: unknown): CaseError {
  const notInstalled = asNotInstalled(cause)
  if (notInstalled !== null) return notInstalled
  const { code, message } = cause as NodeJS.ErrnoException
  return code === 'EACCES' || code === 'EPERM'
    ? new CaseError(`${path} may not be read by you`, {
        hint: 'a case is readable for its owner only: ask for it, or allow reading: chmod u+r',
        cause,
      })
    : new CaseError(`can not open ${path}: ${message}`, {
        hint: 'check that the folder exists and that you may read and write it',
        cause,
      })
}

/** Bytes 18 and 19 of the header: 2 says that the content may lie in a -wal file beside it. We never write that. */
function refuseWal(path: string): void {
  const header = Buffer.alloc(20)
  const fd = openForRead(path)
  try {
    readSync(fd, header, 0, header.length, 0)
  } finally {
    closeSync(fd)
  }
  if (header.toString('latin1', 0, 15) === 'SQLite format 3' && (header[18] === 2 || header[19] === 2))
    throw foreignSchema(path, 'it is in WAL mode, a case is one file')
}

function openForRead(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw notOpened(path, error)
  }
}

/** Everything that can be told without reading a row. */
function checkIdentity(db: Connection, path: string): void {
  const read = <Value>(what: () => Value, exit: number): Value => {
    try {
      return what()
    } catch (error) {
      throw notReadable(path, error as Error & { code?: string }, exit)
    }
  }
  const applicationId = read(() => db.pragma('application_id', { simple: true }), EXIT.notACase)
  const version = read(() => db.pragma('user_version', { simple: true }) as number, EXIT.notACase)
  if (applicationId !== APPLICATION_ID) {
    throw new CaseError(`${path} is not a case file (another program's database)`, {
      exit: EXIT.notACase,
      hint: 'name a file made by coldtrail index',
    })
  }
  if (Math.floor(version / 1000) > FORMAT_MAJOR) {
    throw new CaseError(
      `${path} has case format ${Math.floor(version / 1000)}.${version % 1000}; this version reads up to ${FORMAT_MAJOR}`,
      {
        exit: EXIT.notACase,
        hint: 'use a newer coldtrail',
      },
    )
  }
  const isNewer = version > USER_VERSION
  const foreign = read(() => schemaDifference(db, caseSchema(), { isNewer }), EXIT.verificationFailed)
  if (foreign !== null) throw otherSchema(db, path, foreign)
}

function notReadable(path: string, error: Error & { code?: string }, exit: number): CaseError {
  if (error.code === 'SQLITE_BUSY') {
    return new CaseError(`${path} is busy: an index run is writing to it`, {
      exit: EXIT.locked,
      hint: 'try again in a moment',
      cause: error,
    })
  }
  const what = exit === EXIT.notACase ? 'is not a case file' : 'is damaged'
  return new CaseError(`${path} ${what} (${error.message})`, {
    exit,
    hint: 'name a file made by coldtrail index',
    cause: error,
  })
}

/** What SQLite says of a damaged file while it is read, as an error of the user's; null for any other error. */
export function asDamaged(error: unknown): CaseError | null {
  const { code, message } = error as { code?: unknown; message: string }
  if (typeof code !== 'string' || !/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return null
  return new CaseError(`the case file is damaged (${message})`, {
    exit: EXIT.verificationFailed,
    hint: 'see what is damaged with: coldtrail verify',
    cause: error,
  })
}

const INDEX_AGAIN = 'ask where it comes from, or index the archive again'

function foreignSchema(path: string, reason: string): CaseError {
  return new CaseError(`${path} is not as coldtrail makes a case: ${reason}`, {
    exit: EXIT.verificationFailed,
    hint: `somebody changed it: ${INDEX_AGAIN}`,
  })
}

/** Until a format is released its number stays while it changes: another build of the same number is told apart by nothing but this. */
function otherSchema(db: Connection, path: string, reason: string): CaseError {
  const makers = readMakers(db)
  const by =
    makers.length === 0 ? 'runs does not say by which' : `by its runs it was indexed by ${makers.join(', ')}`
  return new CaseError(`${path} is not as this coldtrail makes a case: ${reason}`, {
    exit: EXIT.verificationFailed,
    hint: `an older or newer build made it (${by}), or somebody changed it: use that build, ${INDEX_AGAIN}`,
  })
}

const MOST_MAKERS = 3
/** Whoever made it may have made much of it. */
const MOST_RUNS = 100
const MOST_OF_VERSIONS = 2000

/** The last of those that wrote to it, as they say themselves: `coldtrail 0.1.0 on 2026-11-24`. */
function readMakers(db: Connection): string[] {
  try {
    if (!hasOurTable(db, caseSchema(), 'runs')) return []
    const makers = db
      .prepare<[number, number], string | null>(
        `SELECT 'coldtrail ' || substr(json_extract(versions, '$.coldtrail'), 1, 40) || ' on ' || substr(started, 1, 10)
         FROM (SELECT versions, started FROM runs ORDER BY id DESC LIMIT ?)
         WHERE length(versions) < ? AND json_valid(versions)`,
      )
      .pluck()
      .all(MOST_RUNS, MOST_OF_VERSIONS)
    return [...new Set(makers)].filter((maker) => maker !== null).slice(0, MOST_MAKERS)
  } catch {
    // Damaged: then it can not say.
    return []
  }
}
