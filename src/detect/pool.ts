/** Records are read in threads, or inline with 0 of them. */
import { createRequire } from 'node:module'
import { Piscina } from 'piscina'
import { unwrap, type Failure } from '../model/failure.js'
import type { RecordResult, RecordTask } from './case/record-task.js'
import { records } from './worker.js'

export interface RecordPool {
  /** @param take gets the results in the order of the tasks. */
  run(tasks: Iterable<RecordTask>, take: (result: RecordResult, task: RecordTask) => void): Promise<void>
  close(): Promise<void>
}

/** Threads start with the first task: most rules need none. */
export function openRecordPool(workers: number): RecordPool {
  let threads: Piscina | undefined
  const start = (): Piscina =>
    (threads ??= new Piscina({
      filename: createRequire(import.meta.url).resolve('#detect-thread'),
      minThreads: workers,
      maxThreads: workers,
      resourceLimits: { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32 },
    }))
  const one = (task: RecordTask): Promise<RecordResult | Failure> =>
    workers === 0
      ? Promise.resolve().then(() => records(task))
      : (start().run(task, { name: 'records' }) as Promise<RecordResult | Failure>)
  return {
    run: async (tasks, take) => {
      const waiting: { readonly task: RecordTask; readonly result: Promise<RecordResult | Failure> }[] = []
      const next = async (): Promise<void> => {
        const first = waiting.shift()
        if (first !== undefined) take(unwrap(await first.result), first.task)
      }
      for (const task of tasks) {
        waiting.push({ task, result: one(task) })
        if (waiting.length > workers * 2) await next()
      }
      while (waiting.length > 0) await next()
    },
    close: async () => threads?.destroy(),
  }
}
