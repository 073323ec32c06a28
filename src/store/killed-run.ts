/** A killed run leaves the journal of its open transaction: the case must not be read until that is rolled back. */
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { readHeader } from './file-header.js'
import { lockCase, type CaseLock } from './lock.js'
import { notACase } from './open-errors.js'
import { checkJournal, journalState } from './side-files.js'

let notify: (line: string) => void = () => undefined

/** Sets who is notified when opening a case rolls back a killed run. */
export function onRollback(listener: (line: string) => void): void {
  notify = listener
}

/**
 * For a reader: takes the writers' lock, and does nothing while a writer, whose journal it then is, is running. @throws
 * CaseError exit 2 if it cannot roll back, 12 for a journal of another database.
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
  notify('an earlier run was killed while it wrote: its last, unfinished transaction is rolled back')
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
    // A file that is not writable is opened read-only, and nothing was rolled back.
    if (journalState(real) === 'hot') throw new Error('the file is not writable')
  } catch (error) {
    throw notRolledBack(path, error)
  }
}

function notRolledBack(path: string, cause: unknown): CaseError {
  return new CaseError(
    `the run that wrote ${path} was killed, and its unfinished transaction cannot be rolled back here: ${(cause as Error).message}`,
    {
      hint: `copy the case and its journal to where you may write, and ask the copy: cp ${path} ${path}-journal FOLDER`,
      cause,
    },
  )
}
