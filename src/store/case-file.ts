/** Decides whose file it is from its bytes and neighbouring files, before SQLite opens it. */
import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { readHeader, type FileHeader } from './file-header.js'
import { APPLICATION_ID } from './format.js'
import { foreignSchema, notACase, notOpened, refuseNewer } from './open-errors.js'

/**
 * Reads the header without SQLite, which would roll back the journal of any database. Not while this process has the
 * file open: closing a file releases the process's locks on it.
 */
export function refuseForeign(real: string, path: string): void {
  if (isOpenHere(real)) return
  const header = headerOf(real, path)
  if (header === null) throw notACase(path, 'not a database of SQLite’s')
  if (header.applicationId !== APPLICATION_ID) throw notACase(path, "another program's database")
  refuseNewer(path, header.userVersion)
  if (header.isWal) throw foreignSchema(path, 'it is in WAL mode, a case is one file')
}

function headerOf(real: string, path: string): FileHeader | null {
  try {
    return readHeader(real)
  } catch (error) {
    throw notOpened(path, error)
  }
}

/** Connections of this thread by the file they have open, under any name. */
const opened = new Map<string, Database.Database[]>()

export function remember(db: Database.Database, real: string): void {
  const key = fileKey(real)
  opened.set(key, [...stillOpen(key), db])
}

function isOpenHere(real: string): boolean {
  return stillOpen(fileKey(real)).length > 0
}

function stillOpen(key: string): Database.Database[] {
  return (opened.get(key) ?? []).filter((db) => db.open)
}

function fileKey(real: string): string {
  const { dev, ino } = statSync(real, { bigint: true })
  return `${dev}:${ino}`
}
