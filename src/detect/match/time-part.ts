/** Parts of a date as it is written: no zone is converted. */
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?/
const DAY_MS = 86_400_000

export function isTimePart(modifier: string): modifier is TimePart {
  return ['minute', 'hour', 'day', 'week', 'month', 'year'].includes(modifier)
}

/** null for text that is no date, or has no clock where one is needed. */
export function timePart(text: string, part: TimePart): number | null {
  const [, year, month, day, hour, minute] = DATE.exec(text) ?? []
  const numbers = { year, month, day, hour, minute }
  if (year === undefined) return null
  if (part === 'week') return isoWeek(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const found = numbers[part]
  return found === undefined ? null : Number(found)
}

/** The week that has the Thursday, counted from the first Thursday of its year. */
function isoWeek(ms: number): number {
  const weekday = (new Date(ms).getUTCDay() + 6) % 7
  const thursday = ms + (3 - weekday) * DAY_MS
  const firstOfYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)
  return Math.floor((thursday - firstOfYear) / (7 * DAY_MS)) + 1
}
