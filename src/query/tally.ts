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

export interface PairTotals extends MutableTotals {
  /** event.id of the earliest event; among equal times the lowest. */
  firstRow: number
}

export function firstEvent(ms: number | null, row: number): PairTotals {
  return { ...noEvents(), firstMs: ms, lastMs: ms, firstRow: row }
}

export function addEvent(totals: PairTotals, ms: number | null, failed: boolean, row: number): void {
  totals.events += 1
  if (failed) totals.errors += 1
  if (ms === null) return
  if (totals.lastMs === null || ms > totals.lastMs) totals.lastMs = ms
  if (totals.firstMs !== null && (ms > totals.firstMs || (ms === totals.firstMs && row >= totals.firstRow)))
    return
  totals.firstMs = ms
  totals.firstRow = row
}

/** Counts by principal, a small number, and by an id of the case. */
export class PairTally {
  readonly #totals: (Map<number, PairTotals> | undefined)[] = []

  add(principal: number, id: number, ms: number | null, failed: boolean, row: number): void {
    const ofPrincipal = (this.#totals[principal] ??= new Map<number, PairTotals>())
    let totals = ofPrincipal.get(id)
    if (totals === undefined) {
      totals = firstEvent(ms, row)
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
