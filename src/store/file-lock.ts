/**
 * A lock between processes that the system releases when its holder dies: SQLite's own, on an empty file made for it.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, statSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { asNotInstalled } from './not-installed.js'

const WAIT_MS = 30_000
/** Each failed try means another process held the lock in between. */
const MOST_TRIES = 1000

/** @param work is synchronous: closing a file releases the process's locks on it, so there may be one at a time. */
export function withFileLock<Result>(file: string, work: () => Result): Result {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const lock = tryLock(path.resolve(file))
    if (lock === undefined) continue
    try {
      return work()
    } finally {
      lock.release()
    }
  }
  throw inUse(file)
}

/** @returns undefined if the last holder has removed the file. */
function tryLock(file: string): { release(): void } | undefined {
  refuseForeign(file)
  let fd: number | undefined
  let db: Database.Database | undefined
  let isHeld = false
  try {
    const own = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    fd = own
    db = new Database(file, { timeout: WAIT_MS, fileMustExist: true })
    const lock = db
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    isHeld = statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(own).ino
    return isHeld
      ? {
          release: () => {
            release(file, lock, own)
          },
        }
      : undefined
  } catch (error) {
    // The last holder removed it before SQLite opened it.
    if (fd !== undefined && statSync(file, { throwIfNoEntry: false })?.ino !== fstatSync(fd).ino)
      return undefined
    throw notLocked(file, error)
  } finally {
    if (!isHeld) {
      db?.close()
      if (fd !== undefined) closeSync(fd)
    }
  }
}

/**
 * The next holder checks that the file still has its name, so the current one may delete it. Windows refuses to delete
 * an open file.
 */
function release(file: string, db: Database.Database, fd: number): void {
  try {
    unlinkSync(file)
  } catch {
    // It stays, empty, for the next run.
  }
  db.exec('ROLLBACK')
  db.close()
  closeSync(fd)
}

/** SQLite would act on them, and a non-empty file belongs to someone else. */
function refuseForeign(file: string): void {
  for (const name of [file, ...['-journal', '-wal', '-shm'].map((end) => file + end)]) {
    const stats = lstatSync(name, { throwIfNoEntry: false })
    if (stats === undefined || (name === file && stats.isFile() && stats.size === 0)) continue
    throw new CaseError(`${name} is no lock that coldtrail made`, {
      hint: 'move it away, or name another file',
    })
  }
}

function notLocked(file: string, error: unknown): CaseError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'SQLITE_BUSY') return inUse(file)
  return (
    asNotInstalled(error) ??
    new CaseError(`cannot create ${file}: ${message}`, {
      hint: 'name a file in a folder of yours',
      cause: error,
    })
  )
}

function inUse(file: string): CaseError {
  return new CaseError(`${file} is held by another coldtrail`, {
    exit: EXIT.locked,
    hint: 'try again in a moment',
  })
}
