/** Counters for things that have small numbers. */

/** What is counted of a set of events. Times are null while no event had one that could be read. */
export interface Totals {
  readonly events: number
  readonly errors: number
  readonly firstMs: number | null
  readonly lastMs: number | null
}

export interface MutableTotals {
  events: number
  errors: number
  firstMs: number | null
  lastMs: number | null
}

export function noEvents(): MutableTotals {
  return { events: 0, errors: 0, firstMs: null, lastMs: null }
}

export function addTotals(into: MutableTotals, more: Totals): void {
  into.events += more.events
  into.errors += more.errors
  into.firstMs = earliest(into.firstMs, more.firstMs)
  into.lastMs = latest(into.lastMs, more.lastMs)
}

export function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

export function latest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.max(one, other)
}

/** Gives ids from the case small numbers, from 0, in order of first use. */
export class Numbering {
  readonly ids: number[] = []
  readonly #numbers = new Map<number, number>()

  of(id: number): number {
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    this.#numbers.set(id, this.ids.length)
    return this.ids.push(id) - 1
  }
}

export interface PairTotals extends MutableTotals {
  /** event.id of the earliest event; among equal times the lowest. */
  firstRow: number
}

/** Counts by pairs of small numbers. */
export class PairTally {
  readonly #totals: Map<number, PairTotals>[] = []

  add(left: number, right: number, ms: number | null, failed: boolean, row: number): void {
    const ofLeft = (this.#totals[left] ??= new Map<number, PairTotals>())
    let totals = ofLeft.get(right)
    if (totals === undefined) {
      totals = { events: 0, errors: 0, firstMs: ms, lastMs: ms, firstRow: row }
      ofLeft.set(right, totals)
    }
    totals.events += 1
    if (failed) totals.errors += 1
    if (ms === null) return
    if (totals.lastMs === null || ms > totals.lastMs) totals.lastMs = ms
    if (totals.firstMs !== null && (ms > totals.firstMs || (ms === totals.firstMs && row >= totals.firstRow))) return
    totals.firstMs = ms
    totals.firstRow = row
  }

  *entries(): Generator<readonly [left: number, right: number, totals: PairTotals]> {
    for (const [left, ofLeft] of this.#totals.entries()) {
      // Numbers that nothing was counted for leave holes.
      for (const [right, totals] of (ofLeft as typeof ofLeft | undefined) ?? []) yield [left, right, totals]
    }
  }
}
