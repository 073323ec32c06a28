/** Converts a cell to the value a record would have. An ambiguous cell is not converted. */
import { isoTime } from '../model/time.js'

/** Why a cell is not in its field; the cell itself stays searchable. */
export interface Doubt {
  readonly kind: 'bad-field' | 'respelled'
  readonly detail: string
}

export interface CellValue {
  /** undefined: no value of the field. */
  readonly value: unknown
  readonly doubt?: Doubt | undefined
}

/** A long number mangled by a spreadsheet, which loses digits. */
const SCIENTIFIC = /^[+-]?\d(?:[.,]\d+)?E[+-]?\d{1,3}$/i
const ACCOUNT = /^\d{12}$/
/** `1234E5` can be a request ID; spreadsheets write a sign. */
const SIGNED_SCIENTIFIC = /^[+-]?\d(?:[.,]\d+)?E[+-]\d{1,3}$/i

/** An account has 12 digits. With fewer, leading zeros were lost; which ones is not guessed. */
export function accountCell(written: string): CellValue {
  // An apostrophe keeps a spreadsheet from reading a number.
  const text = /^'\d{12}$/.test(written) ? written.slice(1) : written
  if (ACCOUNT.test(text) || !/^[\d.,+E-]+$/i.test(text)) return { value: text }
  const why = SCIENTIFIC.test(text) ? 'a number whose digits are lost' : 'not the 12 digits of an account'
  return { value: undefined, doubt: { kind: 'bad-field', detail: `${why}: a spreadsheet changed it` } }
}

export function idCell(text: string): CellValue {
  if (!SIGNED_SCIENTIFIC.test(text)) return { value: text }
  const detail = 'a number whose digits are lost, not an id: a spreadsheet changed it'
  return { value: undefined, doubt: { kind: 'bad-field', detail } }
}

/** As spreadsheets write booleans in several languages. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ...['true', '1', 'yes', 'wahr', 'vrai', 'verdadero', 'verdadeiro', 'vero', 'waar', 'prawda', 'sant'].map(
    (word) => [word, 'true'] as const,
  ),
  ...['false', '0', 'no', 'falsch', 'faux', 'falso', 'onwaar', 'fałsz', 'falsz', 'falskt'].map(
    (word) => [word, 'false'] as const,
  ),
])

export function booleanCell(text: string): CellValue {
  const value = WORDS.get(text.trim().toLowerCase())
  if (value !== undefined) return { value }
  return { value: undefined, doubt: { kind: 'bad-field', detail: 'neither true nor false' } }
}

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/
/** Year first is unambiguous. Seconds, fraction and zone are optional. */
const YEAR_FIRST =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
const YEAR_LAST =
  /^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
/** As the console shows it: `March 02, 2026, 08:00:00 (UTC+01:00)`. */
const MONTH_NAMED =
  /^([A-Z][a-z]{2,8})\.? (\d{1,2}),? (\d{4}),? (?:at )?(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(AM|PM)?\s*(?:\(?(?:UTC|GMT)?(Z|UTC|GMT|[+-]\d\d:?\d\d)?\)?)?$/i
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const EPOCH = /^\d{10}(?:\d{3})?(?:\.\d{1,9})?$/

export function timeCell(text: string): CellValue {
  if (ISO.test(text)) return { value: text }
  const trimmed = text.trim()
  if (EPOCH.test(trimmed)) return epoch(Number(trimmed))
  const first = YEAR_FIRST.exec(trimmed)
  if (first !== null) {
    const [, year = '', month = '', day = '', ...rest] = first
    return moment([year, month, day], rest)
  }
  const named = MONTH_NAMED.exec(trimmed)
  if (named !== null) {
    const [, month = '', day = '', year = '', hours, minutes, seconds, fraction, half, zone] = named
    const number = MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1
    if (number > 0)
      return moment([year, String(number), day], [hours, minutes, seconds, fraction, half, zone])
  }
  const last = YEAR_LAST.exec(trimmed)
  if (last === null) return { value: text }
  const [, one = '', , two = '', year = '', ...rest] = last
  const [a, b] = [Number(one), Number(two)]
  if (a > 12 && b <= 12) return moment([year, two, one], rest)
  if ((b > 12 && a <= 12) || a === b) return moment([year, one, two], rest)
  // Day and month are ambiguous: kept as text, which is not a time.
  return { value: text }
}

/** As CloudTrail, Lake and Athena write a time: found without a second copy. */
export function isPlainTime(text: unknown): boolean {
  return typeof text === 'string' && ISO.test(text)
}

function epoch(number: number): CellValue {
  return { value: isoTime(number < 1e11 ? number * 1000 : number) }
}

/** UTC if no zone is given, as CloudTrail writes it. */
function moment(date: readonly string[], rest: readonly (string | undefined)[]): CellValue {
  const [hours = '', minutes = '', seconds = '00', fraction = '', half, zone = 'Z'] = rest
  const [year = '', month = '', day = ''] = date.map((part) => part.padStart(2, '0'))
  const hour = String(hourOf(Number(hours), half)).padStart(2, '0')
  const offset = /^(?:UTC|GMT|Z)$/i.test(zone) ? 'Z' : zone
  const value = `${year}-${month}-${day}T${hour}:${minutes}:${seconds}${fraction}${offset}`
  const isAsWritten = /UTC|GMT/i.test(zone) && rest[2] !== undefined && half === undefined
  if (isAsWritten) return { value }
  return { value, doubt: { kind: 'respelled', detail: `read as ${value}` } }
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  return (hour % 12) + (/pm/i.test(half) ? 12 : 0)
}
