/** A run that was killed leaves the journal of its open transaction: until that is rolled back, the case is not to be read. */
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { readHeader } from './file-header.js'
import { lockCase, type CaseLock } from './lock.js'
import { notACase } from './open-errors.js'
import { checkJournal, journalState } from './side-files.js'

let tell: (line: string) => void = () => undefined

/** Who is told in one line that opening a case has rolled back what a killed run left. */
export function onRollback(listener: (line: string) => void): void {
  tell = listener
}

/**
 * For a reader: under the lock of writers, and not while one is at work, whose journal it is then.
 * @throws CaseError exit 2 where it can not be rolled back, 12 for a journal that is not of this case.
 */
export function rollBackKilled(real: string, path: string): void {
  const lock = lockUnlessWritten(real, path)
  if (lock === null) return
  try {
    // Another reader may have done it meanwhile.
    if (journalState(real) !== 'hot') return
    checkKilled(real, path)
    rollBack(real, path)
  } finally {
    lock.release()
  }
}

/** For a writer, which holds the lock: SQLite rolls back when it reads. @throws CaseError exit 12 */
export function checkKilled(real: string, path: string): void {
  const header = readHeader(real)
  if (header === null) throw notACase(path, 'not a database of SQLite’s')
  checkJournal(real, header)
  tell('an earlier run was killed while it wrote: its last, unfinished transaction is rolled back')
}

function lockUnlessWritten(real: string, path: string): CaseLock | null {
  try {
    return lockCase(real)
  } catch (error) {
    if (error instanceof CaseError && error.exit === EXIT.locked) return null
    throw notRolledBack(path, error)
  }
}

function rollBack(real: string, path: string): void {
  try {
    const db = new Database(real, { fileMustExist: true })
    try {
      db.pragma('synchronous = FULL')
      db.pragma('fullfsync = ON')
      db.pragma('schema_version')
    } finally {
      db.close()
    }
    // A file that can not be written is opened for reading only, and nothing was done.
    if (journalState(real) === 'hot') throw new Error('the file can not be written')
  } catch (error) {
    throw notRolledBack(path, error)
  }
}

function notRolledBack(path: string, cause: unknown): CaseError {
  return new CaseError(
    `the run that wrote ${path} was killed, and what it left unfinished can not be rolled back here: ${(cause as Error).message}`,
    {
      hint: `copy the case and its journal to where you may write, and ask the copy: cp ${path} ${path}-journal FOLDER`,
      cause,
    },
  )
}
