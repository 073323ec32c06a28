/** What folding changes in the counts of sources, written once at its end. */
import type { Connection } from './connection.js'

interface Counts {
  duplicates: number
  replaced: number
}

export class SourceTally {
  readonly #counts = new Map<number, Counts>()

  /** @param more records that are one or the other and no longer an event; fewer than none where they are one again. */
  add(sourceId: number, kind: keyof Counts, more: number): void {
    const counts = this.#counts.get(sourceId) ?? { duplicates: 0, replaced: 0 }
    counts[kind] += more
    this.#counts.set(sourceId, counts)
  }

  write(db: Connection): void {
    const update = db.prepare(
      'UPDATE source SET events = events - ?, duplicates = duplicates + ?, replaced = replaced + ? WHERE id = ?',
    )
    for (const [sourceId, { duplicates, replaced }] of this.#counts)
      update.run(duplicates + replaced, duplicates, replaced, sourceId)
  }
}
