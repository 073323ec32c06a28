/** Hands batches to the workers and their shards to the merge, never more than a few ahead. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { BatchResult, BatchSource, BatchTask, ListedContainer } from '../model/batch.js'
import { ROOM } from '../model/event-id.js'
import type { MergeQueue } from './merge-queue.js'
import type { ParsePool } from './pool.js'

export type TaskFrame = Pick<BatchTask, 'runId' | 'reference' | 'lenient'> & {
  readonly workFolder: string
  /** First row number that no row of the case has had. */
  readonly firstId: number
}

export class BatchFeeder {
  readonly #pool: ParsePool
  readonly #queue: MergeQueue
  readonly #signal: AbortSignal
  readonly #frame: TaskFrame
  readonly containers: ListedContainer[] = []
  readonly #load = randomUUID()
  #number = 0

  constructor(pool: ParsePool, queue: MergeQueue, signal: AbortSignal, frame: TaskFrame) {
    this.#pool = pool
    this.#queue = queue
    this.#signal = signal
    this.#frame = frame
  }

  get interrupted(): boolean {
    return this.#signal.aborted
  }

  get runId(): number {
    return this.#frame.runId
  }

  /** Ends when all of these are merged; after an interrupt those not begun are left out. */
  async feed(batches: Iterable<BatchSource[]>): Promise<void> {
    const running = new Set<Promise<void>>()
    try {
      await this.#feedAll(batches, running)
    } finally {
      // A pool must not be closed under a running job, whatever ended the run.
      await Promise.allSettled(running)
    }
    this.#queue.flush()
  }

  async #feedAll(batches: Iterable<BatchSource[]>, running: Set<Promise<void>>): Promise<void> {
    // Two batches a worker are under way or waiting; shards wait for their turn, no more than a few.
    const room = Math.max(this.#pool.workers * 2 + 2, this.#queue.least)
    for (const batch of batches) {
      if (this.#signal.aborted) {
        for (const { member } of batch) this.#queue.notReached[member === undefined ? 'files' : 'members']++
        continue
      }
      const job: Promise<void> = this.#index(batch).finally(() => {
        running.delete(job)
      })
      running.add(job)
      while (running.size >= room || this.#queue.waiting > room) await Promise.race(running)
      // Without threads the work is done in this turn: a Ctrl-C is only heard between two.
      await setImmediate()
    }
    await Promise.all(running)
  }

  async #index(sources: BatchSource[]): Promise<void> {
    const { runId, reference, lenient } = this.#frame
    const index = this.#number++
    const shardPath = this.#shardPath(index)
    const result = unwrap(
      await this.#pool.index({
        load: this.#load,
        firstId: this.#frame.firstId + index * ROOM,
        runId,
        reference,
        lenient,
        sources,
        shardPath,
      }),
    )
    this.containers.push(...result.containers)
    this.#queue.add(index, result)
  }

  /** A shard that is made here, for rows that no worker makes. */
  add(make: (shardPath: string) => BatchResult): void {
    const index = this.#number++
    this.#queue.add(index, make(this.#shardPath(index)))
    this.#queue.flush()
  }

  #shardPath(index: number): string {
    return path.join(this.#frame.workFolder, `${index}.shard`)
  }
}

/** A worker's failure is ours or the disk's: it ends the run. What was merged stays. */
function unwrap(
  result: BatchResult | { failed: { message: string; code: string; stack: string } },
): BatchResult {
  if (!('failed' in result)) return result
  const error = new Error(result.failed.message) as Error & { code: string }
  error.stack = result.failed.stack
  error.code = result.failed.code
  throw error
}
