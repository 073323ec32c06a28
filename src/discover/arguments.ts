/** Resolves the paths named by the user to files and folders. A missing path is a user error. */
import { readdir, readlink, realpath, stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import path from 'node:path'
import fg from 'fast-glob'
import { CaseError } from '../model/case-error.js'
import type { SkippedPath } from '../model/source.js'
import { expandGlob } from './expand-glob.js'
import { bytesOfText, joinBytes, openable, shownOfBytes, textOfBytes, type PathBytes } from './path-bytes.js'
import { linkSkipped, notRegular, skippedAsGone, skippedByError } from './skipped.js'
import { STATS_AT_ONCE, statsOfAll } from './stats-of-all.js'

/** A path where the search starts. */
export interface Start {
  readonly path: PathBytes
  /** Absolute, without symbolic links: identifies a file that several arguments name. */
  readonly real: PathBytes
  /** Path of the argument itself, if it is a symbolic link. */
  readonly link: PathBytes | undefined
  readonly isFolder: boolean
  /** Why it cannot be read, if it is neither file nor folder. */
  readonly irregular: SkippedPath | undefined
  readonly size: number
  readonly mtimeMs: number
  /** Number of folders of `path` that the user spelled out; the others were matched by a pattern. */
  readonly spelled: number
}

interface Named {
  readonly path: PathBytes
  /** As written: a pattern ending in a slash matches folders only. */
  readonly given: PathBytes
  readonly byGlob: boolean
  readonly spelled: number
}

const MOST_SHOWN = 200
/** Errors that mean the path does not exist, as opposed to a failing disk. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

/** Cached: lists and patterns name many files in few folders. */
type RealFolders = Map<PathBytes, Promise<PathBytes>>

export async function findStarts(
  paths: readonly string[],
  skip: (skipped: SkippedPath) => void,
): Promise<Start[]> {
  const look = new Look(skip)
  // In chunks: --files-from can name a million.
  for (let at = 0; at < paths.length; at += STATS_AT_ONCE) {
    const literal = paths.slice(at, at + STATS_AT_ONCE).map((text) => named(bytesOfText(text)))
    const absent = await look.at(literal)
    for (const { given } of absent) {
      // The literal path was tried first: `a[b].json` and a folder `*` are valid names.
      const meant = await expand(given, skip)
      for (let from = 0; from < meant.length; from += STATS_AT_ONCE) {
        const gone = await look.at(meant.slice(from, from + STATS_AT_ONCE))
        for (const { path } of gone) skip(skippedAsGone(path))
      }
    }
  }
  return look.starts
}

class Look {
  readonly starts: Start[] = []
  readonly #folders: RealFolders = new Map()
  readonly #skip: (skipped: SkippedPath) => void

  constructor(skip: (skipped: SkippedPath) => void) {
    this.#skip = skip
  }

  /** @returns those that do not exist. */
  async at(some: readonly Named[]): Promise<Named[]> {
    const allStats = await statsOfAll(some.map(({ path }) => path))
    const absent: Named[] = []
    for (const [index, one] of some.entries()) {
      const stats = allStats[index] as Stats | NodeJS.ErrnoException
      if (!(stats instanceof Error)) await this.#place(one, stats)
      else if (isMissing(stats)) absent.push(one)
      else this.#skip(skippedByError(one.path, stats))
    }
    return absent
  }

  /** A link named by the user is followed, a link matched by a pattern is not. */
  async #place({ path, byGlob, spelled }: Named, own: Stats): Promise<void> {
    const real = await this.#realOf(path, own)
    if (!own.isSymbolicLink()) this.starts.push(startOf({ path, real, link: undefined, spelled }, own))
    else if (byGlob) this.#skip(await linkSkipped(path))
    else await this.#follow(path, real, spelled)
  }

  async #follow(path: PathBytes, link: PathBytes, spelled: number): Promise<void> {
    try {
      const stats = await stat(openable(path))
      const real = await realpath(openable(path), 'latin1')
      this.starts.push(startOf({ path, real, link, spelled }, stats))
    } catch (error) {
      if (isMissing(error)) throw await missing(path)
      this.#skip(skippedByError(path, error))
    }
  }

  /** Does not follow the last part. A folder path can end in `..`, which must be resolved. */
  async #realOf(bytes: PathBytes, stats: Stats): Promise<PathBytes> {
    if (stats.isDirectory()) return realFolder(bytes)
    const cut = bytes.lastIndexOf('/')
    const folder = cut === -1 ? '.' : bytes.slice(0, cut + 1)
    const known = this.#folders.get(folder) ?? realFolder(folder)
    this.#folders.set(folder, known)
    return joinBytes(await known, bytes.slice(cut + 1))
  }
}

