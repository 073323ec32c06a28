/** One interface with two implementations: worker threads, or the same code inline. */
import { createRequire } from 'node:module'
import { Piscina } from 'piscina'
import type { Failure } from '../model/failure.js'
import type { SourceResult } from './case/check-sources.js'
import type { Finding } from './case/finding.js'
import type { SourcesTask, WholeCheck, WholeTask } from './case/tasks.js'
import * as inline from './worker.js'

/** Resolved through package.json: a bundled module does not know its distance to the source. */
const THREAD = createRequire(import.meta.url).resolve('#verify-thread')

export interface VerifyPool {
  readonly workers: number
  sources(task: SourcesTask): Promise<SourceResult | Failure>
  whole(task: WholeTask & { readonly check: WholeCheck }): Promise<readonly Finding[] | Failure>
  close(): Promise<void>
}

export function openVerifyPool(workers: number): VerifyPool {
  return workers === 0 ? inlinePool() : threadPool(workers)
}

function inlinePool(): VerifyPool {
  return {
    workers: 1,
    sources: (task) => Promise.resolve().then(() => inline.sources(task)),
    whole: (task) => Promise.resolve().then(() => inline.whole(task)),
    close: () => Promise.resolve(),
  }
}

function threadPool(workers: number): VerifyPool {
  const pool = new Piscina({
    filename: THREAD,
    minThreads: workers,
    maxThreads: workers,
    resourceLimits: { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32 },
  })
  return {
    workers,
    sources: (task) => pool.run(task, { name: 'sources' }) as Promise<SourceResult | Failure>,
    whole: (task) => pool.run(task, { name: 'whole' }) as Promise<readonly Finding[] | Failure>,
    close: () => pool.destroy(),
  }
}
