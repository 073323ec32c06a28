/** Rare values: a call, region, address or user agent that a principal, or anyone, hardly ever has. */
import type { RareList, RareRow } from '../../model/summary.js'
import type { Principal } from '../principals/principal-directory.js'
import type { PairTotals, Totals } from './tally.js'
import { compareValues, timeText, type ValueTable } from './value-table.js'

export interface Known {
  readonly principals: readonly Principal[]
  /** All events of each principal in the scope. */
  readonly totals: ReadonlyMap<number, Totals>
  eventIdOf(row: number): string
}

interface Pair {
  readonly principal: number
  readonly value: string
  readonly totals: PairTotals
  readonly holders: number
  /** How long the principal had been active when the value first appeared. */
  readonly knownForMs: number | null
}

/** Upper limit for rare: five events, or one in a hundred of the principal's. */
const RARE_EVENTS = 5
const RARE_SHARE = 0.01

/**
 * Values of the fewest principals come first, then those with the fewest events, then the latest to appear. A
 * principal's only value says nothing about its habits and is left out.
 */
export function rarest(table: ValueTable, known: Known, limit: number): RareList {
  const pairs: Pair[] = []
  for (const { value, byPrincipal } of table.entries.values()) {
    if (value === null || value === '') continue
    for (const [principal, totals] of byPrincipal) {
      const all = known.totals.get(principal)
      if (all === undefined || all.events === totals.events) continue
      if (totals.events > Math.max(RARE_EVENTS, all.events * RARE_SHARE)) continue
      const knownForMs = Number.isFinite(totals.firstMs) ? totals.firstMs - all.firstMs : null
      pairs.push({ principal, value, totals, holders: byPrincipal.size, knownForMs })
    }
  }
  const shown = pairs.sort((one, other) => compare(one, other, known)).slice(0, limit)
  return { total: pairs.length, rows: shown.map((pair) => rareRow(pair, known)) }
}

function compare(one: Pair, other: Pair, { principals }: Known): number {
  return (
    one.holders - other.holders ||
    one.totals.events - other.totals.events ||
    (other.knownForMs ?? -1) - (one.knownForMs ?? -1) ||
    compareValues(one.value, other.value) ||
    compareValues(principals[one.principal]?.key ?? null, principals[other.principal]?.key ?? null)
  )
}

function rareRow({ principal, value, totals, holders, knownForMs }: Pair, known: Known): RareRow {
  return {
    principal: known.principals[principal]?.label ?? '',
    value,
    events: totals.events,
    principal_events: known.totals.get(principal)?.events ?? 0,
    principals: holders,
    first_seen: timeText(totals.firstMs),
    known_for_ms: knownForMs,
    event_id: known.eventIdOf(totals.firstRow),
  }
}
