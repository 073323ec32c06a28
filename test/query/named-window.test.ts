import { beforeAll, describe, expect, it } from 'vitest'
import { resolveAround, resolveBetween } from '../../src/query/find/named-window.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { makeRecord } from '../helpers/archive.js'
import { caseOf, isoText } from '../helpers/count-case.js'

const NOON = Date.parse('2024-03-05T12:00:00Z')
const MINUTE = 60_000

let db: Connection

beforeAll(async () => {
  const at = (n: number, ms: number, over = {}) =>
    makeRecord(n, { eventTime: isoText(ms), eventID: `event-${n}`, ...over })
  const records = [
    at(1, NOON),
    at(2, NOON),
    at(3, NOON + 10 * MINUTE),
    at(4, NOON, { eventTime: undefined }),
    at(5, NOON),
    at(6, NOON + MINUTE, { eventID: 'event-5' }),
  ]
  db = openReader(await caseOf(records, 1))
})

const minutes = ({
  sinceMs = NaN,
  untilMs = NaN,
}: {
  sinceMs?: number | undefined
  untilMs?: number | undefined
}) => [(sinceMs - NOON) / MINUTE, (untilMs - 1 - NOON) / MINUTE]

describe('--around', () => {
  it.each([
    ['event-1', -10, 10],
    ['event-1 ±10m', -10, 10],
    ['event-1±90s', -1.5, 1.5],
    ['event-1+-2h', -120, 120],
    ['event-3 +/-1m', 9, 11],
    ['2024-03-05T12:05 ±5m', 0, 10],
    ['2024-03-05T12:05:00Z', -5, 15],
  ])('%s is from minute %d to %d, with both ends', (typed, from, to) => {
    expect(minutes(resolveAround(db, typed).window)).toEqual([from, to])
  })

  it('says that the order within one second is not recorded', () => {
    expect(resolveAround(db, 'event-1').notes).toEqual([
      '3 events have the second 2024-03-05T12:00:00Z: their order is not recorded',
    ])
    expect(resolveAround(db, 'event-3').notes).toEqual([])
  })

  it('refuses to guess', () => {
    expect(() => resolveAround(db, 'event-5')).toThrow(
      'different records have the eventID event-5, at 2024-03-05T12:00:00Z, 2024-03-05T12:01:00Z',
    )
    expect(() => resolveAround(db, 'event-4')).toThrow('event event-4 has no readable time')
    expect(() => resolveAround(db, 'no-event ±5m')).toThrow(
      'no-event is neither an event ID of this case nor a time',
    )
  })
})

describe('--between', () => {
  it.each([
    ['event-1..event-3', 0, 10],
    ['2024-03-05T11:58/event-1', -2, 0],
    ['2024-03-05T11:58:00+00:00 .. 2024-03-05T12:01', -2, 1],
  ])('%s is from minute %d to %d, with both ends', (typed, from, to) => {
    expect(minutes(resolveBetween(db, typed).window)).toEqual([from, to])
  })

  it('does not turn its ends round in silence', () => {
    expect(() => resolveBetween(db, 'event-3..event-1')).toThrow(
      /^--between event-3\.\.event-1: \S+ is after \S+Z$/,
    )
    expect(() => resolveBetween(db, '2024-03-05T12:01..2024-03-05T11:58')).toThrow(
      'is after 2024-03-05T11:58:00Z',
    )
  })

  it('needs two ends', () => {
    for (const typed of ['event-1', '..event-1', 'a..b..c', ''])
      expect(() => resolveBetween(db, typed)).toThrow('needs two ends')
  })
})
