/**
 * Shards → case: SQL only, one transaction per group of shards. Rows, states of sources, dictionaries and full text are
 * committed together, so that what is acknowledged is complete.
 */
import { FIRST_OVERFLOW } from '../model/event-id.js'
import { AGGREGATE } from './aggregate-schema.js'
import { getMeta, setMeta } from './create.js'
import type { Connection } from './connection.js'
import { openExistingWriter } from './open.js'
import { NOTICE } from './notice-schema.js'
import { EVENT_RESOURCE } from './schema.js'
import type { TableSpec } from './column-spec.js'
import { SHARD_TABLES } from './shard.js'
import { STAGES } from './stages.js'
import {
  countTextSegments,
  hasKnownStructure,
  joinTextSegments,
  mergeTextRows,
  mergeTextSegments,
  WORKER_TEXTS,
} from './text-segments.js'

/** A search looks into each segment of the full text: beyond this, FTS5 merges them. */
const MAX_TEXT_SEGMENTS = 400

const DICTIONARIES = SHARD_TABLES.filter((table) => table.dictionary === true)

export interface MergeOptions {
  /** Resources go to the stage instead of the table. */
  readonly bulk: boolean
}

export interface MergeCounts {
  readonly events: number
  readonly duplicateSources: number
}

/** Merges shards in the given order. Nothing of a group is visible before all of it is durable. */
export function mergeShards(
  db: Connection,
  shardPaths: readonly string[],
  options: MergeOptions,
): MergeCounts {
  const names = shardPaths.map((_, index) => `shard${index}`)
  shardPaths.forEach((path, index) => db.prepare(`ATTACH ? AS shard${index}`).run(path))
  try {
    return db.transaction(() => {
      let events = 0
      let duplicateSources = 0
      for (const name of names) {
        const counts = mergeOne(db, name, options)
        events += counts.events
        duplicateSources += counts.duplicateSources
      }
      return { events, duplicateSources }
    })()
  } finally {
    for (const name of names) db.exec(`DETACH ${name}`)
  }
}

function mergeOne(db: Connection, shard: string, options: MergeOptions): MergeCounts {
  const duplicates = findDuplicateSources(db, shard)
  forgetEarlierAttempts(db, shard)
  mergeDictionaries(db, shard, options)
  const skip =
    duplicates.length === 0 ? '' : `AND source_id NOT IN (${duplicates.map((d) => d.id).join(',')})`
  const events = copyRows(db, shard, options, skip)
  for (const name of WORKER_TEXTS) {
    mergeTextSegments(db, shard, name)
    mergeTextRows(db, shard, name)
  }
  db.exec(`INSERT INTO segment SELECT * FROM ${shard}.segment WHERE 1 ${skip}`)
  db.exec(
    `INSERT INTO problem SELECT NULL, ${PROBLEM_COLUMNS} FROM ${shard}.problem WHERE (source_id IS NULL OR 1 ${skip})`,
  )
  for (const table of [AGGREGATE, NOTICE]) copyNumbered(db, shard, table, skip)
  db.exec(`INSERT INTO source SELECT * FROM ${shard}.source`)
  const mark = db.prepare(
    `UPDATE source SET status = 'duplicate', duplicate_of = ?, storage = 'none', duplicates = events, events = 0, other_rows = 0 WHERE id = ?`,
  )
  for (const { id, of } of duplicates) mark.run(of, id)
  noteLastRow(db, shard)
  return { events, duplicateSources: duplicates.length }
}

/** Rows whose numbers are given here. */
function copyNumbered(db: Connection, shard: string, { name, columns }: TableSpec, skip: string): void {
  const others = columns
    .slice(1)
    .map((column) => column.name)
    .join(', ')
  db.exec(`INSERT INTO ${name} SELECT NULL, ${others} FROM ${shard}.${name} WHERE 1 ${skip}`)
}

const PROBLEM_COLUMNS =
  'run_id, kind, source_id, path, member, record_index, byte_offset, byte_length, event_id, detail'

/** Same bytes under another name, in the case or earlier in this shard: one set of events, both paths recorded. */
function findDuplicateSources(db: Connection, shard: string): { id: number; of: number }[] {
  const known = db.prepare(
    `SELECT s.id AS id, min(m.id) AS "of" FROM ${shard}.source s JOIN main.source m ON m.sha256 = s.sha256
     WHERE s.status = 'indexed' AND m.status = 'indexed' GROUP BY s.id`,
  )
  const within = db.prepare(
    `SELECT s.id AS id, f.first AS "of" FROM ${shard}.source s
     JOIN (SELECT sha256, min(id) AS first FROM ${shard}.source WHERE status = 'indexed' GROUP BY sha256 HAVING count(*) > 1) f
     ON f.sha256 = s.sha256 WHERE s.id > f.first AND s.status = 'indexed'`,
  )
  const found = known.all() as { id: number; of: number }[]
  const seen = new Set(found.map((d) => d.id))
  return [...found, ...(within.all() as { id: number; of: number }[]).filter((d) => !seen.has(d.id))]
}

/**
 * A file that could not be read before and was tried again: the new finding takes the place of the old one. What changed while it was
 * streamed has no hash either, but events: it stays. So with a container of which members had been left out.
 */
