/** Feeds batches to the workers and their shards to the merge, never more than a few ahead. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { BatchResult, BatchSource, BatchTask, ListedContainer } from '../model/batch.js'
import { ROOM } from '../model/event-id.js'
import { passedBuffers } from './batches.js'
import type { MergeQueue } from './merge-queue.js'
import type { ParsePool } from './pool.js'
import { isDeath, Rescue } from './rescue.js'
import { unwrap } from './worker-failure.js'

/** Limit of passed member bytes per worker: two batches of plain JSON. */
const PASSED_BYTES = 32 * 1024 * 1024

type Batches = Iterable<BatchSource[]> | AsyncIterable<BatchSource[]>

export type TaskFrame = Pick<BatchTask, 'runId' | 'reference' | 'lenient' | 'plain'> & {
  readonly workFolder: string
  /** First event ID that the case has never used. */
  readonly firstId: number
}

export class BatchFeeder {
  readonly #pool: ParsePool
  readonly #queue: MergeQueue
  readonly #signal: AbortSignal
  readonly frame: TaskFrame
  readonly containers: ListedContainer[] = []
  readonly #load = randomUUID()
  readonly #rescue: Rescue
  /** A job can fail while the next batch is awaited. */
  readonly #failures: unknown[] = []
  #number = 0
  /** Bytes of members queued for the workers or in use. */
  #passed = 0

  constructor(pool: ParsePool, queue: MergeQueue, signal: AbortSignal, frame: TaskFrame) {
    this.#pool = pool
    this.#rescue = new Rescue(pool)
    this.#queue = queue
    this.#signal = signal
    this.frame = frame
  }

  get interrupted(): boolean {
    return this.#signal.aborted
  }

  /** Ends when all of these are queued for the merge; after an interrupt, batches not yet started are left out. */
  async feed(batches: Batches): Promise<void> {
    const running = new Set<Promise<void>>()
    try {
      await this.#feedAll(batches, running)
    } finally {
      // Even after an error, a pool must not be closed while jobs run.
      await Promise.allSettled(running)
    }
  }

  async #feedAll(batches: Batches, running: Set<Promise<void>>): Promise<void> {
    // At most two batches per worker are in progress or waiting, and a few shards.
    const room = Math.max(this.#pool.workers * 2 + 2, this.#queue.least)
    const roomBytes = this.#pool.workers * PASSED_BYTES
    for await (const batch of batches) {
      this.#throwFailure()
      if (this.#signal.aborted) {
        for (const { member } of batch) this.#queue.notReached[member === undefined ? 'files' : 'members']++
        continue
      }
      const bytes = passedBuffers(batch).reduce((sum, { byteLength }) => sum + byteLength, 0)
      const job: Promise<void> = this.#index(batch)
        .catch((error: unknown) => {
          this.#failures.push(error)
        })
        .finally(() => {
          running.delete(job)
          this.#passed -= bytes
        })
      running.add(job)
      this.#passed += bytes
      while (running.size >= room || this.#queue.waiting > room || this.#passed > roomBytes)
        await this.#oneOf(running)
      // Without threads the work blocks the event loop: a Ctrl-C is only seen between turns.
      await setImmediate()
    }
    while (running.size > 0) await this.#oneOf(running)
  }

  async #oneOf(running: ReadonlySet<Promise<void>>): Promise<void> {
    await Promise.race(running)
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failures.length > 0) throw this.#failures[0]
  }

  async #index(sources: BatchSource[]): Promise<void> {
    const { runId, reference, lenient, plain } = this.frame
    const index = this.#number++
    const shardPath = this.#shardPath(index)
    const result = await this.#result({
      load: this.#load,
      firstId: this.frame.firstId + index * ROOM,
      runId,
      reference,
      lenient,
      plain,
      sources,
      shardPath,
    })
    this.containers.push(...result.containers)
    this.#queue.add(index, result)
  }

  async #result(task: BatchTask): Promise<BatchResult> {
    try {
      return unwrap(await this.#pool.index(task))
    } catch (error) {
      if (!isDeath(error)) throw error
      return this.#rescue.index(task)
    }
  }

  /** Adds a shard made on the main thread, for rows that no worker makes. */
  add(make: (shardPath: string) => BatchResult): void {
    const index = this.#number++
    this.#queue.add(index, make(this.#shardPath(index)))
  }

  #shardPath(index: number): string {
    return path.join(this.frame.workFolder, `${index}.shard`)
  }
}
