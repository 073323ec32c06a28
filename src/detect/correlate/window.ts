/** Sliding windows over the events of one group. */
import { holds, hasUpperBound, type Correlation } from '../parse/correlation.js'

/** An event of a rule, or a hit of a correlation that another one counts. */
export interface Item {
  readonly timeMs: number
  /** Number of the rule among those that the correlation names. */
  readonly rule: number
  readonly events: readonly number[]
  /** Texts of the fields of the condition, one list for each. */
  readonly values: readonly (readonly string[])[]
}

export interface Found {
  /** Which items, in their order. */
  readonly items: readonly number[]
  readonly value: number
}

/** @param items by time. Windows are [t − timespan, t], both included; ones that overlap are one result. */
export function slide(items: readonly Item[], correlation: Correlation): Found[] {
  const measure = measureOf(correlation)
  const onlyWhole = hasUpperBound(correlation.bounds)
  const found: { from: number; to: number; value: number }[] = []
  let from = 0
  for (let at = 0; at < items.length; at++) {
    const { timeMs } = items[at] as Item
    while ((items[from] as Item).timeMs < timeMs - correlation.timespanMs) measure.drop(items[from++] as Item)
    measure.add(items[at] as Item)
    const next = items[at + 1]
    // Events of the same second belong to the same window.
    if (next?.timeMs === timeMs) continue
    // While more events can still come into it, an upper bound says nothing.
    if (
      onlyWhole &&
      next !== undefined &&
      next.timeMs - (items[from] as Item).timeMs <= correlation.timespanMs
    )
      continue
    const value = measure.value()
    if (value === null || !measure.holds(value)) continue
    const last = found.at(-1)
    if (last !== undefined && last.to >= from) {
      last.to = at
      last.value = Math.max(last.value, value)
    } else found.push({ from, to: at, value })
  }
  return found.map((one) => ({ items: range(one.from, one.to), value: one.value }))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

interface Measure {
  add(item: Item): void
  drop(item: Item): void
  /** null where nothing can be said. */
  value(): number | null
  holds(value: number): boolean
}

function measureOf(correlation: Correlation): Measure {
  const { type, bounds, rules, percentile } = correlation
  const bounded = (value: number): boolean => holds(bounds, value)
  switch (type) {
    case 'value_count':
      return { ...tally((item) => combinations(item.values)), holds: bounded }
    case 'temporal':
      return {
        ...tally((item) => [String(item.rule)]),
        holds: (value) => (bounds.length === 0 ? value === rules.length : bounded(value)),
      }
    case 'value_sum':
      return { ...numbers((values, sum) => (values === 0 ? null : sum)), holds: bounded }
    case 'value_avg':
      return { ...numbers((values, sum) => (values === 0 ? null : sum / values)), holds: bounded }
    case 'value_percentile':
      return { ...ranked(percentile), holds: bounded }
    case 'event_count':
    case 'temporal_ordered':
    case 'new_value':
    case 'absence':
      return { ...counter(), holds: bounded }
  }
}

type Counting = Omit<Measure, 'holds'>

function counter(): Counting {
  let count = 0
  return { add: () => count++, drop: () => count--, value: () => count }
}

function tally(keysOf: (item: Item) => readonly string[]): Counting {
  const counts = new Map<string, number>()
  const change = (item: Item, by: number): void => {
    for (const key of keysOf(item)) {
      const count = (counts.get(key) ?? 0) + by
      if (count === 0) counts.delete(key)
      else counts.set(key, count)
    }
  }
  return {
    add: (item) => {
      change(item, 1)
    },
    drop: (item) => {
      change(item, -1)
    },
    value: () => counts.size,
  }
}

/** Of several fields each combination of their values. Events share the lists of values of a column. */
export function combinations(values: Item['values']): readonly string[] {
  const [only] = values
  if (values.length === 1 && only !== undefined) return only
  return values
    .reduce<string[][]>((made, texts) => made.flatMap((one) => texts.map((text) => [...one, text])), [[]])
    .map((one) => JSON.stringify(one))
}

function numbersOf(item: Item): number[] {
  return (item.values[0] ?? []).map(Number).filter((value) => Number.isFinite(value))
}

function numbers(read: (values: number, sum: number) => number | null): Counting {
  let [count, sum] = [0, 0]
  const change = (item: Item, by: 1 | -1): void => {
    for (const value of numbersOf(item)) {
      count += by
      sum += by * value
    }
  }
  return {
    add: (item) => {
      change(item, 1)
    },
    drop: (item) => {
      change(item, -1)
    },
    value: () => read(count, sum),
  }
}

/** The value that this share of all values does not exceed, by nearest rank. */
function ranked(percentile: number): Counting {
  const sorted: number[] = []
  const place = (value: number): number => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    add: (item) => {
      for (const value of numbersOf(item)) sorted.splice(place(value), 0, value)
    },
    drop: (item) => {
      for (const value of numbersOf(item)) sorted.splice(place(value), 1)
    },
    value: () => sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? null,
  }
}
