/** Says why a path is not read, in the words of the problem report. */
import type { Stats } from 'node:fs'
import { readlink } from 'node:fs/promises'
import type { SkippedPath } from '../model/source.js'
import { openable, shownOfBytes, type PathBytes } from './path-bytes.js'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'gone since its folder was listed',
  ENAMETOOLONG: 'path too long for this system',
  EIO: 'read error on the disk',
}

export function skippedByError(path: PathBytes, error: unknown): SkippedPath {
  const { code, message } = error as NodeJS.ErrnoException
  // Without a code it is a bug of ours, which must surface.
  if (code === undefined) throw error
  const reason = REASONS[code]
  return {
    path: shownOfBytes(path),
    kind: 'unreadable',
    detail: reason === undefined ? message : `${reason} (${code})`,
  }
}

/** Matched by a pattern but deleted since. */
export function skippedAsGone(path: PathBytes): SkippedPath {
  return { path: shownOfBytes(path), kind: 'unreadable', detail: `${REASONS['ENOENT'] ?? ''} (ENOENT)` }
}

export async function linkSkipped(path: PathBytes): Promise<SkippedPath> {
  const target = await readlink(openable(path), 'latin1').catch(() => undefined)
  const to = target === undefined ? '' : ` to ${shownOfBytes(target)}`
  return { path: shownOfBytes(path), kind: 'not-regular', detail: `symbolic link${to}; not followed` }
}

export function notRegular(path: PathBytes, stats: Stats): SkippedPath {
  return { path: shownOfBytes(path), kind: 'not-regular', detail: `${kindOf(stats)}; not opened` }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'named pipe'
  if (stats.isSocket()) return 'socket'
  if (stats.isCharacterDevice()) return 'character device'
  if (stats.isBlockDevice()) return 'block device'
  return 'not a regular file'
}
