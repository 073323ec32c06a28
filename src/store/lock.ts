/** One indexer per case: a lock that the system releases when its holder dies for any reason. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { realCasePath } from './case-path.js'
import { HEADER_BYTES, parseHeader } from './file-header.js'
import { APPLICATION_ID } from './format.js'
import { asNotInstalled, loadSqlite } from './not-installed.js'

export interface CaseLock {
  /** Folder next to the case for shards; removed on release. */
  readonly workFolder: string
  release(): void
}

const LOCK = 'lock'
/** Windows has no such flag. */
const NO_FOLLOW = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0
/** Files that a run makes in its work folder. Nothing else is ever removed from it. */
const MADE = /^(?:\d+\.shard|new\.sqlite)(?:-journal)?$/
/** Two simultaneous tries can briefly block each other although nobody holds the lock. */
const PATIENCE_MS = 250
/** Each failed try means another run released the lock in between. */
const MOST_TRIES = 1000
/** Closing a file releases all locks of this process on it, even of another descriptor: no second try from here. */
const held = new Set<string>()

/** @throws CaseError exit 11 if another run holds it, 2 if it cannot be taken here. */
export function lockCase(casePath: string): CaseLock {
  loadSqlite()
  const file = realCasePath(casePath)
  const folder = `${file}.work`
  if (held.has(folder)) throw isLocked(casePath)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const lock = tryLock(folder, casePath)
    if (lock === undefined) continue
    held.add(folder)
    // Shards of a killed run.
    removeMade(folder)
    const release = (): void => {
      removeMade(folder)
      lock.release()
      held.delete(folder)
    }
    try {
      refuseHardLinks(file, casePath)
    } catch (error) {
      release()
      throw error
    }
    return { workFolder: folder, release }
  }
  throw isLocked(casePath)
}

/** @returns undefined if the lock file was deleted meanwhile. */
function tryLock(folder: string, casePath: string): { release(): void } | undefined {
  makeFolder(folder, casePath)
  const file = path.join(folder, LOCK)
  let fd: number | undefined
  let db: Database.Database | undefined
  let isHeld = false
  try {
    refuseForeign(folder)
    // Open while the lock is held, so that its inode cannot be reused.
    const own = openSync(file, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o600)
    fd = own
    if (!isOurs(own)) throw notOurs(file, folder)
    db = new Database(file, { timeout: PATIENCE_MS, fileMustExist: true })
    const lock = db
    take(lock)
    isHeld = isSameFile(own, file)
    return isHeld
      ? {
          release: () => {
            letGo(lock, own, folder)
          },
        }
      : undefined
  } catch (error) {
    const isGone =
      fd === undefined ? (error as NodeJS.ErrnoException).code === 'ENOENT' : !isSameFile(fd, file)
    if (isGone) return undefined
    throw asLockError(error, casePath)
  } finally {
    if (!isHeld) {
      db?.close()
      if (fd !== undefined) closeSync(fd)
    }
  }
}

/** Marked as ours; the lock is kept after the commit that marks it. */
function take(lock: Database.Database): void {
  lock.pragma('locking_mode = EXCLUSIVE')
  lock.pragma('journal_mode = MEMORY')
  lock.exec('BEGIN EXCLUSIVE')
  if (lock.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    lock.pragma(`application_id = ${APPLICATION_ID}`)
  lock.exec('COMMIT')
}

/**
 * Whoever locks a file must check that it still has its name, so the holder may delete it as its last act. Windows
 * cannot delete an open file, and after closing only if nobody else has it open.
 */
function letGo(lock: Database.Database, fd: number, folder: string): void {
  const file = path.join(folder, LOCK)
  const isRemoved = removed(() => {
    unlinkSync(file)
  })
  lock.close()
  closeSync(fd)
  if (!isRemoved && process.platform === 'win32')
    removed(() => {
      unlinkSync(file)
    })
  // Not empty if someone put a file there, or another run has started.
  removed(() => {
    rmdirSync(folder)
  })
}

function removed(remove: () => void): boolean {
  try {
    remove()
    return true
  } catch {
    return false
  }
}

function makeFolder(folder: string, casePath: string): void {
  try {
    mkdirSync(path.dirname(folder), { recursive: true })
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new CaseError(`cannot write next to ${casePath}: ${(error as Error).message}`, {
      hint: 'name a folder that you may write to with --case FILE',
      cause: error,
    })
  }
}

function refuseForeign(folder: string): void {
  if (!lstatSync(folder).isDirectory()) throw notOurs(folder, folder)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && (entry.name === LOCK || MADE.test(entry.name))) continue
    throw notOurs(path.join(folder, entry.name), folder)
  }
}

/** An empty file was not marked by its maker yet. */
function isOurs(fd: number): boolean {
  if (!fstatSync(fd).isFile()) return false
  const bytes = Buffer.alloc(HEADER_BYTES)
  const length = readSync(fd, bytes, 0, bytes.length, 0)
  return length === 0 || parseHeader(bytes)?.applicationId === APPLICATION_ID
}

function isSameFile(fd: number, file: string): boolean {
  const own = fstatSync(fd, { bigint: true })
  const now = statSync(file, { bigint: true, throwIfNoEntry: false })
  return now?.ino === own.ino && now.dev === own.dev
}

function removeMade(folder: string): void {
  for (const name of readdirSync(folder)) if (MADE.test(name)) unlinkSync(path.join(folder, name))
}

/** SQLite finds a journal by the name of the case: through another name of the file, a run would not see it. */
function refuseHardLinks(file: string, casePath: string): void {
  const names = statSync(file, { throwIfNoEntry: false })?.nlink ?? 1
  if (names <= 1) return
  throw new CaseError(`${casePath} has ${names} names (hard links), and is safe to write under one only`, {
    hint: `copy it, and name the copy: cp ${casePath} NEW`,
  })
}

function asLockError(error: unknown, casePath: string): CaseError {
  if (error instanceof CaseError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code.startsWith('SQLITE_BUSY')) return isLocked(casePath, error)
  return (
    asNotInstalled(error) ??
    new CaseError(`cannot lock ${casePath}: ${message}`, {
      hint: 'name a folder that you may write to with --case FILE',
      cause: error,
    })
  )
}

function isLocked(casePath: string, cause?: unknown): CaseError {
  return new CaseError(`another coldtrail is indexing into ${casePath}`, {
    exit: EXIT.locked,
    hint: 'wait until it is done, or name another case with --case',
    cause,
  })
}

function notOurs(what: string, folder: string): CaseError {
  return new CaseError(`${what} is not coldtrail's, and ${folder} is where a run keeps its work`, {
    hint: 'move it away, or name another case with --case',
  })
}
