/**
 * Reads the first bytes of a database directly: SQLite would modify a file with a journal before we know whose it is.
 */
import { closeSync, openSync, readSync } from 'node:fs'

export interface FileHeader {
  readonly isWal: boolean
  readonly pageSize: number
  readonly changeCounter: number
  /** null if the writer did not maintain it. */
  readonly pageCount: number | null
  readonly userVersion: number
  readonly applicationId: number
}

export const HEADER_BYTES = 100

/** @returns null if it is not an SQLite file. */
export function readHeader(path: string): FileHeader | null {
  const bytes = Buffer.alloc(HEADER_BYTES)
  const fd = openSync(path, 'r')
  try {
    readSync(fd, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(fd)
  }
  return parseHeader(bytes)
}

export function parseHeader(bytes: Buffer): FileHeader | null {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0') return null
  const changeCounter = bytes.readUInt32BE(24)
  return {
    isWal: bytes[18] === 2 || bytes[19] === 2,
    // 1 means 65536, which does not fit two bytes.
    pageSize: bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16),
    changeCounter,
    pageCount: bytes.readUInt32BE(92) === changeCounter ? bytes.readUInt32BE(28) : null,
    userVersion: bytes.readUInt32BE(60),
    applicationId: bytes.readUInt32BE(68),
  }
}
