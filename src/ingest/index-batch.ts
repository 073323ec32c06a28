/** A batch of sources → one shard: a worker's whole job as a plain function. */
import { LIMITS } from '../decode/limits.js'
import type { BatchResult, BatchSource, BatchTask, ListedContainer, StageTimes } from '../model/batch.js'
import { AccessNormaliser } from '../normalise/access-log.js'
import { Normaliser } from '../normalise/normalise.js'
import { Shard } from '../store/shard.js'
import { indexMembers } from './index-members.js'
import { indexSource, type SourceContext } from './index-source.js'

/** One per thread: it only caches IDs of values, which are the same everywhere. */
let normaliser = new Normaliser(LIMITS.maxDepth)
let accessNormaliser = new AccessNormaliser()
/** The load its values were shipped to: another case or run needs them again. */
let shippedTo = ''

/** The current batch; the next one waits for it. */
let inHand: Promise<unknown> = Promise.resolve()

/**
 * Runs batches one after the other, although a thread holds two. A value is shipped in the first shard that uses it. If
 * two batches took turns, the earlier could refer to a value shipped only by the later, and be committed without it.
 */
export function indexBatch(task: BatchTask): Promise<BatchResult> {
  const result = inHand.then(() => run(task))
  inHand = result.catch(() => undefined)
  return result
}

async function run(task: BatchTask): Promise<BatchResult> {
  if (task.load !== shippedTo) {
    normaliser = new Normaliser(LIMITS.maxDepth)
    accessNormaliser = new AccessNormaliser()
    shippedTo = task.load
  }
  const stages: StageTimes = { read: 0, hash: 0, inflate: 0, records: 0, store: 0 }
  const shard = new Shard(task.shardPath, task.runId, task.firstId, task.plain)
  const { reference, lenient } = task
  const containers: ListedContainer[] = []
  const context = {
    shard,
    normaliser,
    accessNormaliser,
    limits: LIMITS,
    reference,
    lenient,
    stages,
    containers,
  }
  try {
    await indexAll(task.sources, context)
  } catch (error) {
    shard.abandon()
    throw error
  }
  shard.close()
  return {
    shardPath: task.shardPath,
    files: task.sources.length,
    bytes: task.sources.reduce((sum, source) => sum + source.size, 0) - listedBytes(containers),
    events: shard.events,
    problems: shard.problems,
    stages,
    containers,
  }
}

/** Members of one container are adjacent, so it is opened once. */
async function indexAll(sources: readonly BatchSource[], context: SourceContext): Promise<void> {
  for (let at = 0; at < sources.length;) {
    const source = sources[at] as BatchSource
    if (source.member === undefined) {
      await indexSource(source, context)
      at++
      continue
    }
    const end = sources.findIndex((other, index) => index > at && other.path !== source.path)
    const members = sources.slice(at, end < 0 ? sources.length : end)
    await indexMembers(members, context)
    at += members.length
  }
}

/** The bytes of a container are counted with its members. */
function listedBytes(containers: readonly ListedContainer[]): number {
  return containers.reduce((sum, { source }) => sum + source.size, 0)
}
