/** better-sqlite3 has a compiled part for one version of Node, which npm's install script downloads or builds. */
import Database from 'better-sqlite3'
import { CaseError } from '../model/case-error.js'

/** Explains why it cannot be loaded; null for any other error. */
export function asNotInstalled(error: unknown): CaseError | null {
  const { code, message } = error as { code?: unknown; message: string }
  const isMissing = message.startsWith('Could not locate the bindings file')
  if (!isMissing && code !== 'ERR_DLOPEN_FAILED') return null
  const what = isMissing
    ? 'is missing: npm did not run its install script'
    : 'was made for another Node or machine'
  return new CaseError(`SQLite cannot be loaded: the compiled part of better-sqlite3 ${what}`, {
    hint: `install again with this Node (${process.version}): npm install -g --allow-scripts=better-sqlite3 ./coldtrail-VERSION.tgz`,
    cause: error,
  })
}

/** Loads SQLite now, before anything is made that it would be needed for. @throws CaseError exit 2. */
export function loadSqlite(): void {
  try {
    new Database(':memory:').close()
  } catch (error) {
    throw asNotInstalled(error) ?? error
  }
}
