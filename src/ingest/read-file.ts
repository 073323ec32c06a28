/** Reads a file once, whole, and says when it changed meanwhile. Opens read-only, and without touching atime where it may. */
import { closeSync, fstatSync, readSync, type Stats } from 'node:fs'
import type { FoundFile } from '../model/source.js'
import { openQuietly } from '../store/open-quietly.js'

export interface OpenFile {
  readonly fd: number
  readonly before: Stats
  /** Of a container, whose members are read later than it was hashed: what it was then. */
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

/** Files up to here are read into the same memory: a new buffer for each had garbage collected 10 times a second. */
const REUSED_BYTES = 8 * 1024 * 1024
let reused: Buffer | undefined

/** Reads exactly what fstat said; fewer bytes mean the file shrank. The next call overwrites what this one gave. */
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

/** Size or modification time moved while we read: the bytes may be neither the old nor the new file. */
export function changedSince(file: OpenFile): boolean {
  if (file.identity !== undefined) return identityOf(file) !== file.identity
  const after = fstatSync(file.fd)
  return after.size !== file.before.size || after.mtimeMs !== file.before.mtimeMs
}

/** Another file, or other bytes in it, have another: size and modification time can be set, the time of the change can not. */
export function identityOf({ fd }: OpenFile): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

export function closeFile(file: OpenFile): void {
  closeSync(file.fd)
}

/** The input failed, not the shard: only reads of the evidence use these calls. */
export function isReadError(error: unknown): boolean {
  const { syscall, code } = error as { syscall?: string; code?: string }
  return (syscall === 'read' || syscall === 'fstat') && code !== 'ENOSPC'
}
