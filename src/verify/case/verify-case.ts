/** Checks that a case is exactly what was indexed. Reads everything, writes nothing. */
import { randomInt } from 'node:crypto'
import { statSync } from 'node:fs'
import { CaseError, EXIT } from '../../model/case-error.js'
import { getMeta } from '../../store/create.js'
import { closeReader, openReader, type Connection } from '../../store/open.js'
import { openVerifyPool, type VerifyPool } from '../pool.js'
import { MOST_REPEATED, type SourceNotes, type SourceRows } from './check-sources.js'
import { isDamage, type Finding } from './finding.js'
import { checkLedger } from './ledger.js'
import { checkNames } from './given-names.js'
import { noRanges, RANGED_TABLES, rangesOf, readRanges, type RangesByTable } from './row-ranges.js'
import { ALWAYS_CHECKED, findingDamage } from './tasks.js'
import { unwrap } from '../../model/failure.js'
import { checkEventText, WordSums } from './text-check.js'

export interface VerifyPlan {
  readonly casePath: string
  /** Skips checks that need stored bytes or every value: only structure, ledger, runs. */
  readonly quick: boolean
  /** Looks up every event by each of its words, not one per source. */
  readonly full?: boolean
  /** Number of random sources; null is all. */
  readonly sample: number | null
  /** Folders of the archive to compare with; empty: where the files were found. null: no comparison. */
  readonly reread: readonly string[] | null
  readonly workers: number
  /** Rows made by this version are rebuilt; of others only the digest is checked. */
  readonly toolVersion: string
}

export interface VerifyTotals {
  findings: number
  /** Sources whose bytes and rows were checked, and their total. */
  sources: number
  readonly sourcesInCase: number
  records: number
  bytes: number
  readonly state: string
  /** Whether every event was looked up by its words, and the full text searched for others. */
  isFull: boolean
  readonly notes: SourceNotes
  /** Locations of the first records with a repeated key. */
  readonly repeated: string[]
}

export interface VerifyListener {
  findings(findings: readonly Finding[]): void | Promise<void>
  progress(done: number, of: number): void
}

export async function verifyCase(plan: VerifyPlan, listener: VerifyListener): Promise<VerifyTotals> {
  refuseBadFolders(plan.reread ?? [])
  const db = openReader(plan.casePath)
  try {
    refuseUnfinished(db, plan.casePath)
  } catch (error) {
    closeReader(db)
    throw error
  }
  const pool = openVerifyPool(plan.workers)
  try {
    return await new CaseVerification(db, pool, plan, listener).run()
  } finally {
    await pool.close()
    closeReader(db)
  }
}

/** Rows not yet sorted in or folded would all be findings. */
function refuseUnfinished(db: Connection, casePath: string): void {
  const last = unlessDamaged(null, () => db.prepare(LAST_RUN).pluck().get() as string | null)
  if (readState(db) !== 'loading' || last === 'interrupted') return
  throw new CaseError(`indexing has not finished: ${casePath} cannot be verified yet`, {
    exit: EXIT.locked,
    hint: 'run coldtrail index again, with the same paths, or wait until it is done; then verify',
  })
}

const LAST_RUN = 'SELECT status FROM runs ORDER BY id DESC LIMIT 1'

function refuseBadFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) continue
    throw new CaseError(`${folder} is not a folder`, { hint: 'name the folder that the archive lies in' })
  }
}

class CaseVerification {
  readonly #db: Connection
  readonly #pool: VerifyPool
  readonly #plan: VerifyPlan
  readonly #listener: VerifyListener
  readonly #totals: VerifyTotals

