/** Expands a pattern with fast-glob through a file system adapter that survives odd names and locked folders. */
import fs from 'node:fs'
import fg from 'fast-glob'
import type { SkippedPath } from '../model/source.js'
import { bytesOfText, escapeAsText, openable, textOfBytes, type PathBytes } from './path-bytes.js'
import { skippedByError } from './skipped.js'

type Adapter = NonNullable<NonNullable<Parameters<typeof fg>[1]>['fs']>

/** Undefined if nothing matched and nothing was skipped: probably a wrong pattern. */
export async function expandGlob(
  pattern: string,
  skip: (skipped: SkippedPath) => void,
): Promise<PathBytes[] | undefined> {
  const skipped: SkippedPath[] = []
  const matches = await fg(pattern, {
    fs: adapter((one) => skipped.push(one)),
    dot: true,
    caseSensitiveMatch: false,
    followSymbolicLinks: false,
    onlyFiles: false,
    unique: true,
  })
  skipped.forEach(skip)
  if (matches.length === 0 && skipped.length === 0) return undefined
  return matches.map(bytesOfText)
}

/** A pattern may name folders that do not exist, which says nothing about the evidence. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR'])

/**
 * fast-glob aborts on EACCES or, with suppressErrors, hides it: here a locked folder is reported and reads as empty. It
 * decodes names as UTF-8 with U+FFFD, and its `**` does not match a newline (3.3.3): both kinds of byte are escaped
 * here, and `bytesOfText` restores them.
 */
function adapter(skip: (skipped: SkippedPath) => void): Adapter {
  return {
    lstat: (path: string, done: StatDone) => {
      fs.lstat(openable(bytesOfText(path)), done)
    },
    stat: (path: string, done: StatDone) => {
      fs.stat(openable(bytesOfText(path)), done)
    },
    readdir: ((path: string, _options: unknown, done: ReaddirDone) => {
      const bytes = bytesOfText(path)
      fs.readdir(openable(bytes), { withFileTypes: true, encoding: 'latin1' }, (error, entries) => {
        if (error !== null && !NOTHING_THERE.has(error.code ?? '')) skip(skippedByError(bytes, error))
        done(null, error === null ? entries.map(matchable) : [])
      })
    }) as typeof fs.readdir,
  }
}

type StatDone = (error: NodeJS.ErrnoException | null, stats: fs.Stats) => void
type ReaddirDone = (error: null, entries: fs.Dirent[]) => void

function matchable(entry: fs.Dirent): fs.Dirent {
  entry.name = textOfBytes(entry.name).replaceAll('\n', escapeAsText)
  return entry
}
