/**
 * Where nothing was delivered although it should have been, judged by the rhythm of the deliveries alone.
 *
 * Quiet accounts deliver nothing for hours, and at night: a pause is told only when it is out of proportion to the others, and
 * when the same hours of other days were not quiet.
 */
import type { GapKind } from '../model/coverage.js'

export interface DeliveryGap {
  readonly kind: GapKind
  /** Last delivery before, or the start of the archive. */
  readonly startMs: number
  /** First delivery after, or the end of the archive. */
  readonly endMs: number
  readonly usualPauseMs: number
  readonly neighbours: number
  readonly activeNeighbours: number
}

export interface Span {
  readonly startMs: number
  readonly endMs: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Fewer deliveries have no rhythm. */
const LEAST_DELIVERIES = 12
/** CloudTrail delivers about every five minutes; an hour is the shortest pause that is worth a word. */
const LEAST_PAUSE = HOUR
/** So many times longer than 95 % of the pauses. Of deliveries at random times, one in 160,000 pauses is. */
const OUT_OF_PROPORTION = 4
const USUAL_SHARE = 0.95
/** Where more pauses are at least half as long, such pauses are usual after all. */
const SIMILAR_COUNT = 3
const SIMILAR_SHARE = 0.02
/** Of the same hours on other days, so many must have been active. */
const ACTIVE_SHARE = 0.75
const LEAST_NEIGHBOURS = 2
/** Compared with so many days before and after. */
const NEIGHBOUR_DAYS = 7
/** A longer pause is no night: the clock does not explain it. */
const LONGEST_NIGHT = 20 * HOUR

/** @param times of deliveries, ascending. @param archive from the first delivery of anything to the last. */
export function findGaps(times: readonly number[], archive: Span): DeliveryGap[] {
  const [first] = times
  const last = times.at(-1)
  if (first === undefined || last === undefined || times.length < LEAST_DELIVERIES) return []
  const pauses = times.slice(1).map((end, at) => end - (times[at] ?? end))
  const rhythm = rhythmOf(pauses)
  const candidates: { kind: GapKind; span: Span }[] = [
    { kind: 'starts late', span: { startMs: archive.startMs, endMs: first } },
    ...pauses.map((length, at) => ({
      kind: 'pause' as const,
      span: { startMs: (times[at + 1] ?? 0) - length, endMs: times[at + 1] ?? 0 },
    })),
    { kind: 'ends early', span: { startMs: last, endMs: archive.endMs } },
  ]
  return candidates.flatMap(({ kind, span }) => {
    const length = span.endMs - span.startMs
    if (length <= Math.max(LEAST_PAUSE, rhythm.usual * OUT_OF_PROPORTION) || !rhythm.isUnusual(length))
      return []
    const neighbours = neighboursOf(times, span)
    if (!neighbours.showActivity) return []
    const { count, active } = neighbours
    return [{ kind, ...span, usualPauseMs: rhythm.usual, neighbours: count, activeNeighbours: active }]
  })
}

interface Rhythm {
  readonly usual: number
  isUnusual(length: number): boolean
}

function rhythmOf(pauses: readonly number[]): Rhythm {
  const sorted = [...pauses].sort((one, other) => one - other)
  const most = Math.max(SIMILAR_COUNT, sorted.length * SIMILAR_SHARE)
  return {
    usual: sorted[Math.floor((sorted.length - 1) * USUAL_SHARE)] ?? 0,
    isUnusual: (length) => sorted.length - lowerBound(sorted, length / 2) <= most,
  }
}

/** The same hours of the days around, and of the weekday before and after: who rests at night or on Sundays lacks nothing. */
function neighboursOf(
  times: readonly number[],
  span: Span,
): { showActivity: boolean; count: number; active: number } {
  const length = span.endMs - span.startMs
  const nearest = Math.ceil(length / DAY)
  const days = Array.from({ length: NEIGHBOUR_DAYS }, (_, at) => nearest + at)
  const found = [...days, ...days.map((day) => -day)].flatMap((day) => neighbour(times, span, day))
  const count = found.length
  const active = found.filter(({ isActive }) => isActive).length
  const weekly = found.filter(({ day }) => day % 7 === 0)
  const restsWeekly = weekly.length > 0 && weekly.every(({ isActive }) => !isActive)
  const isEnough = length >= LONGEST_NIGHT || count >= LEAST_NEIGHBOURS
  return { showActivity: isEnough && active >= count * ACTIVE_SHARE && !restsWeekly, count, active }
}

function neighbour(times: readonly number[], span: Span, day: number): { day: number; isActive: boolean }[] {
  const from = span.startMs + day * DAY
  const to = span.endMs + day * DAY
  if (from < (times[0] ?? 0) || to > (times.at(-1) ?? 0)) return []
  return [{ day, isActive: lowerBound(times, to) > lowerBound(times, from + 1) }]
}

/** Position of the first that is not below. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
