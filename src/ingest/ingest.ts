/**
 * The write side, from paths to a finished case. The main thread never sees a record: workers make shards, which are
 * merged in batch order, so that IDs do not depend on which worker was faster.
 */
import { accessSync, constants, existsSync, linkSync, renameSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { findSources } from '../discover/find-sources.js'
import { dayOutside, readTrailPath } from '../model/trail-path.js'
import type { BatchSource } from '../model/batch.js'
import { isNoSpace } from '../model/no-space.js'
import type { FoundFile, SkippedPath } from '../model/source.js'
import { nextRoom } from '../model/event-id.js'
import { makeValues } from '../normalise/made-values.js'
import { realCasePath } from '../store/case-path.js'
import { addRoles, createCase } from '../store/create.js'
import { beginLoad, emptyStages, finishLoad } from '../store/finish.js'
import { lastRow } from '../store/merge.js'
import { lockCase, type CaseLock } from '../store/lock.js'
import { openExistingWriter, type Connection } from '../store/open.js'
import { plainSqliteFor } from '../store/plain-sqlite.js'
import { finishRun, startRun } from '../store/runs.js'
import { refuseSideFiles } from '../store/side-files.js'
import { digestTables } from '../store/table-digest.js'
import { Ledger } from '../store/ledger.js'
import { BatchFeeder } from './batch-feeder.js'
import { batchWeight, makeBatches, weightOf } from './batches.js'
import { refuseCaseInsideEvidence } from './case-place.js'
import { ContainerPhase, type ContainerTotals } from './container-phase.js'
import { diskFullError } from './disk-full.js'
import { splitKnown } from './known-files.js'
import { MergeQueue } from './merge-queue.js'
import type { IngestPlan, IngestTotals, ProgressListener } from './plan.js'
import { openPool, type ParsePool } from './pool.js'
import { Progress } from './progress.js'

export interface IngestControl {
  readonly onProgress: ProgressListener
  /** Set by the first Ctrl-C: running batches are finished, the rest is left for the next run. */
  readonly signal: AbortSignal
}

/** @throws CaseError for errors the user can fix: exit 2, 10, 11 or 13. */
export async function ingest(plan: IngestPlan, control: IngestControl): Promise<IngestTotals> {
  const progress = new Progress(control.onProgress)
  progress.phase('looking')
  const found = await findSources(plan.paths, { exclude: plan.exclude })
  refuseCaseInsideEvidence(plan.casePath, found.folders)
  const lock = lockCase(plan.casePath)
  try {
    return await new Ingest(plan, control, progress, lock).run(found.files, found.skipped)
  } catch (error) {
    throw isNoSpace(error) ? diskFullError(plan.casePath, error) : error
  } finally {
    lock.release()
  }
}

function isReadable(name: string): boolean {
  try {
    accessSync(name, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** Built under another name and renamed when complete: a kill leaves no half-made case. */
function createWhole(casePath: string, draft: string, toolVersion: string): Connection {
  const file = realCasePath(casePath)
  refuseSideFiles(file)
  const db = createCase(draft, toolVersion)
  closeCase(db)
  nameDraft(draft, file)
  return openExistingWriter(casePath)
}

/** By a hard link where possible: a rename would replace a file that another program created meanwhile. */
function nameDraft(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    renameSync(draft, file)
    return
  }
  unlinkSync(draft)
}

class Ingest {
  readonly #plan: IngestPlan
  readonly #control: IngestControl
  readonly #progress: Progress
  readonly #lock: CaseLock
  readonly #started = performance.now()

  constructor(plan: IngestPlan, control: IngestControl, progress: Progress, lock: CaseLock) {
    this.#plan = plan
    this.#control = control
    this.#progress = progress
    this.#lock = lock
  }

  async run(files: readonly FoundFile[], unreadable: readonly SkippedPath[]): Promise<IngestTotals> {
    const db = existsSync(this.#plan.casePath)
      ? openExistingWriter(this.#plan.casePath)
      : createWhole(
          this.#plan.casePath,
          path.join(this.#lock.workFolder, 'new.sqlite'),
          this.#plan.toolVersion,
        )
    const pool = openPool(this.#plan.workers)
    try {
      return await this.#fill(db, pool, files, unreadable)
    } finally {
      await pool.close()
      closeCase(db)
    }
  }

  async #fill(
    db: Connection,
    pool: ParsePool,
    files: readonly FoundFile[],
    unreadable: readonly SkippedPath[],
  ): Promise<IngestTotals> {
    addRoles(db)
    const runId = startRun(db, { arguments: this.#plan.commandLine, toolVersion: this.#plan.toolVersion })
    const ledger = new Ledger(db, runId)
    const still = new Set(unreadable.map((skipped) => skipped.path))
    ledger.forgetMended((name) => !still.has(name) && isReadable(name))
    ledger.addSkippedPaths(unreadable)
    const inWindow = files.filter(
      (file) => !dayOutside(readTrailPath(file.path), this.#plan.since, this.#plan.until),
    )
    const { fresh, already, copies } = await splitKnown(db, pool, inWindow, this.#progress)
    ledger.addCopies(copies)
    const { queue, containers } = await this.#load(db, pool, runId, fresh, ledger.nextSourceId())
    // Frees the workers' memory for sorting the indexes.
    await pool.close()
    const interrupted = this.#control.signal.aborted
    const finishing = performance.now()
    const conflicts = interrupted ? this.#settle(db) : this.#finish(db, runId)
    const totals = ledger.totals({
      files: {
        found: files.length + unreadable.length,
        alreadyIndexed: already,
        skipped:
          files.length -
          inWindow.length +
          queue.notReached.files +
          containers.notReached +
          containers.partial,
      },
      members: {
        found: containers.members,
        alreadyIndexed: containers.already,
        skipped: queue.notReached.members + containers.skipped,
      },
    })
    const result: IngestTotals = {
      ...totals,
      conflicts,
      bytes: queue.bytes,
      milliseconds: performance.now() - this.#started,
      interrupted,
      stages: { ...queue.stages, merge: queue.mergeMs, finish: performance.now() - finishing },
    }
    finishRun(db, runId, interrupted ? 'interrupted' : 'done', {
      files: result.files,
      members: result.members,
      records: result.records,
      others: result.others,
      problems: result.problems,
      ...(interrupted ? {} : { digests: digestTables(db) }),
    })
    return result
  }

  /** Everything merged can be queried by every name, even if the rest is left for another run. */
  #settle(db: Connection): number {
    emptyStages(db)
    return 0
  }

  #finish(db: Connection, runId: number): number {
    return finishLoad(db, { runId, makeValues }, (step, done, of) => {
      this.#progress.finishing(step, done, of)
    })
  }

  async #load(
    db: Connection,
    pool: ParsePool,
    runId: number,
    files: readonly FoundFile[],
    firstSourceId: number,
  ): Promise<{ queue: MergeQueue; containers: ContainerTotals }> {
    const bytes = files.reduce((sum, file) => sum + file.size, 0)
    const known = db
      .prepare("SELECT coalesce(sum(size), 0) AS n FROM source WHERE status = 'indexed'")
      .get() as { n: number }
    const bulk = beginLoad(db, bytes, known.n)
    this.#progress.indexing(files.length, bytes)
    const queue = new MergeQueue(db, bulk, this.#progress)
    const feeder = new BatchFeeder(pool, queue, this.#control.signal, {
      runId,
      workFolder: this.#lock.workFolder,
      firstId: nextRoom(lastRow(db)),
      reference: this.#plan.reference,
      lenient: this.#plan.lenient ?? false,
      plain: plainSqliteFor(db, this.#plan.plainSqlite ?? false),
    })
    await feeder.feed(numbered(makeBatches(files, batchWeight(weightOf(files), !bulk)), firstSourceId))
    const nextId = firstSourceId + files.length
    const containers = new ContainerPhase(db, feeder, this.#progress, this.#plan, nextId)
    const totals = await containers.run()
    queue.flush()
    return { queue, containers: totals }
  }
}

/** TRUNCATE mode leaves an empty journal next to the case; leaving the mode removes it. */
function closeCase(db: Connection): void {
  try {
    db.pragma('journal_mode = DELETE')
  } finally {
    db.close()
  }
}

/** Numbered lazily: of a million waiting files, each costs only its directory entry. */
async function* numbered(batches: AsyncIterable<FoundFile[]>, first: number): AsyncGenerator<BatchSource[]> {
  let id = first
  for await (const batch of batches)
    yield batch.map((file) => ({ ...file, id: id++, hints: readTrailPath(file.path) }))
}
