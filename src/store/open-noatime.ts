/** Opens evidence for reading without leaving a trace, if the system permits. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

const O_NOATIME = 0o1000000

/** O_NOATIME exists on Linux only, for the owner or root; otherwise reading may change the access time. */
export function openQuietly(path: string | Buffer): number {
  // O_NONBLOCK: a file replaced by a FIFO since it was found must not hang the run.
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

export function readQuietly(path: string | Buffer): Buffer {
  const fd = openQuietly(path)
  try {
    const bytes = Buffer.allocUnsafe(fstatSync(fd).size)
    let at = 0
    for (let read = -1; at < bytes.length && read !== 0; at += read)
      read = readSync(fd, bytes, at, bytes.length - at, null)
    return bytes.subarray(0, at)
  } finally {
    closeSync(fd)
  }
}
