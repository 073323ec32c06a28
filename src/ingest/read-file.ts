/** Reads a file once, whole, and says when it changed meanwhile. Opens read-only, and without touching atime where it may. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

const O_NOATIME = 0o1000000

export interface OpenFile {
  readonly fd: number
  readonly before: Stats
}

export function openForReading(path: string | Buffer): OpenFile {
  const fd = openQuietly(path)
  try {
    return { fd, before: fstatSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** O_NOATIME is Linux, and only for the owner or root: without it reading may change the access time. */
function openQuietly(path: string | Buffer): number {
  // O_NONBLOCK: a file that was swapped for a FIFO since discovery must not hang the run.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK
  if (process.platform === 'linux') {
    try {
      return openSync(path, flags | O_NOATIME)
    } catch (error) {
      if ((error as { code?: string }).code !== 'EPERM') throw error
    }
  }
  return openSync(path, flags)
}

/** Reads exactly what fstat said; fewer bytes mean the file shrank. */
export function readAll(file: OpenFile): Buffer {
  const size = file.before.size
  const bytes = Buffer.allocUnsafe(size)
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
  const after = fstatSync(file.fd)
  return after.size !== file.before.size || after.mtimeMs !== file.before.mtimeMs
}

export function closeFile(file: OpenFile): void {
  closeSync(file.fd)
}
