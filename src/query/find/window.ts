/** Parses time expressions. Results depend neither on the local time zone nor on the clock. */
import { CaseError } from '../../model/case-error.js'
import type { TimeWindow } from '../../model/question.js'
import { calendarMs, fractionMs, isoTime, zoneMs } from '../../model/time.js'

const DATE = String.raw`\d{4}-\d\d-\d\d`
const CLOCK = String.raw`\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?`
const ABSOLUTE = new RegExp(`^(?<date>${DATE})(?:[Tt ](?<clock>${CLOCK})(?<zone>[Zz]|[+-]\\d\\d:?\\d\\d)?)?$`)
/** As in the names of delivered log files. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(\d\d)?([Zz]?)$/
const RELATIVE = /^(\d{1,9})([smhdw])$/
const SIGNED = /^[+-]\d+[smhdw]$/
const EPOCH = /^@(-?\d{1,16})$/
/** CloudTrail began in 2013, so a smaller number must be seconds: as ms it would be before 1973. */
const LEAST_LIKELY_MS = 100_000_000_000
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

const ACCEPTED =
  'write 2023-07-10, 2023-07-10T11:42, 2023-07-10T11:42:00Z, 2023-07-10T11:42:00+02:00, 20230710T1142Z, @1688989320 (s or ms) or 2h, 7d, 30m back from the newest event'

/** Newest event of the case, in ms; called only for a relative time. */
export type FindNewest = () => number | null

/** @throws CaseError for an invalid or ambiguous time. */
export function parseTime(typed: string, findNewest: FindNewest): number {
  const text = typed.trim()
  const time = readAbsolute(text) ?? readEpoch(text) ?? readRelative(text, findNewest)
  if (time !== undefined && Number.isFinite(time)) return time
  throw new CaseError(`'${typed}' is not a time`, { hint: hintFor(text) })
}

/** A day for leaving out whole files, so without relative times; null if not given. */
export function parseDay(typed: string | undefined): number | null {
  return typed === undefined ? null : parseTime(typed, () => null)
}

/** A full ISO time as in records, or undefined. */
export function readIsoTime(text: string): number | undefined {
  return /:\d\d.*[Zz]$/.test(text) ? readAbsolute(text) : undefined
}

/** @throws CaseError also for a window that cannot contain an event. */
export function resolveWindow(
  typed: { readonly since?: string | undefined; readonly until?: string | undefined },
  findNewest: FindNewest,
): TimeWindow {
  const sinceMs = typed.since === undefined ? undefined : namedTime('--since', typed.since, findNewest)
  const untilMs = typed.until === undefined ? undefined : namedTime('--until', typed.until, findNewest)
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    throw new CaseError(`--since ${isoTime(sinceMs)} is not before --until ${isoTime(untilMs)}`, {
      hint: '--until is exclusive, and a bare date means the start of that day',
    })
  }
  return { sinceMs, untilMs }
}

/** The window in words; undefined if both ends are open. */
export function windowText({ sinceMs, untilMs }: TimeWindow): string | undefined {
  if (sinceMs !== undefined && untilMs !== undefined) {
    return `window: from ${isoTime(sinceMs)} until before ${isoTime(untilMs)}`
  }
  if (sinceMs !== undefined) return `window: from ${isoTime(sinceMs)} on`
  return untilMs === undefined ? undefined : `window: before ${isoTime(untilMs)}`
}

function namedTime(flag: string, typed: string, findNewest: FindNewest): number {
  try {
    return parseTime(typed, findNewest)
  } catch (error) {
    if (!(error instanceof CaseError)) throw error
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    throw new CaseError(`${flag}: ${error.message}`, { exit: error.exit, cause: error, ...hint })
  }
}

function readAbsolute(typed: string): number | undefined {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00', z = ''] =
    COMPACT.exec(typed) ?? []
  const text = year === '' ? typed : `${year}-${month}-${day}T${hour}:${minute}:${second}${z}`
  const groups = ABSOLUTE.exec(text)?.groups
  if (groups === undefined) return undefined
  const { date = '', clock = '00:00', zone = 'Z' } = groups
  const [, minutes = '', seconds = '00', fraction] = /^(..:..)(?::(..)(?:[.,](.*))?)?$/.exec(clock) ?? []
  // 24:00 is legal ISO for the next day, but surprising as the end of a window: rejected.
  const time = calendarMs(date, `${minutes}:${seconds}`)
  if (time === null) return undefined
  return time + fractionMs(fraction) - (/z/i.test(zone) ? 0 : zoneMs(zone))
}

function readEpoch(text: string): number | undefined {
  const [, digits] = EPOCH.exec(text) ?? []
  if (digits === undefined) return undefined
  const number = Number(digits)
  const time = number < LEAST_LIKELY_MS ? number * 1000 : number
  return time >= LEAST_LIKELY_MS && !Number.isNaN(new Date(time).getTime()) ? time : undefined
}

function readRelative(text: string, findNewest: FindNewest): number | undefined {
  const [, count, unit] = RELATIVE.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  const newest = findNewest()
  if (newest === null) {
    throw new CaseError(`'${text}' counts back from the newest event, and the case has none with a time`)
  }
  const back = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (back <= newest) return newest - back
  throw new CaseError(`'${text}' back from the newest event, ${isoTime(newest)}, is before 1970`, {
    hint: 'leave the flag out for everything',
  })
}

function hintFor(text: string): string {
  if (/^\d{1,4}\/\d{1,2}\/\d{1,4}/.test(text)) {
    return 'slashes can be read in two ways: write year-month-day, as in 2023-07-10'
  }
  if (SIGNED.test(text))
    return `times like this are counted back from the newest event: write ${text.slice(1)}`
  if (EPOCH.test(text)) return `@ takes seconds or milliseconds since 1970, from 1973 on; or ${ACCEPTED}`
  return ACCEPTED
}
