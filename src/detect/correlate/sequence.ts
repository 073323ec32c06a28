/** Correlations that look for an order, for something new, or for what is missing. */
import type { Correlation } from '../parse/correlation.js'
import { combinations, type Found, type Item } from './window.js'

/**
 * Each rule at or after the one before it, all within the timespan. CloudTrail has whole seconds, so events of the same
 * second count as being in order.
 */
export function ordered(items: readonly Item[], { rules, timespanMs }: Correlation): Found[] {
  const last = rules.length - 1
  /** Of each stage, the latest first item of a sequence that got there. */
  const starts: (number | null)[] = rules.map(() => null)
  const found: { from: number; to: number }[] = []
  for (let at = 0; at < items.length;) {
    const { timeMs } = items[at] as Item
    let end = at
    while (items[end]?.timeMs === timeMs) end++
    const stages = new Map<number, number>()
    for (let index = at; index < end; index++)
      if (!stages.has((items[index] as Item).rule)) stages.set((items[index] as Item).rule, index)
    for (let stage = 0; stage <= last; stage++) {
      const here = stages.get(stage)
      if (here === undefined) continue
      const start = stage === 0 ? here : (starts[stage - 1] ?? null)
      if (start !== null && timeMs - (items[start] as Item).timeMs <= timespanMs) starts[stage] = start
    }
    const start = starts[last] ?? null
    if (stages.has(last) && start !== null && timeMs - (items[start] as Item).timeMs <= timespanMs) {
      const before = found.at(-1)
      if (before !== undefined && before.to >= start) before.to = end - 1
      else found.push({ from: start, to: end - 1 })
    }
    at = end
  }
  return found.map(({ from, to }) => ({
    items: Array.from({ length: to - from + 1 }, (_, at) => from + at),
    value: rules.length,
  }))
}

/** A value that the group did not have before, once the baseline since its first event has passed. */
export function newValues(items: readonly Item[], { timespanMs }: Correlation): Found[] {
  const seen = new Set<string>()
  const first = items[0]?.timeMs ?? 0
  return items.flatMap((item, at) => {
    const fresh = combinations(item.values).filter((key) => !seen.has(key))
    for (const key of fresh) seen.add(key)
    return fresh.length > 0 && item.timeMs - first >= timespanMs ? [{ items: [at], value: seen.size }] : []
  })
}

/** @param untilMs the last event of the case: what would come later is not known. */
export function absences(
  items: readonly Item[],
  { timespanMs, side }: Correlation,
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
): Found[] {
  const times = items.filter(({ rule }) => rule === 1).map(({ timeMs }) => timeMs)
  return items.flatMap((item, at) => {
    if (item.rule !== 0) return []
    const [from, to] =
      side === 'before' ? [item.timeMs - timespanMs, item.timeMs] : [item.timeMs, item.timeMs + timespanMs]
    if (from < sinceMs || to > untilMs || (firstFrom(times, from) ?? Infinity) <= to) return []
    return [{ items: [at], value: 0 }]
  })
}

/** @param times in order. */
function firstFrom(times: readonly number[], from: number): number | undefined {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) < from) low = middle + 1
    else high = middle
  }
  return times[low]
}
