/** Opens case files. Readers open the file read-only; writers refuse files that are not ours. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { isInNetwork } from '../model/network.js'
import { refuseForeign, remember } from './case-file.js'
import { checkIdentity } from './case-identity.js'
import { exactPath, realCasePath } from './case-path.js'
import { completeForReading } from './case-schema.js'
import type { Connection } from './connection.js'
import { PAGE_SIZE } from './format.js'
import { checkKilled, rollBackKilled } from './killed-run.js'
import { notOpened } from './open-errors.js'
import { journalState } from './side-files.js'

export type { Connection } from './connection.js'

interface ReaderOptions {
  /** Another thread of this process has the case open: do not look at it without SQLite again. */
  readonly isChecked?: boolean
}

/** @throws CaseError exit 10: missing, not SQLite, not a case, or too new for this version; exit 12: schema differs. */
export function openReader(path: string, { isChecked = false }: ReaderOptions = {}): Connection {
  refuseNoFile(path)
  const real = realCasePath(path)
  if (!isChecked) {
    refuseForeign(real, path)
    if (journalState(real) === 'hot') rollBackKilled(real, path)
  }
  const db = connect(real, { readonly: true, fileMustExist: true })
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma('temp_store = MEMORY')
    checkIdentity(db, path, { isWritten: false })
    completeForReading(db)
    db.pragma('query_only = ON')
    db.pragma('cache_size = -65536')
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

/** A walk that met damage keeps its connection busy: it is let go with the process. */
export function closeReader(db: Connection): void {
  try {
    db.close()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

function refuseNoFile(path: string): void {
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
}

/** Opens for writing, without creating. @throws CaseError exit 10 like openReader. */
export function openExistingWriter(path: string): Connection {
  refuseUnwritable(path)
  const real = realCasePath(path)
  refuseForeign(real, path)
  if (journalState(real) === 'hot') checkKilled(real, path)
  const db = connect(real, { fileMustExist: true })
  try {
    db.pragma('trusted_schema = OFF')
    checkIdentity(db, path, { isWritten: true })
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

/** A new database of another kind, in the most portable form: default pages, rollback journal. */
export function openPlainWriter(path: string): Connection {
  const db = connect(path, {})
  db.pragma('journal_mode = DELETE')
  db.pragma('synchronous = FULL')
  db.pragma('cache_size = -65536')
  db.pragma('temp_store = FILE')
  return db
}

/** Opens a database of another kind read-only. */
export function openPlainReader(path: string): Connection {
  const db = connect(path, { readonly: true, fileMustExist: true })
  db.pragma('query_only = ON')
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
  return db
}

/**
 * Rollback journal, not WAL: a case is always one file. TRUNCATE keeps the journal's directory entry, so a commit needs
 * no directory sync. FULL survives power loss; set on each open because the compiled default differs.
 */
function setWriterPragmas(db: Connection): void {
  db.pragma('journal_mode = TRUNCATE')
  db.pragma('synchronous = FULL')
  // On macOS fsync leaves bytes in the drive's cache.
  db.pragma('fullfsync = ON')
  // An investigator's own tables may refer to rows that a load replaces.
  db.pragma('foreign_keys = OFF')
  db.pragma('busy_timeout = 60000')
  db.pragma('cache_size = -65536')
  db.pragma('temp_store = FILE')
  db.pragma('trusted_schema = OFF')
}

function connect(path: string, options: Database.Options): Connection {
  const file = exactPath(path)
  try {
    const db = new Database(file, { timeout: 5000, ...options })
    remember(db, file)
    db.function('in_network', { deterministic: true }, (address, network) =>
      Number(typeof address === 'string' && isInNetwork(address, String(network))),
    )
    return db
  } catch (error) {
    throw notOpened(path, error)
  }
}
