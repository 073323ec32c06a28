/** SHA-256 of files as found, which a second run compares with the case before parsing. */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { HashResult, HashTask } from '../model/batch.js'
import type { FoundFile } from '../model/source.js'
import { closeFile, openSource } from './read-file.js'

const CHUNK = Buffer.allocUnsafeSlow(1024 * 1024)

export function hashFiles(task: HashTask): HashResult {
  return task.files.map(hashFile)
}

function hashFile(found: FoundFile): string | null {
  try {
    const file = openSource(found)
    try {
      const digest = createHash('sha256')
      for (;;) {
        const read = readSync(file.fd, CHUNK, 0, CHUNK.length, null)
        if (read === 0) return digest.digest('hex')
        digest.update(CHUNK.subarray(0, read))
      }
    } finally {
      closeFile(file)
    }
  } catch {
    // The index task meets the same error and can record it.
    return null
  }
}
