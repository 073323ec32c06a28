/** Events over time, in buckets of a natural size. */
import type { Timeline } from '../../model/summary.js'
import { isoTime } from '../../model/time.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const SIZES = [1, 5, 15, 30]
  .map((n) => n * MINUTE)
  .concat(
    [1, 3, 6, 12].map((n) => n * HOUR),
    [1, 7, 28, 91, 364].map((n) => n * DAY),
  )
const MOST_BUCKETS = 60

/** Counts per minute; every bucket size is a multiple. */
export class Minutes {
  readonly #counts = new Map<number, { events: number; errors: number }>()

  add(ms: number, failed: boolean): void {
    const minute = Math.floor(ms / MINUTE)
    const counts = this.#counts.get(minute)
    if (counts === undefined) this.#counts.set(minute, { events: 1, errors: failed ? 1 : 0 })
    else {
      counts.events += 1
      if (failed) counts.errors += 1
    }
  }

  /** From first to last event; buckets start at multiples of their size since 1970 UTC. */
  timeline(): Timeline {
    let first = Infinity
    let last = -Infinity
    for (const minute of this.#counts.keys()) {
      first = Math.min(first, minute)
      last = Math.max(last, minute)
    }
    if (first > last) return { bucket_ms: MINUTE, buckets: [] }
    const size =
      SIZES.find((ms) => bucketOf(last, ms) - bucketOf(first, ms) < MOST_BUCKETS) ?? wideBucket(last - first)
    return { bucket_ms: size, buckets: this.#buckets(bucketOf(first, size), bucketOf(last, size), size) }
  }

  #buckets(first: number, last: number, size: number): Timeline['buckets'] {
    const starts = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * size)
    const buckets = starts.map((start) => ({ start: isoTime(start), events: 0, errors: 0 }))
    for (const [minute, { events, errors }] of this.#counts) {
      const bucket = buckets[bucketOf(minute, size) - first]
      if (bucket === undefined) continue
      bucket.events += events
      bucket.errors += errors
    }
    return buckets
  }
}

/** Only forged times are this far apart. */
function wideBucket(minutes: number): number {
  return Math.ceil((minutes * MINUTE) / MOST_BUCKETS / DAY) * DAY
}

function bucketOf(minute: number, size: number): number {
  return Math.floor((minute * MINUTE) / size)
}
