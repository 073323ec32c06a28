/** A case must not be inside the evidence, which it would change. */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { openable, shownOfBytes, type PathBytes } from '../discover/path-bytes.js'
import { CaseError } from '../model/case-error.js'
import { realCasePath } from '../store/case-path.js'

/**
 * Compares device and inode, so links, mounts and case-insensitive names do not hide it. @param folders of the evidence
 * without symbolic links: those named, and those containing named files.
 */
export function refuseCaseInsideEvidence(casePath: string, folders: readonly PathBytes[]): void {
  const file = realCasePath(casePath)
  const above = keysAbove(path.dirname(file))
  const inWork = `${file}.work`
  for (const folder of folders) {
    const shown = shownOfBytes(folder)
    if (!above.has(keyOf(openable(folder)) ?? '') && shown !== inWork && !shown.startsWith(inWork + path.sep))
      continue
    throw new CaseError(`the case ${casePath} would lie inside the evidence folder ${shown}`, {
      hint: 'name a file elsewhere, e.g. --case ~/cases/case.sqlite',
    })
  }
}

function keysAbove(folder: string): Set<string> {
  const keys = new Set<string>()
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    // A case that does not exist yet is located by its first existing parent.
    const key = keyOf(at)
    if (key !== undefined) {
      keys.add(key)
      at = realpathSync.native(at)
    }
    if (path.dirname(at) === at) return keys
  }
}

function keyOf(folder: string | Buffer): string | undefined {
  try {
    const { dev, ino } = statSync(folder, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
