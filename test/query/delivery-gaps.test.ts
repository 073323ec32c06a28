import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { findGaps } from '../../src/query/coverage/delivery-gaps.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A Monday. */
const START = Date.UTC(2024, 2, 4)

/** Every `step` for some days, where `isOpen` lets it. */
function deliveries(days: number, step: number, isOpen: (ms: number) => boolean = () => true): number[] {
  const times = Array.from({ length: (days * DAY) / step }, (_, at) => START + at * step)
  return times.filter(isOpen)
}

const without = (from: number, to: number) => (ms: number) => ms < START + from || ms >= START + to
const hourOf = (ms: number) => new Date(ms).getUTCHours()
const span = (times: readonly number[]) => ({ startMs: times[0] ?? 0, endMs: times.at(-1) ?? 0 })

function gapsOf(
  times: readonly number[],
  archive = span(times),
): [kind: string, fromHour: number, toHour: number][] {
  return findGaps(times, archive).map(({ kind, startMs, endMs }) => [
    kind,
    (startMs - START) / HOUR,
    (endMs - START) / HOUR,
  ])
}

describe('gaps', () => {
  it('are found where a steady delivery stops for more than an hour', () => {
    const times = deliveries(4, 5 * MINUTE, without(30 * HOUR, 32 * HOUR))
    expect(gapsOf(times)).toEqual([['pause', 30 - 1 / 12, 32]])
    expect(findGaps(times, span(times))[0]).toMatchObject({
      usualPauseMs: 5 * MINUTE,
      neighbours: 3,
      activeNeighbours: 3,
    })
  })

  it('are found several at once, and over whole days', () => {
    const isOpen = (ms: number) =>
      without(30 * HOUR, 33 * HOUR)(ms) && without(50 * HOUR, 52 * HOUR)(ms) && without(5 * DAY, 6 * DAY)(ms)
    expect(gapsOf(deliveries(10, 10 * MINUTE, isOpen)).map(([, , to]) => to)).toEqual([33, 52, 144])
  })

  it('are not a night, a weekend, or a quiet account', () => {
    const byDay = (ms: number) => hourOf(ms) >= 7 && hourOf(ms) < 19
    expect(gapsOf(deliveries(14, 5 * MINUTE, byDay))).toEqual([])
    const onWorkdays = (ms: number) => new Date(ms).getUTCDay() % 6 !== 0
    expect(gapsOf(deliveries(28, 5 * MINUTE, onWorkdays))).toEqual([])
    expect(gapsOf(deliveries(28, 5 * MINUTE, (ms) => byDay(ms) && onWorkdays(ms)))).toEqual([])
    expect(gapsOf([START, START + 9 * DAY])).toEqual([])
    expect(gapsOf([])).toEqual([])
  })

  it('are found by day in an account that sleeps at night', () => {
    const isOpen = (ms: number) =>
      hourOf(ms) >= 7 && hourOf(ms) < 19 && without(2 * DAY + 9 * HOUR, 2 * DAY + 12 * HOUR)(ms)
    expect(gapsOf(deliveries(7, 10 * MINUTE, isOpen)).map(([kind, , to]) => [kind, to])).toEqual([
      ['pause', 60],
    ])
  })

  it('are where a place ends before the archive, or begins after it', () => {
    const times = deliveries(8, 10 * MINUTE, (ms) => ms < START + 5 * DAY)
    const archive = { startMs: START, endMs: START + 8 * DAY }
    expect(gapsOf(times, archive)).toEqual([['ends early', 5 * 24 - 1 / 6, 8 * 24]])
    const late = deliveries(8, 10 * MINUTE, (ms) => ms >= START + 3 * DAY)
    expect(gapsOf(late, archive)).toEqual([['starts late', 0, 72]])
  })

  it('are not invented among deliveries at random times', () => {
    const random = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 400 })
    const property = fc.property(random, (points) => {
      const times = [...new Set(points.map((point) => Math.floor(START + point * 10 * DAY)))].sort(
        (one, other) => one - other,
      )
      return findGaps(times, span(times)).length === 0
    })
    fc.assert(property, { seed: 7, numRuns: 200 })
  })

  it('are not invented in a rhythm of day and night with chance in it', () => {
    const property = fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      let state = seed
      const chance = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
      const times = deliveries(
        14,
        5 * MINUTE,
        (ms) => chance() < (hourOf(ms) >= 6 && hourOf(ms) < 22 ? 0.7 : 0.15),
      )
      return findGaps(times, span(times)).length === 0
    })
    fc.assert(property, { seed: 7, numRuns: 60 })
  })
})
