/** Who gave access and who changed logging: the listed calls by principal, from counts the summary has anyway. */
import type { ControlList, ControlName, ControlRow } from '../../model/summary.js'
import { CONTROL_CALLS } from './control-calls.js'
import type { Known } from './rarity.js'
import type { PairTotals } from './tally.js'
import { compareValues, timeText, type ValueEntry, type ValueTable } from './value-table.js'

interface Pair {
  readonly entry: ValueEntry
  readonly principal: number
  readonly totals: PairTotals
}

/** @param calls by `service:Name`, without API dates */
export function controlOf(calls: ValueTable, known: Known, limit: number): Record<ControlName, ControlList> {
  const list = (name: ControlName): ControlList => {
    const pairs = ranked(calls, CONTROL_CALLS[name], known)
    return { total: pairs.length, rows: pairs.slice(0, limit).map((pair) => controlRow(pair, known)) }
  }
  return { credentials: list('credentials'), access: list('access'), recording: list('recording') }
}

/**
 * Successful calls come before failed ones, and each call is shown once before any is repeated, so that a common call
 * does not hide the others. A pipeline attaches policies all day and an intruder once: calls of the fewest principals
 * come first, then those a principal made least often.
 */
function ranked(calls: ValueTable, names: readonly string[], { principals }: Known): Pair[] {
  const keyOf = ({ principal }: Pair) => principals[principal]?.key ?? null
  const byEvents = (one: Pair, other: Pair) =>
    failedOnly(one) - failedOnly(other) ||
    one.totals.events - other.totals.events ||
    compareValues(keyOf(one), keyOf(other))
  const placed = names.flatMap((name) =>
    pairsOf(calls, name)
      .sort(byEvents)
      .map((pair, place) => ({ ...pair, place })),
  )
  return placed.sort(
    (one, other) =>
      failedOnly(one) - failedOnly(other) ||
      one.place - other.place ||
      one.entry.byPrincipal.size - other.entry.byPrincipal.size ||
      one.totals.events - other.totals.events ||
      compareValues(one.entry.value, other.entry.value),
  )
}

function pairsOf(calls: ValueTable, name: string): Pair[] {
  const entry = calls.entries.get(name)
  if (entry === undefined) return []
  return [...entry.byPrincipal].map(([principal, totals]) => ({ entry, principal, totals }))
}

function failedOnly({ totals }: Pair): number {
  return totals.errors === totals.events ? 1 : 0
}

function controlRow({ entry, principal, totals }: Pair, known: Known): ControlRow {
  const { label = '', key = '' } = known.principals[principal] ?? {}
  return {
    principal: label,
    principal_key: key,
    value: entry.value ?? '',
    events: totals.events,
    errors: totals.errors,
    principals: entry.byPrincipal.size,
    first_seen: timeText(totals.firstMs),
    last_seen: timeText(totals.lastMs),
    event_id: known.eventIdOf(totals.firstRow),
  }
}
