/** The value of one cell, as a record would have it. What can be read in two ways is not read. */
import { isoTime } from '../model/time.js'

/** Why a cell is not in its field: the cell itself stays searchable. */
export interface Doubt {
  readonly kind: 'bad-field' | 'respelled'
  readonly detail: string
}

export interface CellValue {
  /** undefined: no value of the field. */
  readonly value: unknown
  readonly doubt?: Doubt | undefined
}

/** What a spreadsheet makes of a long number: digits are lost. */
const SCIENTIFIC = /^[+-]?\d(?:[.,]\d+)?E[+-]?\d{1,3}$/i
const ACCOUNT = /^\d{12}$/
/** `1234E5` can be the id of a request; spreadsheets write a sign. */
const SIGNED_SCIENTIFIC = /^[+-]?\d(?:[.,]\d+)?E[+-]\d{1,3}$/i

/** An account is 12 digits: fewer lost their leading zeros, and which they were is not for us to say. */
export function accountCell(text: string): CellValue {
  if (ACCOUNT.test(text) || !/^[\d.,+E-]+$/i.test(text)) return { value: text }
  const why = SCIENTIFIC.test(text) ? 'a number whose digits are lost' : 'not the 12 digits of an account'
  return { value: undefined, doubt: { kind: 'bad-field', detail: `${why}: a spreadsheet changed it` } }
}

export function idCell(text: string): CellValue {
  if (!SIGNED_SCIENTIFIC.test(text)) return { value: text }
  const detail = 'a number whose digits are lost, not an id: a spreadsheet changed it'
  return { value: undefined, doubt: { kind: 'bad-field', detail } }
}

/** As spreadsheets of several languages write them. */
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
/** Year first: one reading only. Seconds, fraction and zone may be missing. */
const YEAR_FIRST =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
const YEAR_LAST =
  /^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
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
  const last = YEAR_LAST.exec(trimmed)
  if (last === null) return { value: text }
  const [, one = '', , two = '', year = '', ...rest] = last
  const [a, b] = [Number(one), Number(two)]
  if (a > 12 && b <= 12) return moment([year, two, one], rest)
  if ((b > 12 && a <= 12) || a === b) return moment([year, one, two], rest)
  // Day and month can be read in two ways: left as it is, which is no time.
  return { value: text }
}

/** As CloudTrail, Lake and Athena write it: it needs no second place to be found. */
export function isPlainTime(text: unknown): boolean {
  return typeof text === 'string' && ISO.test(text)
}

function epoch(number: number): CellValue {
  return { value: isoTime(number < 1e11 ? number * 1000 : number) }
}

/** UTC where no zone is said, as CloudTrail writes it. */
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
