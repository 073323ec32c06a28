/** A batch of sources → one shard: the whole of a worker's job, as a plain function. */
import { LIMITS } from '../decode/limits.js'
import type { BatchResult, BatchTask, StageTimes } from '../model/batch.js'
import { Normaliser } from '../normalise/normalise.js'
import { Shard } from '../store/shard.js'
import { indexSource } from './index-source.js'

/** One per thread: it only remembers ids of values, which are the same everywhere. */
let normaliser: Normaliser | undefined

export async function indexBatch(task: BatchTask): Promise<BatchResult> {
  normaliser ??= new Normaliser(LIMITS.maxDepth)
  const stages: StageTimes = { read: 0, hash: 0, inflate: 0, records: 0, store: 0 }
  const shard = new Shard(task.shardPath, task.runId)
  let bytes = 0
  try {
    for (const source of task.sources) {
      await indexSource(source, { shard, normaliser, limits: LIMITS, reference: task.reference, stages })
      bytes += source.size
    }
  } finally {
    shard.close()
  }
  return {
    shardPath: task.shardPath,
    files: task.sources.length,
    bytes,
    events: shard.events,
    problems: shard.problems,
    stages,
  }
}
