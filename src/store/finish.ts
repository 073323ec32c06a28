/**
 * After the load: builds indexes by one sort each, folds duplicates, empties the stages. Each step can be repeated
 * after a kill.
 */
import { getMeta, setMeta } from './create.js'
import { deduplicate, type Deduplication } from './deduplicate.js'
import { createIndex, INDEXES } from './indexes.js'
import { STAGES } from './stages.js'
import type { Connection } from './connection.js'
import { createTable } from './schema.js'
import { FIRST_OVERFLOW } from '../model/event-id.js'

/** Tables that only grow in a bulk load: their indexes are built at its end. */
const BULK_TABLES = new Set(['event', 'event_resource', 'resource', 'access_log', 'aggregate'])
/** For a load over a quarter of the existing data, rebuilding indexes is cheaper. */
const REBUILD_SHARE = 0.25

export type StepReport = (step: string, done: number, of: number) => void

/** Prepares for a load of about `newBytes` on top of `knownBytes`. @returns whether indexes were dropped. */
export function beginLoad(db: Connection, newBytes: number, knownBytes: number): boolean {
  const unfinished = getMeta(db, 'state') !== 'ready'
  const bulk = unfinished || knownBytes === 0 || newBytes > knownBytes * REBUILD_SHARE
  db.transaction(() => {
    setMeta(db, 'state', 'loading')
    db.exec("DELETE FROM meta WHERE key = 'event_count'")
    if (!bulk) return
    for (const index of INDEXES)
      if (BULK_TABLES.has(index.table)) db.exec(`DROP INDEX IF EXISTS ${index.name}`)
    for (const { stage } of STAGES) if (!hasTable(db, stage.name)) db.exec(createTable(stage))
  })()
  return bulk
}

/** A case up to this size is finished in one transaction: a commit for each step would wait for the disk a hundred times. */
const ONE_COMMIT_BYTES = 64 * 1024 * 1024

/** @returns how many conflicts are new. */
export function finishLoad(db: Connection, deduplication: Deduplication, report: StepReport): number {
  const pages = db.pragma('page_count', { simple: true }) as number
  const pageSize = db.pragma('page_size', { simple: true }) as number
  const finish = (): number => takeSteps(db, deduplication, report)
  return pages * pageSize > ONE_COMMIT_BYTES ? finish() : db.transaction(finish)()
}

function takeSteps(db: Connection, deduplication: Deduplication, report: StepReport): number {
  const steps = INDEXES.filter((index) => BULK_TABLES.has(index.table))
  const total = steps.length + 2
  report('resources', 0, total)
  emptyStages(db)
  let done = 1
  // event_by_event_id is first in the table, so duplicates are folded before the other indexes are built.
  let conflicts = 0
  for (const index of steps) {
    report(index.name, done++, total)
    sorting(db, () => db.exec(createIndex(index)))
    if (index.name === 'event_by_event_id') {
      report('duplicates', done++, total)
      conflicts = foldNew(db, deduplication)
    }
  }
  countEvents(db)
  setMeta(db, 'state', 'ready')
  return conflicts
}

/**
 * SQLite sorts as many keys at once as fit its page cache, in a linked list: beyond the CPU cache (2 MiB here) each
 * step is a cache miss. Sorting in pieces and merging them from a file takes half the time. A piece has at least 250
 * pages, so a smaller cache changes nothing.
 */
const SORTING_CACHE_KIB = 4096

function sorting(db: Connection, work: () => void): void {
  const cache = db.pragma('cache_size', { simple: true }) as number
  db.pragma(`cache_size = -${SORTING_CACHE_KIB}`)
  try {
    work()
  } finally {
    db.pragma(`cache_size = ${cache}`)
  }
}

/** Used to choose between scanning all events and looking some up. */
function countEvents(db: Connection): void {
  const { n } = db.prepare('SELECT count(*) AS n FROM event').get() as { n: number }
  setMeta(db, 'event_count', String(n))
}

function foldNew(db: Connection, deduplication: Deduplication): number {
  const compared = {
    room: Number(getMeta(db, 'deduplicated_to') ?? 0),
    overflow: Number(getMeta(db, 'deduplicated_overflow_to') ?? 0),
  }
  const last = db.prepare('SELECT coalesce(max(id), 0) FROM event').pluck().get() as number
  return db.transaction(() => {
    const conflicts = deduplicate(db, compared, deduplication)
    setMeta(db, 'deduplicated_to', getMeta(db, 'last_event_rowid') ?? '0')
    // Later runs have later ranges, in the overflow region too.
    if (last >= FIRST_OVERFLOW) setMeta(db, 'deduplicated_overflow_to', String(last))
    return conflicts
  })()
}

/** Sorted by key, so that each table page is written once. */
export function emptyStages(db: Connection): void {
  for (const { table, stage } of STAGES) {
    if (!hasTable(db, stage.name)) continue
    const order = table.primaryKey ?? 'id'
    db.transaction(() => {
      sorting(db, () =>
        db.exec(`INSERT OR IGNORE INTO ${table.name} SELECT * FROM ${stage.name} ORDER BY ${order}`),
      )
      db.exec(`DROP TABLE ${stage.name}`)
    })()
  }
}

function hasTable(db: Connection, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined
}
