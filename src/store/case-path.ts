/** Stops SQLite and its binding from reinterpreting a path (a URI, `:memory:`, trailing space). */
import { existsSync, lstatSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { CaseError } from '../model/case-error.js'

/**
 * Makes the path absolute, so that it starts with neither `file:` nor `:memory:`. Rejects trailing white space, which
 * better-sqlite3 trims: it would open another file.
 */
export function exactPath(file: string): string {
  const absolute = path.resolve(file)
  if (absolute.trim() === absolute) return absolute
  throw new CaseError(`the name ${JSON.stringify(file)} ends in white space, which SQLite would leave out`, {
    hint: 'rename the file, or name another one',
  })
}

/** The canonical path: SQLite finds a journal by this name, and the lock is named after it. */
export function realCasePath(casePath: string): string {
  const file = exactPath(casePath)
  if (existsSync(file)) return realpathSync.native(file)
  if (isLink(file)) {
    throw new CaseError(`${casePath} is a symbolic link that leads nowhere`, {
      hint: 'name the case file itself with --case',
    })
  }
  const folder = path.dirname(file)
  return existsSync(folder) ? path.join(realpathSync.native(folder), path.basename(file)) : file
}

function isLink(file: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink()
  } catch {
    return false
  }
}
