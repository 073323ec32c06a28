/** Knows where the evidence of a case is, so that nothing is written there. */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { CaseError } from '../model/case-error.js'
import type { Connection } from './connection.js'

/** @throws CaseError exit 2 for a file that is evidence of the case, or would be inside an indexed folder. */
export function refuseAmongEvidence(db: Connection, file: string, hint: string): void {
  const target = realPath(path.resolve(file))
  for (const { folder, words } of runsOf(db)) {
    const root = words.map((word) => realPath(path.resolve(folder, word))).find((one) => isUnder(target, one))
    if (root !== undefined)
      throw new CaseError(`${file} would be in ${root}, which is evidence of this case`, { hint })
  }
  if (existsSync(target) && isSource(db, target))
    throw new CaseError(`${file} is evidence of this case`, { hint })
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
  readonly folder: string
  /** As typed: paths among flags and their values. */
  readonly words: readonly string[]
}

function runsOf(db: Connection): Run[] {
  const rows = db
    .prepare<[], [unknown, unknown]>('SELECT DISTINCT working_directory, arguments FROM runs')
    .raw()
    .all()
  return rows.map(([folder, words]) => ({
    folder: textOr('/', folder),
    words: runArguments(words)
      .slice(1)
      .filter((word) => !word.startsWith('-')),
  }))
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
