/** Stores and reads what rules found. Results are made in temporary tables, and kept in one transaction. */
import { hash } from 'node:crypto'
import type { Connection } from './connection.js'
import {
  createDetectionTables,
  DETECTION,
  DETECTION_EVENT,
  DETECTION_HIT,
  DETECTION_RULE,
  DETECTION_TABLES,
} from './detection-schema.js'
import { createTable } from './schema.js'
import { digestRows } from './table-digest.js'

/** The tables of a detection for this connection only, also where the case is read-only. */
export function createTemporaryDetection(db: Connection): void {
  db.pragma('query_only = OFF')
  for (const table of DETECTION_TABLES) {
    db.exec(`DROP TABLE IF EXISTS temp.${table.name}`)
    db.exec(createTable(table, 'temp.'))
  }
}

export interface DetectionFacts {
  readonly started: string
  readonly finished: string
  readonly toolVersion: string
  readonly rulesGiven: readonly string[]
  readonly notes: readonly string[]
}

export function describeDetection(db: Connection, facts: DetectionFacts): void {
  const lastRun = db.prepare('SELECT max(id) FROM main.runs').pluck().get() as number | null
  const { started, finished, toolVersion, rulesGiven, notes } = facts
  db.prepare('INSERT INTO temp.detection VALUES (1, ?, ?, ?, ?, ?, ?, NULL)').run(
    started,
    finished,
    toolVersion,
    JSON.stringify(rulesGiven),
    lastRun,
    JSON.stringify(notes),
  )
}

/** Replaces what an earlier detection left in the case. */
export function keepDetection(db: Connection): void {
  createDetectionTables(db)
  db.transaction(() => {
    for (const { name } of DETECTION_TABLES) {
      db.exec(`DELETE FROM main.${name}`)
      db.exec(`INSERT INTO main.${name} SELECT * FROM temp.${name}`)
    }
    db.prepare('UPDATE main.detection SET row_hash = ?').run(detectionHash(db))
  })()
}

const EVENT_SUMS =
  'rule, count(*), sum(hit % 1000000007), sum(event_rowid % 1000000007), sum(event_rowid % 1000000007 * (hit % 1009))'

/** What was changed after `detect` kept it, in words; null if nothing was, or if there is none. */
export function changedDetection(db: Connection): string | null {
  const isThere = db
    .prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'detection'")
    .get()
  if (isThere === undefined) return null
  const kept = db.prepare('SELECT row_hash FROM main.detection').pluck().get() as string | null | undefined
  if (kept === undefined || kept === detectionHash(db)) return null
  return 'the results of detection rules were changed: their hash differs; run coldtrail detect again'
}

/** Covers the results, so that a changed or removed one is found. */
function detectionHash(db: Connection): string {
  const columns = DETECTION.columns.map(({ name }) => name).filter((name) => name !== 'row_hash')
  return hash(
    'sha256',
    JSON.stringify([
      digestRows(db, `SELECT ${columns.join(', ')} FROM main.detection ORDER BY id`),
      digestRows(db, `SELECT * FROM main.${DETECTION_RULE.name} ORDER BY id`),
      digestRows(db, `SELECT * FROM main.${DETECTION_HIT.name} ORDER BY rule, hit`),
      // Millions of rows: sums over them.
      digestRows(db, `SELECT ${EVENT_SUMS} FROM main.${DETECTION_EVENT.name} GROUP BY rule ORDER BY rule`),
    ]),
  )
}

export interface KeptDetection {
  readonly finished: string
  readonly tool_version: string
  readonly notes: readonly string[]
  /** Whether index added to the case since. */
  readonly isOlder: boolean
}

/** The last detection; null if there was none. */
export function readDetection(db: Connection): KeptDetection | null {
  const row = db
    .prepare(
      `SELECT finished, tool_version, notes, coalesce(last_run, 0) < (SELECT coalesce(max(id), 0) FROM main.runs) AS older
       FROM detection ORDER BY id DESC LIMIT 1`,
    )
    .get() as { finished: string; tool_version: string; notes: string; older: number } | undefined
  if (row === undefined) return null
  const { finished, tool_version, notes, older } = row
  return { finished, tool_version, notes: JSON.parse(notes) as string[], isOlder: older === 1 }
}