/** Drops the Stats: for a million arguments they would take half a gigabyte. */
function startOf(place: Pick<Start, 'path' | 'real' | 'link' | 'spelled'>, stats: Stats): Start {
  const isFolder = stats.isDirectory()
  const irregular = isFolder || stats.isFile() ? undefined : notRegular(place.path, stats)
  return { ...place, isFolder, irregular, size: stats.size, mtimeMs: stats.mtimeMs }
}

async function expand(bytes: PathBytes, skip: (skipped: SkippedPath) => void): Promise<Named[]> {
  const garbled = await namesReadAs(bytes)
  if (garbled.length > 0) return garbled.map(named)
  const text = textOfBytes(bytes)
  if (text === '' || !fg.isDynamicPattern(text)) throw await missing(bytes)
  const matches = await expandGlob(text, skip)
  if (matches === undefined) {
    const isContent = /^\s*[[{].*"/s.test(text)
    throw new CaseError(`nothing matches the pattern ${shortened(shownOfBytes(bytes))}`, {
      hint: isContent
        ? 'a path was expected, and this reads like the text of a log: name its file as an argument'
        : 'quote it, and use ** to cross folders: "AWSLogs/**/*.json.gz"',
    })
  }
  const dynamic = Math.max(
    partsOf(text).findIndex((part) => fg.isDynamicPattern(part)),
    0,
  )
  return matches.map((path) => ({ path, given: path, byGlob: true, spelled: dynamic }))
}

/** The argument could be the content of a file instead of a path. */
function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}

function named(bytes: PathBytes): Named {
  if (bytes.includes('\0')) {
    throw new CaseError(`a path cannot contain a NUL byte: ${shownOfBytes(bytes)}`, {
      hint: 'a list from find -print0 goes to --files0-from',
    })
  }
  // Lists `logs/` and `logs` under one spelling.
  const path = bytes.replace(/(?<=[^/])\/+$/, '')
  return { path, given: bytes, byGlob: false, spelled: partsOf(path).length }
}

export function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function isMissing(error: unknown): boolean {
  return MISSING.has((error as NodeJS.ErrnoException).code ?? '')
}

async function missing(bytes: PathBytes): Promise<CaseError> {
  const shown = shownOfBytes(bytes)
  if (bytes === '')
    return new CaseError('an empty path was given', { hint: 'name a file or a folder; . is this one' })
  const target = await readlink(openable(bytes), 'latin1').catch(() => undefined)
  if (target !== undefined) {
    return new CaseError(`${shown} is a symbolic link that leads nowhere, to ${shownOfBytes(target)}`, {
      hint: 'name the file or folder that was meant, or leave the link out',
    })
  }
  return new CaseError(`no such file or folder: ${shown}`, {
    hint: `check the spelling; relative paths start at ${process.cwd()}`,
  })
}

/**
 * Node decodes arguments as UTF-8 and replaces invalid bytes by U+FFFD; such a path cannot be opened. Finds the names
 * that decode to it. If there are several, the shell's `*` named all of them, so all are used.
 */
async function namesReadAs(bytes: PathBytes): Promise<PathBytes[]> {
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  if (!text.includes('\ufffd')) return []
  let found: PathBytes[] = [text.startsWith('/') ? '/' : '']
  for (const part of text.split('/').filter((part) => part !== '')) {
    const next = await Promise.all(
      found.map(async (folder) => {
        const join = (name: PathBytes): PathBytes => (folder === '' ? name : joinBytes(folder, name))
        if (!part.includes('\ufffd')) return [join(bytesOfText(part))]
        const names = await readdir(openable(folder === '' ? '.' : folder), 'latin1').catch(() => [])
        return names.filter((name) => Buffer.from(name, 'latin1').toString('utf8') === part).map(join)
      }),
    )
    found = next.flat()
  }
  const allStats = await statsOfAll(found)
  return found.filter((_, index) => !isMissing(allStats[index]))
}

async function realFolder(bytes: PathBytes): Promise<PathBytes> {
  try {
    return await realpath(openable(bytes), 'latin1')
  } catch {
    // The parent can be traversed but not read, so two spellings of one file may both be listed; the hash finds the
    // duplicate.
    return path.resolve(bytesOfText(process.cwd()), bytes)
  }
}
