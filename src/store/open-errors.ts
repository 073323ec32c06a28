/** Errors of opening or reading a case file, with what to do. */
import { CaseError, damagedCase, EXIT } from '../model/case-error.js'
import { shellWord } from '../model/shell-word.js'
import { FORMAT_MAJOR } from './format.js'
import { asNotInstalled } from './not-installed.js'

export function notOpened(path: string, cause: unknown): CaseError {
  const notInstalled = asNotInstalled(cause)
  if (notInstalled !== null) return notInstalled
  const { code, message } = cause as NodeJS.ErrnoException
  return code === 'EACCES' || code === 'EPERM'
    ? new CaseError(`${path} may not be read by you`, {
        hint: 'a case is readable for its owner only: ask for it, or allow reading: chmod u+r',
        cause,
      })
    : new CaseError(`cannot open ${path}: ${message}`, {
        hint: 'check that the folder exists and that you may read and write it',
        cause,
      })
}

export function notACase(path: string, why: string): CaseError {
  return new CaseError(`${path} is not a case file (${why})`, {
    exit: EXIT.notACase,
    hint: 'name a file made by coldtrail index',
  })
}

export function refuseNewer(path: string, version: number): void {
  if (Math.floor(version / 1000) <= FORMAT_MAJOR) return
  const format = `${Math.floor(version / 1000)}.${version % 1000}`
  throw new CaseError(`${path} has case format ${format}; this version reads up to ${FORMAT_MAJOR}`, {
    exit: EXIT.notACase,
    hint: 'use a newer coldtrail',
  })
}

/** How a case was made. */
export interface RunCommand {
  readonly args: readonly string[]
  readonly folder: string | null
}

/** An older major version, which this one does not read. The evidence gives the same answers in a new case. */
export function olderFormat(path: string, version: number, runs: readonly RunCommand[]): CaseError {
  const commands = runs.map(({ args, folder }) => {
    const index = `coldtrail ${withNewCase(args).map(shellWord).join(' ')}`
    return folder === null ? index : `cd ${shellWord(folder)} && ${index}`
  })
  const command = commands.length === 0 ? 'coldtrail index ARCHIVE --case NEW.sqlite' : commands.join('; ')
  return new CaseError(
    `${path} has case format ${Math.floor(version / 1000)}.${version % 1000}; this version reads ${FORMAT_MAJOR}`,
    { exit: EXIT.notACase, hint: `index the archive again: ${command}` },
  )
}

const NEW_CASE = 'NEW.sqlite'

/** The same command with another case, since this one stays as it is. */
function withNewCase(args: readonly string[]): string[] {
  const kept = args.filter(
    (arg, at) => arg !== '--case' && args[at - 1] !== '--case' && !arg.startsWith('--case='),
  )
  return [...kept, '--case', NEW_CASE]
}

const INDEX_AGAIN = 'ask where it comes from, or index the archive again'

export function foreignSchema(path: string, reason: string): CaseError {
  return new CaseError(`${path} is not as coldtrail makes a case: ${reason}`, {
    exit: EXIT.verificationFailed,
    hint: `somebody changed it: ${INDEX_AGAIN}`,
  })
}

/** @param makers as `coldtrail 0.1.0 on 2026-11-24` */
export function otherSchema(path: string, reason: string, makers: readonly string[]): CaseError {
  const by =
    makers.length === 0 ? 'runs does not say by which' : `by its runs it was indexed by ${makers.join(', ')}`
  return new CaseError(`${path} is not as this coldtrail makes a case: ${reason}`, {
    exit: EXIT.verificationFailed,
    hint: `an older or newer build made it (${by}), or somebody changed it: use that build, ${INDEX_AGAIN}`,
  })
}

export function notReadable(path: string, error: Error & { code?: string }, exit: number): CaseError {
  // READONLY_ROLLBACK: its run was killed since the check.
  if (/^SQLITE_(?:BUSY|READONLY)/.test(error.code ?? '')) {
    return new CaseError(`${path} is busy: an index run is writing to it`, {
      exit: EXIT.locked,
      hint: 'try again in a moment',
      cause: error,
    })
  }
  const what = exit === EXIT.notACase ? 'is not a case file' : 'is damaged'
  return new CaseError(`${path} ${what} (${error.message})`, {
    exit,
    hint: 'name a file made by coldtrail index',
    cause: error,
  })
}

/** Turns SQLite's errors for a damaged or locked file into user errors; null for any other error. */
export function asCaseTrouble(error: unknown): CaseError | null {
  const { code, message } = error as { code?: unknown; message: string }
  if (typeof code === 'string' && /^SQLITE_(?:BUSY|LOCKED)/.test(code)) {
    return new CaseError('another program has held the case for too long', {
      exit: EXIT.locked,
      hint: 'end what reads or writes it, then run the same command again',
      cause: error,
    })
  }
  if (typeof code !== 'string' || !/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return null
  return damagedCase(`the case file is damaged (${message})`, error)
}
