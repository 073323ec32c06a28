/**
 * Times are ms since 1970, and written as CloudTrail does. Results depend neither on the local zone nor on the clock.
 */

/** `YYYY-MM-DDTHH:MM:SS[.mmm]Z` */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/**
 * @param date `YYYY-MM-DD` @param clock `HH:MM:SS` @returns null for a time that does not exist: `Date` turns 31
 * February into March.
 */
export function calendarMs(date: string, clock: string): number | null {
  const text = `${date}T${clock}`
  const ms = Date.parse(`${text}Z`)
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text) ? null : ms
}

/** `+hh:mm` or `+hhmm` */
export function zoneMs(zone: string): number {
  const digits = zone.replace(/\D/g, '')
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
  return zone.startsWith('-') ? -ms : ms
}

/** Decimals of a second. */
export function fractionMs(digits: string | undefined): number {
  return digits === undefined ? 0 : Math.trunc(Number(`0.${digits}`) * 1000)
}