function forgetEarlierAttempts(db: Connection, shard: string): void {
  const earlier = (condition: string): string =>
    `SELECT m.id FROM ${shard}.source s CROSS JOIN main.source m INDEXED BY source_by_sha256
     ON ${condition} AND m.path = s.path AND m.member IS s.member`
  const stale = db
    .prepare<[], number>(
      `${earlier("m.sha256 IS NULL AND m.status = 'rejected'")} UNION ${earlier("m.sha256 = s.sha256 AND m.status = 'partial'")}`,
    )
    .pluck()
    .all()
  if (stale.length === 0) return
  const forget = ['problem WHERE source_id', 'notice WHERE source_id', 'source WHERE id'].map((rows) =>
    db.prepare(`DELETE FROM ${rows} = ?`),
  )
  for (const id of stale) for (const statement of forget) statement.run(id)
}

function mergeDictionaries(db: Connection, shard: string, options: MergeOptions): void {
  mergeValueTexts(db, shard)
  for (const table of DICTIONARIES) {
    db.exec(`INSERT OR IGNORE INTO ${table.name} SELECT * FROM ${shard}.${table.name}`)
    const same = table.columns.map((c) => `m.${c.name} IS s.${c.name}`).join(' AND ')
    const clash = db
      .prepare(
        `SELECT count(*) AS n FROM ${shard}.${table.name} s JOIN main.${table.name} m ON m.id = s.id WHERE NOT (${same})`,
      )
      .get() as { n: number }
    // 52 bits collide with a chance of 1 in 9,000 at a million distinct values. Ignored, an event would get another's
    // identity.
    if (clash.n > 0) throw new Error(`two values of ${table.name} have the same hash`)
  }
  for (const { table, stage } of STAGES) {
    const into = options.bulk ? stage.name : table.name
    db.exec(`INSERT ${options.bulk ? '' : 'OR IGNORE '}INTO ${into} SELECT * FROM ${shard}.${table.name}`)
  }
  for (const name of ['name_of_caller', 'requester_name'])
    db.exec(`INSERT OR IGNORE INTO ${name} SELECT * FROM ${shard}.${name}`)
}

/**
 * Runs before the dictionary rows: the words of a value that another worker delivered earlier are already indexed. In
 * order of row numbers, since FTS5 starts a new segment at each smaller one (10 instead of 3 µs a value).
 */
function mergeValueTexts(db: Connection, shard: string): void {
  const isNew = DICTIONARIES.map(
    ({ name }) => `WHEN '${name}' THEN NOT EXISTS (SELECT 1 FROM main.${name} d WHERE d.id = v.id)`,
  ).join(' ')
  db.exec(`INSERT INTO value_text (rowid, body) SELECT id, body FROM ${shard}.value_body v
    WHERE CASE dictionary ${isNew} END GROUP BY id ORDER BY id`)
}

/**
 * Into tables without indexes SQLite copies rows as bytes (transfer optimization): 0.3 instead of 1.2 µs a row. Only
 * then may the SELECT contain a generated column.
 */
function copyRows(db: Connection, shard: string, { bulk }: MergeOptions, skip: string): number {
  const asBytes = bulk && skip === ''
  // Even a condition that is always true would disable it.
  const kept = skip === '' ? '' : `WHERE 1 ${skip}`
  const stored = EVENT_RESOURCE.columns.filter(({ generated }) => generated === undefined)
  const names = stored.map(({ name }) => name).join(', ')
  const copied = db.prepare(`INSERT INTO event SELECT * FROM ${shard}.event ${kept}`).run()
  const ofKept = `WHERE event_rowid IN (SELECT id FROM ${shard}.event ${kept})`
  db.exec(
    asBytes
      ? `INSERT INTO event_resource SELECT * FROM ${shard}.event_resource`
      : `INSERT INTO event_resource (${names}) SELECT ${names} FROM ${shard}.event_resource ${skip === '' ? '' : ofKept}`,
  )
  db.exec(`INSERT INTO access_log SELECT * FROM ${shard}.access_log ${kept}`)
  return copied.changes
}

/** IDs are never reused, because words of folded duplicates stay in the full text. */
function noteLastRow(db: Connection, shard: string): void {
  const { id } = db
    .prepare(
      `SELECT max(coalesce((SELECT max(id) FROM ${shard}.event WHERE id < ${FIRST_OVERFLOW}), 0),
        coalesce((SELECT max(id) FROM ${shard}.access_log WHERE id < ${FIRST_OVERFLOW}), 0)) AS id`,
    )
    .get() as { id: number }
  if (id > lastRow(db)) setMeta(db, 'last_event_rowid', String(id))
}

export function lastRow(db: Connection): number {
  return Number(getMeta(db, 'last_event_rowid') ?? 0)
}

/** Between two transactions, in a separate connection: see joinTextSegments. */
export function joinTexts(db: Connection): void {
  for (const name of WORKER_TEXTS) {
    // FTS5 merges the segments that it makes itself.
    if (!hasKnownStructure(db, name) || countTextSegments(db, name) <= MAX_TEXT_SEGMENTS) continue
    const other = openExistingWriter(db.name)
    // Every page is read once, so caching them in addition to those of `db` only raises the peak.
    other.pragma('cache_size = -16384')
    try {
      joinTextSegments(other, name)
    } finally {
      other.close()
    }
  }
}
