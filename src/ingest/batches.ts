/** Sources → batches of about equal work, in discovery order: small files together, a large one alone. */
import { isGzip } from '../model/inflate.js'
import type { BatchSource } from '../model/batch.js'

/** At least some 2,500 records of a .gz archive: a shard's fixed cost (open, attach) is then a hundredth of the work. */
const LEAST_BYTES = 512 * 1024
/** At most some 10,000 records: the index of their words is in memory, and shards wait on the disk until their turn comes. */
const MOST_BYTES = 2 * 1024 * 1024
/** Many, so that no worker is left alone with a last large one; not more, since each is a segment of the full text. */
const BATCHES = 40
/** Plain JSON is ten times larger for the same records. */
const PLAIN_WEIGHT = 0.125
/** A file costs about 50 µs beside its bytes: as much as 10 kB of them. */
const FILE_BYTES = 3 * 1024

/**
 * How much a batch holds at most, by the weight of all sources.
 * @param few where the merge takes longer than the reading, as large as may be.
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

/** By its bytes, where they are at hand: who packs a tar.gz may have inflated the files and left them their names. */
function isPacked({ member, path }: Weighed): boolean {
  if (member?.place.kind === 'passed') return isGzip(member.place.bytes)
  return /gz$/i.test(member?.name ?? path)
}

/** Of the members whose bytes go with the batch. */
export function passedBuffers(batch: readonly BatchSource[]): ArrayBuffer[] {
  return batch.flatMap(({ member }) =>
    member?.place.kind === 'passed' ? [member.place.bytes.buffer as ArrayBuffer] : [],
  )
}
