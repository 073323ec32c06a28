/** Codes for a full disk, from SQLite and from the system. */
const CODES = new Set(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ENOSPC', 'EDQUOT', 'EFBIG'])

export function isNoSpace(error: unknown): boolean {
  return CODES.has((error as { code?: string } | null)?.code ?? '')
}
