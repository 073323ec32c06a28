/** Counts of values by principal, the input of rankings. */
import type { RankedList, RankedRow } from '../../model/summary.js'
import { addTotals, noEvents, type MutableTotals, type PairTally, type PairTotals } from './tally.js'
import { isoTime } from '../../model/time.js'

export interface ValueEntry {
  readonly value: string | null
  readonly totals: MutableTotals
  readonly byPrincipal: Map<number, PairTotals>
}

export class ValueTable {
  readonly entries = new Map<string | null, ValueEntry>()

  /** Counts by principal and dictionary ID → counts by value. */
  static of(
    tally: PairTally,
    isWanted: (principal: number) => boolean,
    valueOf: (id: number) => string | null,
  ): ValueTable {
    const table = new ValueTable()
    for (const [principal, id, totals] of tally.entries()) {
      if (isWanted(principal)) table.add(principal, valueOf(id), totals)
    }
    return table
  }

  add(principal: number, value: string | null, totals: PairTotals): void {
    let entry = this.entries.get(value)
    if (entry === undefined) {
      entry = { value, totals: noEvents(), byPrincipal: new Map() }
      this.entries.set(value, entry)
    }
    addTotals(entry.totals, totals)
    const known = entry.byPrincipal.get(principal)
    if (known === undefined) entry.byPrincipal.set(principal, { ...totals })
    else addPair(known, totals)
  }
}

function addPair(into: PairTotals, more: PairTotals): void {
  const isSooner = more.firstMs < into.firstMs
  if (isSooner || (more.firstMs === into.firstMs && more.firstRow < into.firstRow))
    into.firstRow = more.firstRow
  addTotals(into, more)
}

type Compare = (one: ValueEntry, other: ValueEntry) => number

/** On ties, null sorts last. */
export function compareValues(one: string | null, other: string | null): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? 1 : -1
  return one < other ? -1 : 1
}

const byEvents: Compare = (one, other) =>
  other.totals.events - one.totals.events || compareValues(one.value, other.value)

/** One service can fail ten thousand times: errors that affect many principals come first. */
export const byPrincipals: Compare = (one, other) =>
  other.byPrincipal.size - one.byPrincipal.size || byEvents(one, other)

export function rank(table: ValueTable, limit: number, compare: Compare = byEvents): RankedList {
  const sorted = [...table.entries.values()].sort(compare)
  return { total: sorted.length, rows: sorted.slice(0, limit).map(rankedRow) }
}

function rankedRow({ value, totals, byPrincipal }: ValueEntry): RankedRow {
  return {
    value,
    events: totals.events,
    errors: totals.errors,
    principals: byPrincipal.size,
    first_seen: timeText(totals.firstMs),
    last_seen: timeText(totals.lastMs),
  }
}

/** null if there is no time. */
export function timeText(ms: number | null): string | null {
  return ms === null || !Number.isFinite(ms) ? null : isoTime(ms)
}
