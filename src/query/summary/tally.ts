/**
 * Totals of a set of events. Without a readable time, first is Infinity and last -Infinity: in V8 a number field that
 * can become null is reallocated on each change.
 */
export interface Totals {
  readonly events: number
  readonly errors: number
  readonly firstMs: number
  readonly lastMs: number
}

export type MutableTotals = { -readonly [Key in keyof Totals]: Totals[Key] }

export interface PairTotals extends MutableTotals {
  /** event.id of the earliest event; the lowest on equal times. */
  firstRow: number
}

export function noEvents(): MutableTotals {
  return { events: 0, errors: 0, firstMs: Infinity, lastMs: -Infinity }
}

export function addTotals(into: MutableTotals, more: Totals): void {
  into.events += more.events
  into.errors += more.errors
  into.firstMs = Math.min(into.firstMs, more.firstMs)
  into.lastMs = Math.max(into.lastMs, more.lastMs)
}

export function firstEvent(row: number): PairTotals {
  return { events: 0, errors: 0, firstMs: Infinity, lastMs: -Infinity, firstRow: row }
}

export function addEvent(totals: PairTotals, ms: number | null, failed: boolean, row: number): void {
  totals.events += 1
  if (failed) totals.errors += 1
  if (ms === null) return
  if (ms > totals.lastMs) totals.lastMs = ms
  if (ms > totals.firstMs || (ms === totals.firstMs && row >= totals.firstRow)) return
  totals.firstMs = ms
  totals.firstRow = row
}

/** Counts by principal index and dictionary ID. */
export class PairTally {
  readonly #totals: (Map<number, PairTotals> | undefined)[] = []

  add(principal: number, id: number, ms: number | null, failed: boolean, row: number): void {
    const ofPrincipal = (this.#totals[principal] ??= new Map<number, PairTotals>())
    let totals = ofPrincipal.get(id)
    if (totals === undefined) {
      totals = firstEvent(row)
      ofPrincipal.set(id, totals)
    }
    addEvent(totals, ms, failed, row)
  }

  *entries(): Generator<readonly [principal: number, id: number, totals: PairTotals]> {
    for (const [principal, ofPrincipal] of this.#totals.entries()) {
      for (const [id, totals] of ofPrincipal ?? []) yield [principal, id, totals]
    }
  }
}
