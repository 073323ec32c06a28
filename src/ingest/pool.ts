/** One interface with two implementations: worker threads, or the same code inline. */
import { createRequire } from 'node:module'
import type { ResourceLimits } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { BatchResult, BatchTask, HashResult, HashTask } from '../model/batch.js'
import { passedBuffers } from './batches.js'
import * as inline from './worker.js'

/** Resolved through package.json: a bundled module does not know its distance to the source. */
const THREAD = createRequire(import.meta.url).resolve('#ingest-thread')

export interface ParsePool {
  readonly workers: number
  index(task: BatchTask): Promise<BatchResult | inline.Failure>
  hash(task: HashTask): Promise<HashResult | inline.Failure>
  /** In a separate thread, whose death affects no other task. */
  alone(task: BatchTask): Promise<BatchResult | inline.Failure>
  close(): Promise<void>
}

/**
 * Parsing makes short-lived garbage: nearly all of it dies in a young generation of this size. 64 MB take no less time
 * and 95 MB more at the peak.
 */
const MEMORY: ResourceLimits = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32 }

/** @param memory of each thread. */
export function openPool(workers: number, memory = MEMORY): ParsePool {
  return workers === 0 ? inlinePool(memory) : threadPool(workers, memory)
}

/**
 * Holds two batches, like a thread, so that interactions between two batches of a thread also occur here. The first
 * runs alone, so that the two held together are not always committed together.
 */
function inlinePool(memory: ResourceLimits): ParsePool {
  let begun = false
  let waiting: (() => void) | undefined
  const start = (): void => {
    waiting?.()
    waiting = undefined
  }
  const index = (task: BatchTask): Promise<BatchResult | inline.Failure> => {
    if (!begun || waiting !== undefined) {
      begun = true
      start()
      return inline.index(task)
    }
    return new Promise((resolve) => {
      const own = (): void => {
        resolve(inline.index(task))
      }
      waiting = own
      // The feeder brings the next one in this turn or the following one, if any.
      setImmediate(() =>
        setImmediate(() => {
          if (waiting === own) start()
        }),
      )
    })
  }
  return { workers: 1, index, hash: inline.hash, ...loneThread(memory) }
}

/** Created on demand. */
function loneThread(memory: ResourceLimits): Pick<ParsePool, 'alone' | 'close'> {
  let pool: Piscina | undefined
  return {
    alone: (task) => {
      pool ??= new Piscina({ filename: THREAD, minThreads: 0, maxThreads: 1, resourceLimits: memory })
      return pool.run(task, { name: 'index' }) as Promise<BatchResult | inline.Failure>
    },
    close: async () => pool?.destroy(),
  }
}

function threadPool(workers: number, memory: ResourceLimits): ParsePool {
  const lone = loneThread(memory)
  const pool = new Piscina({
    filename: THREAD,
    minThreads: workers,
    maxThreads: workers,
    // A second task waits in each thread (see indexBatch), so that it does not idle while the main thread merges.
    concurrentTasksPerWorker: 2,
    resourceLimits: memory,
  })
  return {
    workers,
    // Bytes of members are transferred to the thread, not copied.
    index: (task) =>
      pool.run(task, { name: 'index', transferList: passedBuffers(task.sources) }) as Promise<
        BatchResult | inline.Failure
      >,
    hash: (task) => pool.run(task, { name: 'hash' }) as Promise<HashResult | inline.Failure>,
    alone: lone.alone,
    close: async () => {
      await Promise.all([pool.destroy(), lone.close()])
    },
  }
}