  constructor(db: Connection, pool: VerifyPool, plan: VerifyPlan, listener: VerifyListener) {
    this.#db = db
    this.#pool = pool
    this.#plan = plan
    this.#listener = listener
    this.#totals = {
      findings: 0,
      sources: 0,
      sourcesInCase: countSources(db),
      records: 0,
      bytes: 0,
      state: readState(db),
      isFull: plan.full === true,
      notes: { otherVersion: 0, notHashed: 0, reread: 0, members: 0, repeatedKeys: 0 },
      repeated: [],
    }
  }

  async run(): Promise<VerifyTotals> {
    const { casePath, quick } = this.#plan
    const whole = ALWAYS_CHECKED.map(async (check) => {
      await this.#take(unwrap(await this.#pool.whole({ casePath, quick, check })))
    })
    const sources = this.#checkRows()
    await Promise.all([...whole, sources])
    return this.#totals
  }

  /** One pass over the rows, for the totals and to map them to sources. */
  async #checkRows(): Promise<void> {
    const ranges = noRanges()
    const found = findingDamage('case file', () => {
      for (const table of RANGED_TABLES) ranges[table] = readRanges(this.#db, table)
      return checkLedger(this.#db, ranges)
    })
    await this.#take(found)
    if (this.#plan.quick) return
    const stride = Math.ceil(this.#totals.sourcesInCase / MOST_LOOKED_UP)
    if (eventsIn(ranges) <= FEW_EVENTS) this.#totals.isFull = true
    const rowsOf = (id: number): SourceRows => ({
      id,
      ranges: rangesOf(id, ranges),
      findsWords: this.#totals.isFull ? 'all' : randomInt(stride) === 0 ? 'one' : 'none',
    })
    try {
      await this.#checkSources(rowsOf)
    } catch (error) {
      // The list of sources itself is unreadable.
      if (!isDamage(error)) throw error
      await this.#take([{ check: 'structure', place: 'source', detail: (error as Error).message }])
    }
  }

  async #checkSources(rowsOf: (id: number) => SourceRows): Promise<void> {
    const { casePath, reread, toolVersion } = this.#plan
    const chosen = this.#plan.sample === null ? null : sample(this.#db, this.#plan.sample)
    const total = chosen?.length ?? this.#totals.sourcesInCase
    const given = new Set<number>()
    const seed = WordSums.newSeed()
    const words = new WordSums(seed)
    let unread = 0
    const running = new Set<Promise<void>>()
    // Limits what is queued: results are small, but lists of sources are not.
    const room = this.#pool.workers * 2
    for (const ids of batches(this.#db, chosen)) {
      const job: Promise<void> = this.#pool
        .sources({ casePath, reread, toolVersion, seed, sources: ids.map(rowsOf) })
        .then(async (result) => {
          const {
            findings,
            sources,
            records,
            bytes,
            notes,
            names,
            repeated,
            unread: left,
            ...own
          } = unwrap(result)
          for (const name of names) given.add(name)
          words.addAll(own.words)
          unread += left
          this.#totals.sources += sources
          this.#totals.records += records
          this.#totals.bytes += bytes
          for (const note of Object.keys(notes) as (keyof SourceNotes)[])
            this.#totals.notes[note] += notes[note]
          this.#totals.repeated.push(...repeated.slice(0, MOST_REPEATED - this.#totals.repeated.length))
          await this.#take(findings)
          this.#listener.progress(this.#totals.sources, total)
        })
        .finally(() => {
          running.delete(job)
        })
      running.add(job)
      // The race below reports the first failure; a second one meanwhile must not end the process.
      job.catch(() => undefined)
      if (running.size >= room) await Promise.race(running)
    }
    await Promise.all(running)
    // An unreadable source leaves names that no record seems to give.
    if (chosen !== null || unread > 0) return
    await this.#take(findingDamage('names', () => checkNames(this.#db, given)))
    // Another version may give other words.
    if (!this.#totals.isFull || !isAllMadeBy(this.#db, toolVersion)) return
    await this.#take(findingDamage('event_text', () => checkEventText(this.#db, words, seed)))
    await this.#take(unwrap(await this.#pool.whole({ casePath, quick: false, check: 'texts' })))
  }

  async #take(findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return
    this.#totals.findings += findings.length
    await this.#listener.findings(findings)
  }
}

/** Limit of events that are looked up by their words, at most one per source: a look-up takes a millisecond. */
const MOST_LOOKED_UP = 1000

/** Up to so many are looked up all: it takes a tenth of a millisecond each. */
const FEW_EVENTS = 10_000

function eventsIn({ event }: RangesByTable): number {
  return [...event.values()].reduce((sum, { count }) => sum + count, 0)
}

function isAllMadeBy(db: Connection, version: string): boolean {
  const others = `SELECT count(*) FROM runs
    WHERE NOT coalesce(json_valid(versions) AND json_extract(versions, '$.coldtrail') = ?, 0)`
  return unlessDamaged(false, () => db.prepare(others).pluck().get(version) === 0)
}

function countSources(db: Connection): number {
  return unlessDamaged(0, () => db.prepare('SELECT count(*) FROM source').pluck().get() as number)
}

function readState(db: Connection): string {
  return unlessDamaged('?', () => getMeta(db, 'state') ?? '?')
}

/** Damage is reported by the checks; informational reads fall back to a default. */
function unlessDamaged<T>(otherwise: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (isDamage(error)) return otherwise
    throw error
  }
}

const BATCH_BYTES = 16 * 1024 * 1024
const BATCH_SOURCES = 200

/** Sources in order, with similar amounts of content per batch. */
function* batches(db: Connection, chosen: readonly number[] | null): Generator<number[]> {
  const page = db.prepare(
    'SELECT id, coalesce(content_size, 0) AS size FROM source WHERE id > ? ORDER BY id LIMIT 1000',
  )
  const wanted = chosen === null ? null : new Set(chosen)
  let batch: number[] = []
  let bytes = 0
  for (let last = -1; ;) {
    const rows = page.all(last) as { id: number; size: number }[]
    for (const { id, size } of rows) {
      last = id
      if (wanted !== null && !wanted.has(id)) continue
      batch.push(id)
      bytes += size
      if (bytes < BATCH_BYTES && batch.length < BATCH_SOURCES) continue
      yield batch
      batch = []
      bytes = 0
    }
    if (rows.length === 0) break
  }
  if (batch.length > 0) yield batch
}

/** Random, so that nobody can know beforehand which sources are checked. */
function sample(db: Connection, count: number): number[] {
  const ids = db.prepare("SELECT id FROM source WHERE status = 'indexed'").pluck().all() as number[]
  const end = Math.min(count, ids.length)
  for (let at = 0; at < end; at++) {
    const other = randomInt(at, ids.length)
    const [a = 0, b = 0] = [ids[at], ids[other]]
    ids[at] = b
    ids[other] = a
  }
  return ids.slice(0, end)
}
