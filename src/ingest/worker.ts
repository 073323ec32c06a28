/** The worker thread. Errors travel as data, since they lose class and fields across threads. */
import type { BatchResult, BatchTask, HashResult, HashTask } from '../model/batch.js'
import { hashFiles } from './hash-files.js'
import { indexBatch } from './index-batch.js'

export interface Failure {
  readonly failed: { readonly message: string; readonly code: string; readonly stack: string }
}

async function guarded<T>(work: () => T | Promise<T>): Promise<T | Failure> {
  try {
    return await work()
  } catch (error) {
    const { message, stack, code } = error as Error & { code?: string }
    return { failed: { message, code: code ?? '', stack: stack ?? '' } }
  }
}

export const index = (task: BatchTask): Promise<BatchResult | Failure> => guarded(() => indexBatch(task))
export const hash = (task: HashTask): Promise<HashResult | Failure> => guarded(() => hashFiles(task))
