/** A path is exactly itself: what SQLite and its binding read into one (a URI, `:memory:`, space at the end) is kept out. */
import { existsSync, lstatSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { CaseError } from '../model/case-error.js'

/**
 * Absolute, so that it begins with neither `file:` nor `:memory:`. White space at the end is refused, because better-sqlite3 trims
 * it and would open another file.
 */
export function exactPath(file: string): string {
  const absolute = path.resolve(file)
  if (absolute.trim() === absolute) return absolute
  throw new CaseError(`the name ${JSON.stringify(file)} ends in white space, which SQLite would leave out`, {
    hint: 'rename the file, or name another one',
  })
}

/** The file that a path means, however it is spelled: SQLite finds a journal by this name, and so do we find the lock. */
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
