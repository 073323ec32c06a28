/** Orders locations independently of runs: by path, and if a path was read twice, by content. */
import type { Connection } from './connection.js'
import type { RecordPlace } from './record-reader.js'

/** Cached paths: neighbouring events are from the same few files. */
const MOST_KNOWN = 50_000

export class SourceOrder {
  readonly #key
  readonly #known = new Map<number, string>()

  constructor(db: Connection) {
    // Members of a container are in its order, by ID.
    this.#key = db
      .prepare<[number], string>(
        `SELECT path || char(0) || coalesce(path_hex, '') || char(0) || coalesce(container_sha256, sha256, '') FROM source WHERE id = ?`,
      )
      .pluck()
  }

  /** Not by row numbers: an event that has moved to an earlier place kept its own. */
  compare(a: RecordPlace, b: RecordPlace): number {
    if (a.source_id === b.source_id) return a.record_offset - b.record_offset || compareSteps(a, b)
    const left = this.#keyOf(a.source_id)
    const right = this.#keyOf(b.source_id)
    return left < right ? -1 : left > right ? 1 : a.source_id - b.source_id
  }

  #keyOf(sourceId: number): string {
    const known = this.#known.get(sourceId)
    if (known !== undefined) return known
    const key = this.#key.get(sourceId) ?? ''
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(sourceId, key)
    return key
  }
}

/** Records in one value, by their positions on the way to them. */
function compareSteps(a: RecordPlace, b: RecordPlace): number {
  const [left, right] = [a, b].map(({ locator }) => Array.from(locator?.match(/\d+/g) ?? [], Number)) as [
    number[],
    number[],
  ]
  const at = left.findIndex((step, index) => step !== right[index])
  return at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
}
