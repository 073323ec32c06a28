/** Errors of the environment (disk full, permissions, open files) become user errors: they are not bugs. */
import { CaseError, EXIT } from '../../model/case-error.js'
import { isNoSpace } from '../../model/no-space.js'

/** @returns null for any other error and for a closed pipe. */
export function asSystemError(error: unknown): CaseError | null {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  if (typeof code !== 'string' || code === 'EPIPE') return null
  const refused = (what: string, hint: string, exit: number = EXIT.usage): CaseError =>
    new CaseError(what, { exit, hint, cause: error })
  if (isNoSpace(error)) return refused(`no space left (${message})`, 'make room', EXIT.diskFull)
  if (code === 'EMFILE' || code === 'ENFILE')
    return refused('too many files are open at once', 'allow more: ulimit -n 1024')
  if (syscall === 'uv_cwd') return refused('the current folder is gone', 'go to one that exists: cd')
  if (/^SQLITE_(?:CANTOPEN|IOERR|READONLY|PERM|NOMEM)/.test(code))
    return refused(
      `SQLite: ${message}`,
      'check the disk, that TMPDIR is a folder that you may write to, and ulimit -n',
    )
  return syscall === undefined
    ? null
    : refused(message, 'check that it exists, and that you may read and write it')
}
