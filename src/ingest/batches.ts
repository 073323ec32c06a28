/** Groups sources into batches of similar work, in discovery order: small files together, a large one alone. */
import { isGzip } from '../model/inflate.js'
import type { BatchSource } from '../model/batch.js'

/**
 * At least 2,500 records of a .gz archive, so that the fixed cost of a shard (open, attach) is a hundredth of the work.
 */
const LEAST_BYTES = 512 * 1024
/** At most 10,000 records: the index of their words is in memory, and shards wait on disk for their turn. */
const MOST_BYTES = 2 * 1024 * 1024
/**
 * Many, so that no worker is left alone with a large last one; not more, since each becomes a segment of the full text.
 */
const BATCHES = 40
/** Plain JSON is ten times larger for the same records. */
const PLAIN_WEIGHT = 0.125
/** A file costs 50 µs in addition to its bytes, as much as 10 kB of them. */
const FILE_BYTES = 3 * 1024

/**
 * Maximum weight of a batch, given the weight of all sources. @param few if merging takes longer than reading: as large
 * as allowed.
 */
export function batchWeight(total: number, few = false): number {
  return few ? MOST_BYTES : Math.min(MOST_BYTES, Math.max(LEAST_BYTES, total / BATCHES))
}

export function weightOf(sources: readonly Weighed[]): number {
  return sources.reduce((sum, source) => sum + weigh(source), 0)
}

export async function* makeBatches<T extends Weighed>(
  sources: Iterable<T> | AsyncIterable<T>,
  most: number,
): AsyncGenerator<T[]> {
  let batch: T[] = []
  let weight = 0
  for await (const source of sources) {
    const own = weigh(source)
    if (batch.length > 0 && weight + own > most) {
      yield batch
      batch = []
      weight = 0
    }
    batch.push(source)
    weight += own
  }
  if (batch.length > 0) yield batch
}

type Weighed = Pick<BatchSource, 'path' | 'size' | 'member'>

function weigh(source: Weighed): number {
  return FILE_BYTES + source.size * (isPacked(source) ? 1 : PLAIN_WEIGHT)
}

/** By its bytes if available: a tar.gz can contain inflated files that kept their .gz names. */
function isPacked({ member, path }: Weighed): boolean {
  if (member?.place.kind === 'passed') return isGzip(member.place.bytes)
  return /gz$/i.test(member?.name ?? path)
}

/** Buffers of the members whose bytes are sent with the batch. */
export function passedBuffers(batch: readonly BatchSource[]): ArrayBuffer[] {
  return batch.flatMap(({ member }) =>
    member?.place.kind === 'passed' ? [member.place.bytes.buffer as ArrayBuffer] : [],
  )
}
