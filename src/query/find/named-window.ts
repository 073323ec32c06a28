/** Windows named by events: `--around EVENT_ID ±10m`, `--between EVENT_ID..2023-07-10T12:00`. */
import { CaseError } from '../../model/case-error.js'
import type { TimeWindow } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readNumber } from '../../store/reader.js'
import { newestEventMs } from './run-question.js'
import { list, sql } from '../plan/statement.js'
import { idSpellings } from './value.js'
import { isoTime } from '../../model/time.js'
import { parseTime } from './window.js'

export interface NamedWindow {
  readonly window: TimeWindow
  /** How the window was understood, and the limits of its precision. */
  readonly notes: readonly string[]
}

const DEFAULT_SPREAD = '10m'
const SPREAD = /^(?<centre>.+?)(?:\s*(?:±|\+-|\+\/-)\s*(?<count>\d{1,9})(?<unit>[smhdw]))?$/u
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/**
 * An event ID or a time, then ±10m (also +-10m; default ±10m). Both ends are included: an event exactly 10 minutes
 * later is shown. @throws CaseError if it is neither an event of the case nor a time.
 */
export function resolveAround(db: Connection, typed: string): NamedWindow {
  const { centre = '', count, unit } = SPREAD.exec(typed.trim())?.groups ?? {}
  const spread = count === undefined ? spreadOf(DEFAULT_SPREAD) : spreadOf(`${count}${unit ?? ''}`)
  const point = pointOf(db, centre.trim(), '--around')
  const window = { sinceMs: point - spread, untilMs: point + spread + 1 }
  return { window, notes: sameSecondNotes(db, [point]) }
}

/** `A..B` or `A/B`, each a time or an event ID; both ends are included. @throws CaseError. */
export function resolveBetween(db: Connection, typed: string): NamedWindow {
  const [from = '', to = '', ...rest] = typed.trim().split(/\s*(?:\.\.|\/)\s*/)
  if (from === '' || to === '' || rest.length > 0) {
    throw new CaseError(`--between '${typed}' needs two ends`, {
      hint: 'write A..B, where each is a time or an event ID',
    })
  }
  const first = pointOf(db, from, '--between')
  const last = pointOf(db, to, '--between')
  if (first > last) {
    throw new CaseError(`--between ${typed.trim()}: ${isoTime(first)} is after ${isoTime(last)}`, {
      hint: `write --between ${shellWord(`${to}..${from}`)}`,
    })
  }
  const notes = sameSecondNotes(db, [...new Set([first, last])])
  return { window: { sinceMs: first, untilMs: last + 1 }, notes }
}

function spreadOf(text: string): number {
  return Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS]
}

function pointOf(db: Connection, typed: string, flag: string): number {
  const times = eventTimes(db, typed)
  const [only] = times
  if (times.length > 1) {
    const known = times.map((ms) => (ms === null ? 'none' : isoTime(ms))).join(', ')
    throw new CaseError(`${flag}: different records have the eventID ${typed}, at ${known}`, {
      hint: 'name the time instead',
    })
  }
  if (only === null)
    throw new CaseError(`${flag}: event ${typed} has no readable time`, { hint: 'name a time instead' })
  return only ?? timeOf(db, typed, flag)
}

function eventTimes(db: Connection, eventId: string): (number | null)[] {
  return readColumn<number | null>(
    db,
    sql`SELECT DISTINCT event_time_ms FROM event WHERE event_id IN ${list(idSpellings(eventId))} ORDER BY 1`,
  )
}

function timeOf(db: Connection, typed: string, flag: string): number {
  try {
    return parseTime(typed, () => newestEventMs(db))
  } catch (error) {
    if (!(error instanceof CaseError)) throw error
    throw new CaseError(`${flag}: ${typed} is neither an event ID of this case nor a time`, {
      hint: 'as in: --around 6b3c8f2e-1f0a-4d55-9b0e-0c1f7f1f2a11±10m, --between 2023-07-10T11:42..2023-07-10T12:00',
      cause: error,
    })
  }
}

/** CloudTrail records whole seconds: the order within one is unknown. */
function sameSecondNotes(db: Connection, points: readonly number[]): string[] {
  return points.flatMap((point) => {
    const second = Math.floor(point / 1000) * 1000
    const events =
      readNumber(
        db,
        sql`SELECT count(*) FROM event WHERE event_time_ms >= ${second} AND event_time_ms < ${second + 1000}`,
      ) ?? 0
    if (events < 2) return []
    return [`${events} events have the second ${isoTime(second)}: their order is not recorded`]
  })
}
