/** Two twins behind one interface: worker threads, or the same code inline. */
import { createRequire } from 'node:module'
import { Piscina } from 'piscina'
import type { BatchResult, BatchTask, HashResult, HashTask } from '../model/batch.js'
import { passedBuffers } from './batches.js'
import * as inline from './worker.js'

/** Found by a name of package.json: a bundled module does not know how far it is from its source. */
const THREAD = createRequire(import.meta.url).resolve('#ingest-thread')

export interface ParsePool {
  readonly workers: number
  index(task: BatchTask): Promise<BatchResult | inline.Failure>
  hash(task: HashTask): Promise<HashResult | inline.Failure>
  close(): Promise<void>
}

export function openPool(workers: number): ParsePool {
  return workers === 1 ? inlinePool() : threadPool(workers)
}

/**
 * Holds two batches once it is at work, as a thread does: what two in one thread can do to each other, they can do here. The first goes
 * alone, so that two that are held together are not always committed together.
 */
function inlinePool(): ParsePool {
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
      // The feeder brings the next one in this turn or the one after, if there is one.
      setImmediate(() =>
        setImmediate(() => {
          if (waiting === own) start()
        }),
      )
    })
  }
  return { workers: 1, index, hash: inline.hash, close: () => Promise.resolve() }
}

function threadPool(workers: number): ParsePool {
  const pool = new Piscina({
    filename: THREAD,
    minThreads: workers,
    maxThreads: workers,
    // A second task waits in each thread (see indexBatch), so that it does not idle while the main thread merges.
    concurrentTasksPerWorker: 2,
    // Parsing makes garbage fast: nearly all of it dies in a young space of this size. 64 MB take no less time, and 95 MB more at the peak.
    resourceLimits: { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32 },
  })
  return {
    workers,
    // Bytes of members move to the thread: nothing is copied, and nothing of them is left here.
    index: (task) =>
      pool.run(task, { name: 'index', transferList: passedBuffers(task.sources) }) as Promise<
        BatchResult | inline.Failure
      >,
    hash: (task) => pool.run(task, { name: 'hash' }) as Promise<HashResult | inline.Failure>,
    close: () => pool.destroy(),
  }
}
