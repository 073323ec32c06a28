/** Lets fast-glob expand a pattern, over a file system that neither hides nor breaks on a name or a locked folder. */
import fs from 'node:fs'
import fg from 'fast-glob'
import type { SkippedPath } from '../model/source.js'
import { bytesOfText, escapeAsText, openable, textOfBytes, type PathBytes } from './path-bytes.js'
import { skippedByError } from './skipped.js'

type Adapter = NonNullable<NonNullable<Parameters<typeof fg>[1]>['fs']>

/** Undefined when nothing matched and nothing was skipped on the way: a mistaken pattern. */
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

/** A pattern may ask for folders that are not there; that says nothing about the evidence. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR'])

/**
 * fast-glob aborts on EACCES or, with suppressErrors, says nothing: here a locked folder is reported and reads as
 * empty. It gets names as UTF-8 with U+FFFD, and its `**` does not match a newline (3.3.3): here both kinds of byte
 * are escaped on the way in, and `bytesOfText` brings them back.
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
