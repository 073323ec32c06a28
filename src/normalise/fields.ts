/** Readers for unknown JSON. They never throw or guess: absent and mistyped values are null. */
import { calendarMs, fractionMs, zoneMs } from '../model/time.js'
import { isJsonObject, type JsonObject } from '../model/record.js'

/**
 * A string as is (`''` stays `''`); a number or boolean in its JSON spelling; null for anything else, including numbers
 * that lost digits.
 */
export function readString(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value)
  return null
}

export function readObject(value: unknown): JsonObject | null {
  return isJsonObject(value) ? value : null
}

/** true/"true" is 1, false/"false" is 0 (lookup output and CSV write strings), anything else null. */
export function readBoolean(value: unknown): number | null {
  if (value === true || value === 'true') return 1
  if (value === false || value === 'false') return 0
  return null
}

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/

/** `YYYY-MM-DDTHH:MM:SS[.fff][Z|±hh:mm]` in ms since 1970; UTC without a zone, as CloudTrail writes it. */
export function readTime(value: unknown): number | null {
  if (typeof value !== 'string') return null
  return delivered.read(value) ?? readAnyTime(value)
}

/** A time of a shipper or envelope: text like eventTime, or seconds or milliseconds since 1970, as number or text. */
export function readMoment(value: unknown): number | null {
  const number =
    typeof value === 'number' || (typeof value === 'string' && EPOCH.test(value)) ? Number(value) : NaN
  // Seconds for the years 2001 to 5138, else milliseconds.
  if (number >= 1e9 && number < 1e14) return Math.trunc(number < 1e11 ? number * 1000 : number)
  return readTime(value)
}

const EPOCH = /^\d{10,13}(?:\.\d{1,9})?$/

/**
 * `YYYY-MM-DDTHH:MM:SSZ`, the form of every delivered record. Caches the day, since consecutive records share it: a
 * quarter of the time.
 */
class DeliveredTime {
  #day = ''
  #dayMs: number | null = null

  /** null for any other form, which readAnyTime handles. */
  read(value: string): number | null {
    if (value.length !== 20 || value.charCodeAt(10) !== 0x54 || value.charCodeAt(19) !== 0x5a) return null
    if (value.charCodeAt(13) !== 0x3a || value.charCodeAt(16) !== 0x3a) return null
    const day = value.slice(0, 10)
    if (day !== this.#day) {
      this.#day = day
      this.#dayMs = readAnyTime(`${day}T00:00:00Z`)
    }
    const hour = twoDigits(value, 11)
    const minute = twoDigits(value, 14)
    const second = twoDigits(value, 17)
    if (this.#dayMs === null || hour > 23 || minute > 59 || second > 59) return null
    return this.#dayMs + (hour * 3600 + minute * 60 + second) * 1000
  }
}

const delivered = new DeliveredTime()

/** Over 99 for anything but digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30
  const ones = text.charCodeAt(at + 1) - 0x30
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? 100 : tens * 10 + ones
}

function readAnyTime(value: string): number | null {
  const match = ISO.exec(value)
  if (match === null) return null
  const [, date = '', clock = '', fraction, zone = 'Z'] = match
  const time = calendarMs(date, clock)
  // No record is from before the year 100.
  if (time === null || date < '0100') return null
  const ms = time + fractionMs(fraction)
  return zone === 'Z' ? ms : ms - zoneMs(zone)
}
