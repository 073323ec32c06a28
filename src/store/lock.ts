/** One indexer per case: a lock that the system frees when its holder dies, however it dies. */
import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { CaseError, EXIT } from '../model/case-error.js'
import { asNotInstalled } from './not-installed.js'

export interface CaseLock {
  /** Folder beside the case for shards; gone after release. */
  readonly workFolder: string
  release(): void
}

/** @throws CaseError exit 11 when another indexer holds it. */
export function lockCase(casePath: string): CaseLock {
  const workFolder = `${path.resolve(casePath)}.work`
  try {
    mkdirSync(workFolder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new CaseError(`can not write beside ${casePath}: ${(error as Error).message}`, {
      hint: 'name a folder that you may write to with --case FILE',
      cause: error,
    })
  }
  const lock = openLock(workFolder)
  try {
    lock.pragma('journal_mode = OFF')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new CaseError(`another coldtrail is indexing into ${casePath}`, {
      exit: EXIT.locked,
      hint: 'wait until it is done, or name another case with --case',
      cause: error,
    })
  }
  // A run that was killed leaves its shards.
  for (const name of readdirSync(workFolder)) {
    if (name !== 'lock') rmSync(path.join(workFolder, name), { recursive: true, force: true })
  }
  return {
    workFolder,
    release: () => {
      // Removed while it is still locked: afterwards it could be another indexer's.
      rmSync(workFolder, { recursive: true, force: true })
      lock.close()
    },
  }
}

function openLock(workFolder: string): Database.Database {
  try {
    return new Database(path.join(workFolder, 'lock'), { timeout: 0 })
  } catch (error) {
    // Of another indexer it is not empty, and stays.
    if (readdirSync(workFolder).length === 0) rmdirSync(workFolder)
    throw asNotInstalled(error) ?? error
  }
}
