/**
 * Output files are written in a temporary folder next to their destination and renamed when all are complete. SQLite's
 * journal and other temporary files are in there, too.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { CaseError } from '../model/case-error.js'
import { shellWord } from '../model/shell-word.js'
import { exactPath } from './case-path.js'

/** SQLite takes these for parts of a file of that name. */
const SQLITE_ENDS = ['-journal', '-wal', '-shm'] as const

export class UnfinishedFiles {
  /** Path to write instead of the requested one; accompanying files are named after it. */
  readonly path: string
  readonly #given: string
  readonly #out: string
  readonly #folder: string
  readonly #ends: readonly string[]
  readonly #cleaner: Cleaner

  /**
   * @param ends suffixes of all files that may be made; '' is the file itself. @throws CaseError exit 2 if one exists
   * or cannot be created.
   */
  constructor(out: string, ends: readonly string[]) {
    this.#given = out
    this.#out = exactPath(out)
    this.#ends = ends
    for (const end of [...ends, ...SQLITE_ENDS]) {
      if (lstatSync(this.#out + end, { throwIfNoEntry: false }) !== undefined) throw existsAlready(out + end)
    }
    this.#folder = `${this.#out}.unfinished`
    this.path = path.join(this.#folder, path.basename(this.#out))
    this.#cleaner = startCleaner(this.#folder, this.#names())
    try {
      makeFolder(this.#folder, out)
      // Identifies this run's folder to the cleaner.
      this.#cleaner.stdin.write(String(lstatSync(this.#folder, { bigint: true }).ino))
    } catch (error) {
      this.#cleaner.stdin.end()
      throw error
    }
  }

  /** @returns the requested paths of the files that were made. */
  publish(): string[] {
    const published: string[] = []
    try {
      for (const end of this.#ends) {
        if (lstatSync(this.path + end, { throwIfNoEntry: false }) === undefined) continue
        moveToNew(this.path + end, this.#out + end)
        published.push(end)
      }
    } catch (error) {
      for (const end of published) unlinkSync(this.#out + end)
      throw error
    }
    this.discard()
    return published.map((end) => this.#given + end)
  }

  /** Removes files that were not renamed yet. */
  discard(): void {
    for (const name of this.#names()) rmSync(path.join(this.#folder, name), { force: true })
    try {
      rmdirSync(this.#folder)
    } catch {
      // Not empty: someone else put a file there.
    }
    this.#cleaner.stdin.end()
  }

  #names(): string[] {
    const name = path.basename(this.path)
    return [...this.#ends, ...SQLITE_ENDS].map((end) => name + end)
  }
}

function existsAlready(file: string): CaseError {
  return new CaseError(`${file} exists already`, { hint: 'name a new file: nothing is ever overwritten' })
}

/** Exclusively: everything in it is ours. */
function makeFolder(folder: string, out: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'EEXIST'
      ? new CaseError(`${folder} is there: a run that was killed left it, or another is writing ${out}`, {
          hint: `when no other is, remove it: rm -r ${shellWord(folder)}`,
          cause: error,
        })
      : new CaseError(`cannot write ${out}: ${message}`, {
          hint: 'name a file in a folder of yours',
          cause: error,
        })
  }
}

/** Never overwrites a file, as rename would. */
function moveToNew(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existsAlready(to)
    // Not every file system has hard links: there an empty file reserves the name.
    keepName(to)
    renameSync(from, to)
    return
  }
  unlinkSync(from)
}

function keepName(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? existsAlready(file) : error
  }
}

type Cleaner = ChildProcessByStdio<Writable, null, null>

/** Waits for the end of its input, which comes when this process ends. */
const CLEANER = `
const { lstatSync, rmdirSync, rmSync } = require('node:fs')
const [folder, ...names] = process.argv.slice(1)
let inode = ''
process.stdin.on('error', () => undefined).on('data', (text) => (inode += text)).on('end', () => {
  const stats = lstatSync(folder, { throwIfNoEntry: false, bigint: true })
  if (!stats?.isDirectory() || String(stats.ino) !== inode) return
  for (const name of names) rmSync(folder + '/' + name, { force: true })
  try {
    rmdirSync(folder)
  } catch {}
})`

/**
 * A child process removes leftovers if this one is stopped: inside SQLite no signal is handled, and Ctrl-C must work at
 * once. It is outside our process group, which is what a terminal stops.
 */
function startCleaner(folder: string, names: readonly string[]): Cleaner {
  const cleaner = spawn(process.execPath, ['-e', CLEANER, '--', folder, ...names], {
    cwd: path.dirname(folder),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  })
  // Without it the next run finds the leftovers.
  cleaner.on('error', () => undefined)
  cleaner.stdin.on('error', () => undefined)
  cleaner.unref()
  return cleaner
}
