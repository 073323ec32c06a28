import { afterAll, describe, expect, it } from 'vitest'
import { CaseError } from '../../src/model/case-error.js'
import { isoTime } from '../../src/model/time.js'
import { parseDay, parseTime, readIsoTime, resolveWindow, windowText } from '../../src/query/find/window.js'

const NEWEST = Date.parse('2023-07-11T12:00:00Z')
const newest = () => NEWEST

/** Typed, and the time in UTC that it means. */
const TIMES: readonly (readonly [typed: string, meant: string])[] = [
  ['2023-07-10', '2023-07-10T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2024-03-10', '2024-03-10T00:00:00.000Z'],
  ['2023-07-10T11:42', '2023-07-10T11:42:00.000Z'],
  ['2023-07-10T11:42:07', '2023-07-10T11:42:07.000Z'],
  ['2023-07-10T11:42:07.5', '2023-07-10T11:42:07.500Z'],
  ['2023-07-10T11:42:07.125', '2023-07-10T11:42:07.125Z'],
  ['2023-07-10T11:42:07.123456789Z', '2023-07-10T11:42:07.123Z'],
  ['2023-07-10T11:42:07,25Z', '2023-07-10T11:42:07.250Z'],
  ['2023-07-10 11:42', '2023-07-10T11:42:00.000Z'],
  ['2023-07-10 11:42:07Z', '2023-07-10T11:42:07.000Z'],
  ['2023-07-10t11:42:07z', '2023-07-10T11:42:07.000Z'],
  ['2023-07-10T11:42Z', '2023-07-10T11:42:00.000Z'],
  ['2023-07-10T11:42:07+00:00', '2023-07-10T11:42:07.000Z'],
  ['2023-07-10T11:42:07-00:00', '2023-07-10T11:42:07.000Z'],
  ['2023-07-10T11:42:07+02:00', '2023-07-10T09:42:07.000Z'],
  ['2023-07-10T01:42:07+05:30', '2023-07-09T20:12:07.000Z'],
  ['2023-07-10T23:30:00-08:00', '2023-07-11T07:30:00.000Z'],
  // Hours that do not exist, or exist twice, in some zones.
  ['2024-03-10T02:30', '2024-03-10T02:30:00.000Z'],
  ['2024-11-03T01:30:00', '2024-11-03T01:30:00.000Z'],
  ['2023-12-31T23:59:59', '2023-12-31T23:59:59.000Z'],
  ['  2023-07-10  ', '2023-07-10T00:00:00.000Z'],
  ['@1689000000000', '2023-07-10T14:40:00.000Z'],
  ['@1689000000123', '2023-07-10T14:40:00.123Z'],
  ['2h', '2023-07-11T10:00:00.000Z'],
  ['7d', '2023-07-04T12:00:00.000Z'],
  ['90m', '2023-07-11T10:30:00.000Z'],
  ['30s', '2023-07-11T11:59:30.000Z'],
  ['2w', '2023-06-27T12:00:00.000Z'],
  ['0s', '2023-07-11T12:00:00.000Z'],
  ['365d', '2022-07-11T12:00:00.000Z'],
  ['@1689000000', '2023-07-10T14:40:00.000Z'],
  ['2023-07-10T11:42:07+0200', '2023-07-10T09:42:07.000Z'],
  ['20230710T1145Z', '2023-07-10T11:45:00.000Z'],
  ['20230710T114507Z', '2023-07-10T11:45:07.000Z'],
  ['20230710t1145', '2023-07-10T11:45:00.000Z'],
]

