/** Where the evidence of a case is: nothing is written there. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { CaseError } from '../model/case-error.js'
import type { Connection } from './connection.js'

/** @throws CaseError exit 2 for a file that is evidence of the case, or would be inside an indexed folder. */
export function refuseAmongEvidence(db: Connection, file: string, hint: string): void {
  const target = realPath(path.resolve(file))
  for (const run of runsOf(db)) {
    const root = evidenceFolders(db, run).find((folder) => isUnder(target, folder))
    if (root !== undefined)
      throw new CaseError(`${file} would be in ${root}, which is evidence of this case`, { hint })
  }
  if (existsSync(target) && isSource(db, target))
    throw new CaseError(`${file} is evidence of this case`, { hint })
}

/** As for a case: folders that were named, those of files that were, and those in which a pattern begins. */
function evidenceFolders(db: Connection, { id, folder, paths, hasList }: Run): string[] {
  const named = paths.flatMap((word) => {
    const place = realPath(path.resolve(folder, word))
    const stats = statSync(place, { throwIfNoEntry: false })
    if (stats !== undefined) return [stats.isDirectory() ? place : path.dirname(place)]
    const pattern = GLOB.exec(word)
    return pattern === null ? [] : [realPath(path.resolve(folder, word.slice(0, pattern.index), '.'))]
  })
  return hasList ? [...named, ...foldersOf(db, id, folder)] : named
}

/** Up to the folder in which a pattern begins. */
const GLOB = /(?<=^|\/)[^/]*[*?[\]{}()!+@][^]*$/

/** Of a list of paths only what was found is known. */
function foldersOf(db: Connection, runId: unknown, workingFolder: string): string[] {
  return db
    .prepare<[unknown]>(
      "SELECT DISTINCT rtrim(path, replace(path, '/', '')) FROM source WHERE run_id = ? AND member IS NULL",
    )
    .pluck()
    .all(runId)
    .map((found) => realPath(path.resolve(workingFolder, textOr('', found))))
}

function isUnder(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)
}

function isSource(db: Connection, target: string): boolean {
  const named = db
    .prepare<[string, string], [unknown, unknown]>(
      `SELECT s.path, r.working_directory FROM source s LEFT JOIN runs r ON r.id = coalesce(s.path_run_id, s.run_id)
       WHERE s.member IS NULL AND substr(s.path, -length(?)) = ?`,
    )
    .raw()
  const name = path.basename(target)
  return named
    .all(name, name)
    .some(([file, folder]) => realPath(path.resolve(textOr('/', folder), textOr('', file))) === target)
}

/** Also for a file that does not exist yet. */
function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    const folder = path.dirname(file)
    return folder === file ? file : path.join(realPath(folder), path.basename(file))
  }
}

interface Run {
  readonly id: unknown
  readonly folder: string
  readonly paths: readonly string[]
  /** Paths came from a list, too. */
  readonly hasList: boolean
}

/** Flags of index that take a value; test/contracts/cli-surface.test.ts compares them with the command. */
export const FLAGS_WITH_VALUE: ReadonlySet<string> = new Set([
  '--case',
  '--exclude',
  '--files-from',
  '--files0-from',
  '--log',
  '--since',
  '--until',
  '--workers',
])

function runsOf(db: Connection): Run[] {
  const rows = db
    .prepare<[], [unknown, unknown, unknown]>('SELECT id, working_directory, arguments FROM runs')
    .raw()
    .all()
  return rows.map(([id, folder, text]) => {
    const [, ...words] = runArguments(text)
    const hasList = words.some((word) => /^--files0?-from(?:=|$)/.test(word))
    return { id, folder: textOr('/', folder), paths: pathsAmong(words), hasList }
  })
}

function pathsAmong(words: readonly string[]): string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  return words.filter(
    (word, at) =>
      at > end || (at < end && !word.startsWith('-') && !FLAGS_WITH_VALUE.has(words[at - 1] ?? '')),
  )
}

/** In a hostile case these can be anything. */
export function runArguments(text: unknown): string[] {
  try {
    const words: unknown = JSON.parse(String(text))
    return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : []
  } catch {
    return []
  }
}

function textOr(usual: string, value: unknown): string {
  return typeof value === 'string' ? value : usual
}
