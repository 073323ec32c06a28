/** Explains a full disk during an index run. */
import { statfsSync } from 'node:fs'
import path from 'node:path'
import { CaseError, EXIT } from '../model/case-error.js'

export function diskFullError(casePath: string, cause: unknown): CaseError {
  return new CaseError(
    `no space left for ${casePath}${freeBytes(casePath)}: what was indexed so far is safe`,
    {
      exit: EXIT.diskFull,
      hint: 'make room (about half of the size of the uncompressed JSON is needed) and run the same command again: it goes on where it stopped',
      cause,
    },
  )
}

function freeBytes(casePath: string): string {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(path.resolve(casePath)))
    return ` (${Math.round((bavail * bsize) / 1048576)} MB free)`
  } catch {
    return ''
  }
}
