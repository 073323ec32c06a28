/** The record of index runs. Each row hashes the previous one, so that a removed or changed row is found. */
import { hash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Connection } from './connection.js'

export interface RunStart {
  readonly arguments: readonly string[]
  readonly toolVersion: string
}

export function startRun(db: Connection, start: RunStart): number {
  db.exec("UPDATE runs SET status = 'interrupted' WHERE status = 'running'")
  const versions = {
    coldtrail: start.toolVersion,
    node: process.version,
    sqlite: (db.prepare('SELECT sqlite_version() AS v').get() as { v: string }).v,
    platform: `${process.platform}-${process.arch}`,
  }
  const result = db
    .prepare(
      `INSERT INTO runs (started, status, arguments, working_directory, user, versions) VALUES (?, 'running', ?, ?, ?, ?)`,
    )
    .run(
      new Date().toISOString(),
      JSON.stringify(start.arguments),
      process.cwd(),
      userAtHost(),
      JSON.stringify(versions),
    )
  return Number(result.lastInsertRowid)
}

export function finishRun(
  db: Connection,
  runId: number,
  status: 'done' | 'interrupted',
  counts: object,
): void {
  const finished = new Date().toISOString()
  db.transaction(() => {
    db.prepare('UPDATE runs SET finished = ?, status = ?, counts = ? WHERE id = ?').run(
      finished,
      status,
      JSON.stringify(counts),
      runId,
    )
    sealRuns(db)
  })()
}

interface RunRow {
  readonly id: number
  readonly previous_hash: string | null
  readonly row_hash: string | null
  readonly [column: string]: string | number | null
}

/** The hash of a run covers every column but itself. */
export function runHash(row: RunRow, previous: string | null): string {
  const covered = Object.entries(row).filter(
    ([column]) => column !== 'row_hash' && column !== 'previous_hash',
  )
  return hash('sha256', JSON.stringify([previous, covered]))
}

/** A killed run has no hash until the next run ends. */
function sealRuns(db: Connection): void {
  let previous: string | null = null
  const update = db.prepare('UPDATE runs SET previous_hash = ?, row_hash = ? WHERE id = ?')
  for (const row of db.prepare('SELECT * FROM runs ORDER BY id').all() as RunRow[]) {
    if (row.row_hash === null) {
      const made = runHash(row, previous)
      update.run(previous, made, row.id)
      previous = made
    } else previous = row.row_hash
  }
}

function userAtHost(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    return `?@${hostname()}`
  }
}
