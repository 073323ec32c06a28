/** Opens a case to keep results of a check in it, outside what index wrote. */
import { CaseError, EXIT } from '../model/case-error.js'
import { lockCase, type CaseLock } from './lock.js'
import { openExistingWriter, openReader, type Connection } from './open.js'

export interface Book {
  readonly db: Connection
  /** Why nothing can be kept; null if it can. */
  readonly notKept: string | null
  close(): void
}

/** Opens for writing if permitted, else read-only, so that a sealed case can be looked at. */
export function openBook(casePath: string): Book {
  // First as a reader, which explains what is wrong with a path that is not a case.
  const reader = openReader(casePath)
  let lock: CaseLock | undefined
  let writer: Connection | undefined
  try {
    lock = lockCase(casePath)
    writer = openExistingWriter(casePath)
    writer.exec('BEGIN IMMEDIATE; ROLLBACK')
  } catch (error) {
    writer?.close()
    lock?.release()
    if (error instanceof CaseError && error.exit === EXIT.locked) {
      reader.close()
      throw error
    }
    return { db: reader, notKept: (error as Error).message, close: () => reader.close() }
  }
  reader.close()
  const open = { db: writer, lock }
  return {
    db: open.db,
    notKept: null,
    close: () => {
      // A case is one file: leaving TRUNCATE mode removes the empty journal next to it.
      if (open.db.inTransaction) open.db.exec('ROLLBACK')
      open.db.pragma('journal_mode = DELETE')
      open.db.close()
      open.lock.release()
    },
  }
}
