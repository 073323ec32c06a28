/** Checks that a file is a case of a format this version reads, without reading a row. */
import { EXIT } from '../model/case-error.js'
import { hasOurTable, schemaObstacle } from './case-schema.js'
import { APPLICATION_ID, FORMAT_MAJOR } from './format.js'
import type { Connection } from './connection.js'
import {
  notACase,
  notReadable,
  olderFormat,
  otherSchema,
  refuseNewer,
  type RunCommand,
} from './open-errors.js'
import { RUNS } from './schema.js'

export function checkIdentity(db: Connection, path: string, { isWritten }: { isWritten: boolean }): void {
  const read = <Value>(what: () => Value, exit: number): Value => {
    try {
      return what()
    } catch (error) {
      throw notReadable(path, error as Error & { code?: string }, exit)
    }
  }
  const applicationId = read(() => db.pragma('application_id', { simple: true }), EXIT.notACase)
  const version = read(() => db.pragma('user_version', { simple: true }) as number, EXIT.notACase)
  if (applicationId !== APPLICATION_ID) throw notACase(path, "another program's database")
  refuseNewer(path, version)
  if (Math.floor(version / 1000) < FORMAT_MAJOR) throw olderFormat(path, version, readCommands(db))
  const minor = version % 1000
  const foreign = read(() => schemaObstacle(db, { isWritten, minor }), EXIT.verificationFailed)
  if (foreign !== null) throw otherSchema(path, foreign, readMakers(db))
}

const MOST_MAKERS = 3
/** A hostile case can have any number of runs. */
const MOST_RUNS = 100
const MOST_OF_VERSIONS = 2000

/** The command lines of its runs, as the case says: those that are not too long to be typed. */
function readCommands(db: Connection): RunCommand[] {
  try {
    if (!hasOurTable(db, RUNS)) return []
    const runs = db
      .prepare<[number, number], { arguments: string; folder: string | null }>(
        `SELECT arguments, substr(working_directory, 1, 1000) AS folder FROM runs
         WHERE length(arguments) < ? AND json_valid(arguments) ORDER BY id LIMIT ?`,
      )
      .all(MOST_OF_VERSIONS, MOST_MAKERS)
    return runs.map(({ arguments: args, folder }) => ({
      args: (JSON.parse(args) as unknown[]).map(String),
      folder,
    }))
  } catch {
    return []
  }
}

/** The versions that last wrote to it, by its own account: `coldtrail 0.1.0 on 2026-11-24`. */
function readMakers(db: Connection): string[] {
  try {
    if (!hasOurTable(db, RUNS)) return []
    const makers = db
      .prepare<[number, number], string | null>(
        `SELECT 'coldtrail ' || substr(json_extract(versions, '$.coldtrail'), 1, 40) || ' on ' || substr(started, 1, 10)
         FROM (SELECT versions, started FROM runs ORDER BY id DESC LIMIT ?)
         WHERE length(versions) < ? AND json_valid(versions)`,
      )
      .pluck()
      .all(MOST_RUNS, MOST_OF_VERSIONS)
    return [...new Set(makers)].filter((maker) => maker !== null).slice(0, MOST_MAKERS)
  } catch {
    // Damaged: unknown.
    return []
  }
}
