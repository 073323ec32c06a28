import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCheapToAsk } from '../../src/query/plan/condition.js'
import { runsOf } from '../../src/query/plan/first-page-probe.js'

describe('runs of row numbers', () => {
  it('parts them at the widest gaps', () => {
    expect(runsOf([])).toEqual([])
    expect(runsOf([7])).toEqual([[7, 7]])
    expect(runsOf([131_073, 131_072, 262_144, 3])).toEqual([
      [3, 3],
      [131_072, 131_073],
      [262_144, 262_144],
    ])
    expect(runsOf([0, 10_000, 100_000, 2 ** 47], 2)).toEqual([
      [0, 100_000],
      [2 ** 47, 2 ** 47],
    ])
  })

  it('holds every number, in order and apart, in no more runs than asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.maxSafeNat(), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        (numbers, most) => {
          const runs = runsOf(numbers, most)
          expect(runs.length).toBeLessThanOrEqual(most)
          expect(numbers.every((n) => runs.some(([low, high]) => low <= n && n <= high))).toBe(true)
          const ends = runs.flat()
          expect(ends).toEqual([...ends].sort((one, other) => one - other))
          expect(ends.every((end) => numbers.includes(end))).toBe(true)
        },
      ),
    )
  })
})

it.each([
  ['"evidence"', true],
  ['alice', true],
  ['"quick." OR "brown"', true],
  ['"203.0.113.66"', false],
  ['"s3.amazonaws.com"', false],
  ['qui*', false],
  ['"qui" *', false],
  ['a_b', false],
  ['"quick" AND "brown"', false],
  ['"quick" OR "quick brown"', false],
  ['NEAR("quick" "brown")', false],
  ['"a "" b"', false],
])('knows whether FTS5 finds out soon about one event: %s', (match, isCheap) => {
  expect(isCheapToAsk(match)).toBe(isCheap)
})
