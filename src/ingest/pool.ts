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

function inlinePool(): ParsePool {
  return { workers: 1, index: inline.index, hash: inline.hash, close: () => Promise.resolve() }
}

function threadPool(workers: number): ParsePool {
  const pool = new Piscina({
    filename: THREAD,
    minThreads: workers,
    maxThreads: workers,
    // A second task waits in each thread, so that it does not idle while the main thread merges.
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
