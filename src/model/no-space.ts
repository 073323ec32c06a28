/** A full disk shows under several codes, in SQLite and in the system. */
const CODES = new Set(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ENOSPC', 'EDQUOT', 'EFBIG'])

export function isNoSpace(error: unknown): boolean {
  return CODES.has((error as { code?: string } | null)?.code ?? '')
}
