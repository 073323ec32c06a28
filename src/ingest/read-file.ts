/** Reads a file once, in full, and detects changes meanwhile. Opens read-only, without updating atime if permitted. */
import { closeSync, fstatSync, readSync, type Stats } from 'node:fs'
import type { FoundFile } from '../model/source.js'
import { openQuietly } from '../store/open-noatime.js'

export interface OpenFile {
  readonly fd: number
  readonly before: Stats
  /** Identity of a container when it was hashed, since its members are read later. */
  readonly identity?: string
}

export function openSource({ path, pathHex }: Pick<FoundFile, 'path' | 'pathHex'>): OpenFile {
  const fd = openQuietly(pathHex === undefined ? path : Buffer.from(pathHex, 'hex'))
  try {
    return { fd, before: fstatSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Files up to this size share one buffer: a new one per file caused 10 garbage collections a second. */
const REUSED_BYTES = 8 * 1024 * 1024
let reused: Buffer | undefined

/** Reads as many bytes as fstat reported; fewer mean the file shrank. The next call overwrites the result. */
export function readAll(file: OpenFile): Buffer {
  const size = file.before.size
  const bytes =
    size > REUSED_BYTES
      ? Buffer.allocUnsafe(size)
      : (reused ??= Buffer.allocUnsafeSlow(REUSED_BYTES)).subarray(0, size)
  let at = 0
  while (at < size) {
    const read = readSync(file.fd, bytes, at, size - at, null)
    if (read === 0) break
    at += read
  }
  return at === size ? bytes : bytes.subarray(0, at)
}

/** Size or modification time changed while reading: the bytes may be neither the old nor the new file. */
export function changedSince(file: OpenFile): boolean {
  if (file.identity !== undefined) return identityOf(file) !== file.identity
  const after = fstatSync(file.fd)
  return after.size !== file.before.size || after.mtimeMs !== file.before.mtimeMs
}

/** Changes with the file or its bytes. Includes ctime, because size and mtime can be forged. */
export function identityOf({ fd }: OpenFile): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

export function closeFile(file: OpenFile): void {
  closeSync(file.fd)
}

/** Only reads of the evidence use these calls, so the input failed, not the shard. */
export function isReadError(error: unknown): boolean {
  const { syscall, code } = error as { syscall?: string; code?: string }
  return (syscall === 'read' || syscall === 'fstat') && code !== 'ENOSPC'
}