const REFUSED: readonly (readonly [typed: string, hint: RegExp])[] = [
  ['03/04/2024', /slashes/],
  ['2024/03/04', /slashes/],
  ['1/2/24', /slashes/],
  ['-2h', /write 2h$/],
  ['-365d', /write 365d$/],
  ['@16890000', /milliseconds/],
  ['@-5', /milliseconds/],
  ['@99999999999999999', /write/],
  ['2023-02-29', /write/],
  ['2023-13-01', /write/],
  ['2023-07-32', /write/],
  ['2023-07-10T24:00', /write/],
  ['2023-07-10T11:60', /write/],
  ['2023-07-10T11:42:60Z', /write/],
  ['2023-07-10T11', /write/],
  ['20231310T1145Z', /write/],
  ['99999999d', /everything/],
  ['2023-07-10Z', /write/],
  ['20230710', /write/],
  ['2023-7-1', /write/],
  ['10 Jul 2023', /write/],
  ['yesterday', /write/],
  ['now', /write/],
  ['1689000000000', /write/],
  ['+2h', /write 2h$/],
  ['2 h', /write/],
  ['1.5h', /write/],
  ['2H', /write/],
  ['2y', /write/],
  ['999999999w', /everything/],
  ['', /write/],
  ["2023-07-10'; DROP TABLE event", /write/],
]

const zone = process.env['TZ']

afterAll(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

describe.each([
  ['UTC', 0],
  ['America/New_York', 240],
  ['Asia/Kolkata', -330],
  ['Pacific/Apia', -780],
] as const)('on a machine in %s', (timeZone, offset) => {
  it('has really changed the zone', () => {
    process.env['TZ'] = timeZone
    expect(new Date(NEWEST).getTimezoneOffset()).toBe(offset)
  })

  it.each(TIMES)('reads %s as %s', (typed, meant) => {
    process.env['TZ'] = timeZone
    expect(new Date(parseTime(typed, newest)).toISOString()).toBe(meant)
  })

  it.each(REFUSED)('refuses %s', (typed, hint) => {
    process.env['TZ'] = timeZone
    try {
      parseTime(typed, newest)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(CaseError)
      expect((error as CaseError).hint).toMatch(hint)
    }
  })
})

it('asks for the newest event only when it counts back from it', () => {
  const none = () => null
  expect(parseTime('2023-07-10', none)).toBe(Date.parse('2023-07-10T00:00:00Z'))
  expect(() => parseTime('2h', none)).toThrow(/newest event/)
})

it('makes a window, and says what it means', () => {
  const window = resolveWindow({ since: '2h', until: '2023-07-12' }, newest)
  expect(window).toEqual({ sinceMs: NEWEST - 7_200_000, untilMs: Date.parse('2023-07-12T00:00:00Z') })
  expect(windowText(window)).toBe('window: from 2023-07-11T10:00:00Z until before 2023-07-12T00:00:00Z')
  expect(windowText(resolveWindow({ since: '2023-07-10' }, newest))).toBe(
    'window: from 2023-07-10T00:00:00Z on',
  )
  expect(windowText(resolveWindow({ until: '2023-07-10T00:00:00.5Z' }, newest))).toBe(
    'window: before 2023-07-10T00:00:00.500Z',
  )
  expect(windowText(resolveWindow({}, newest))).toBeUndefined()
})

it.each([
  ['2023-07-10', '2023-07-10'],
  ['2023-07-11', '2023-07-10'],
  ['1h', '2h'],
])('refuses a window that can hold nothing: %s to %s', (since, until) => {
  expect(() => resolveWindow({ since, until }, newest)).toThrow(/is not before/)
})

it('names the flag that it could not read', () => {
  expect(() => resolveWindow({ since: 'x' }, newest)).toThrow("--since: 'x' is not a time")
  expect(() => resolveWindow({ until: '1/2/2024' }, newest)).toThrow("--until: '1/2/2024' is not a time")
})

it('reads times as records write them', () => {
  expect(readIsoTime('2023-07-10T11:42:00Z')).toBe(Date.parse('2023-07-10T11:42:00Z'))
  for (const other of ['2023-07-10', '2023-07-10T11:42', '2h', '11:42:00Z', 'x'])
    expect(readIsoTime(other)).toBeUndefined()
  expect(isoTime(0)).toBe('1970-01-01T00:00:00Z')
  expect(isoTime(1)).toBe('1970-01-01T00:00:00.001Z')
})

it('reads a day for index, which has no newest event yet', () => {
  expect(parseDay(undefined)).toBeNull()
  expect(parseDay('2023-07-10')).toBe(Date.parse('2023-07-10T00:00:00Z'))
  expect(() => parseDay('7d')).toThrow(/newest event/)
})
