/**
 * Shards → case: SQL only, one transaction for a group of shards. Rows, sources' states, dictionaries and full text land
 * together or not at all, so what is acknowledged is complete.
 */
import { getMeta, setMeta } from './create.js'
import type { Connection } from './open.js'
import { ACCESS_LOG } from './access-log-schema.js'
import { AGGREGATE } from './schema.js'
import { SHARD_TABLES } from './shard.js'

/** Resources of a bulk load wait here and are sorted in at the end: inserting hashes one by one would touch every page. */
export const RESOURCE_STAGE = 'resource_stage'

const DICTIONARIES = SHARD_TABLES.filter((table) => table.dictionary === true)

export interface MergeOptions {
  /** Resources go to the stage instead of the table. */
  readonly bulk: boolean
}

export interface MergeCounts {
  readonly events: number
  readonly duplicateSources: number
}

/** Merges shards in the order given. Nothing of a group is visible before all of it is durable. */
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
  // Never a rowid again that a folded duplicate had: its words are still in the full-text index.
  const base = Number(getMeta(db, 'last_event_rowid') ?? 0)
  const events = copyEvents(db, shard, base, skip)
  db.exec(`INSERT INTO segment SELECT * FROM ${shard}.segment WHERE 1 ${skip}`)
  db.exec(
    `INSERT INTO problem SELECT NULL, ${PROBLEM_COLUMNS} FROM ${shard}.problem WHERE (source_id IS NULL OR 1 ${skip})`,
  )
  copyAccessLog(db, shard, skip)
  const counts = AGGREGATE.columns.slice(1).map(({ name }) => name)
  db.exec(`INSERT INTO aggregate SELECT NULL, ${counts.join(', ')} FROM ${shard}.aggregate WHERE 1 ${skip}`)
  db.exec(`INSERT INTO source SELECT * FROM ${shard}.source`)
  const mark = db.prepare(
    `UPDATE source SET status = 'duplicate', duplicate_of = ?, storage = 'none', duplicates = events, events = 0, other_rows = 0 WHERE id = ?`,
  )
  for (const { id, of } of duplicates) mark.run(of, id)
  const last = db.prepare(`SELECT coalesce(max(id), 0) AS id FROM ${shard}.event`).get() as { id: number }
  setMeta(db, 'last_event_rowid', String(base + last.id))
  return { events, duplicateSources: duplicates.length }
}

const PROBLEM_COLUMNS =
  'run_id, kind, source_id, path, member, record_index, byte_offset, byte_length, event_id, detail'

/** The same bytes under another name, in the case or earlier in this shard: one set of events, both paths remembered. */
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

/** A file that could not be read before and was tried again: the new finding takes the place of the old one. */
function forgetEarlierAttempts(db: Connection, shard: string): void {
  const stale = db
    .prepare(
      `SELECT m.id AS id FROM main.source m JOIN ${shard}.source s ON s.path = m.path AND s.member IS m.member
       WHERE m.sha256 IS NULL`,
    )
    .all() as { id: number }[]
  for (const { id } of stale) {
    db.prepare('DELETE FROM problem WHERE source_id = ?').run(id)
    db.prepare('DELETE FROM source WHERE id = ?').run(id)
  }
}

function mergeDictionaries(db: Connection, shard: string, options: MergeOptions): void {
  for (const table of DICTIONARIES) {
    // Before the rows: a value that another worker brought earlier has its words indexed already.
    db.exec(`INSERT INTO value_text (rowid, body) SELECT id, body FROM ${shard}.value_body
      WHERE dictionary = '${table.name}' AND id NOT IN (SELECT id FROM main.${table.name})`)
    db.exec(`INSERT OR IGNORE INTO ${table.name} SELECT * FROM ${shard}.${table.name}`)
    const same = table.columns.map((c) => `m.${c.name} IS s.${c.name}`).join(' AND ')
    const clash = db
      .prepare(
        `SELECT count(*) AS n FROM ${shard}.${table.name} s JOIN main.${table.name} m ON m.id = s.id WHERE NOT (${same})`,
      )
      .get() as { n: number }
    // 52 bits: one in 9,000 at a million distinct values. Silence would give an event another's identity.
    if (clash.n > 0) throw new Error(`two values of ${table.name} have the same hash`)
  }
  for (const names of ['identity_name', 'requester_name'])
    db.exec(`INSERT OR IGNORE INTO ${names} SELECT * FROM ${shard}.${names}`)
  const into = options.bulk ? RESOURCE_STAGE : 'resource'
  db.exec(`INSERT OR IGNORE INTO ${into} SELECT * FROM ${shard}.resource`)
}

function copyEvents(db: Connection, shard: string, base: number, skip: string): number {
  const copied = db
    .prepare(
      `INSERT INTO event SELECT id + ${base}, event_time_ms, action_id, place_id, identity_id, origin_id, outcome_id, event_id,
       request_id, shared_event_id, source_id, record_offset, record_length, locator, flags, appearances
       FROM ${shard}.event WHERE 1 ${skip}`,
    )
    .run()
  const kept = skip === '' ? '' : `WHERE id IN (SELECT id FROM ${shard}.event WHERE 1 ${skip})`
  db.exec(`INSERT INTO event_text (rowid, body) SELECT id + ${base}, body FROM ${shard}.body ${kept}`)
  const keptUses = skip === '' ? '' : `WHERE event_rowid IN (SELECT id FROM ${shard}.event WHERE 1 ${skip})`
  db.exec(
    `INSERT INTO event_resource SELECT event_rowid + ${base}, resource_id, role_id, event_time_ms FROM ${shard}.event_resource ${keptUses}`,
  )
  return copied.changes
}

/** The URI of a request holds its key, so that most lines have its words once. */
const ACCESS_WORDS = `concat_ws(' ', CASE WHEN instr(l.request_uri, l.object_key) = 0 OR l.request_uri IS NULL THEN l.object_key END,
  l.request_uri, l.referer, l.version_id, b.body)`

/** No row of access_log is ever removed, so the last number tells which are free. */
function copyAccessLog(db: Connection, shard: string, skip: string): void {
  const { base } = db.prepare('SELECT coalesce(max(id), 0) AS base FROM main.access_log').get() as {
    base: number
  }
  const columns = ACCESS_LOG.columns.slice(1).map(({ name }) => name)
  const copied = db
    .prepare(
      `INSERT INTO access_log SELECT id + ${base}, ${columns.join(', ')} FROM ${shard}.access_log WHERE 1 ${skip}`,
    )
    .run()
  if (copied.changes === 0) return
  db.exec(`INSERT INTO access_text (rowid, body) SELECT l.id + ${base}, ${ACCESS_WORDS}
    FROM ${shard}.access_log l LEFT JOIN ${shard}.access_body b ON b.id = l.id WHERE 1 ${skip}`)
}
