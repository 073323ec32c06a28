/**
 * `--lenient`: repairs curly quotes that a word processor put in place of straight ones. Only text that is not valid
 * JSON is changed, and each quote is padded with spaces so that offsets stay the same.
 */
import type { Problem } from '../model/problem.js'
import { JsonReader } from './json-reader.js'
import type { FoundValue } from './json-values.js'
import { isJsonObject } from '../model/record.js'
import { isRecord } from './classify.js'
import type { Limits } from './limits.js'
import { ENVELOPES } from './shapes/table.js'

export interface Repairs {
  readonly content: Buffer
  /** Whether a byte of this range was changed. */
  touches(offset: number, length: number): boolean
}

/** U+201C, U+201D and the German U+201E. */
const LEAD = Buffer.from([0xe2, 0x80])
const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

/** @returns null if there is nothing to repair. */
export function repairQuotes(content: Buffer, limits: Limits): Repairs | null {
  if (!content.includes(LEAD)) return null
  const damaged = damagedRanges(content, limits)
  const repaired = Buffer.from(content)
  const places = damaged.flatMap(({ start, end }) => mapQuotes(repaired, start, end))
  if (places.length === 0) return null
  return { content: repaired, touches: (offset, length) => hasBetween(places, offset, offset + length) }
}

/** From the end of a good value to the end of the damage after it: a broken object shows its damage late. */
function damagedRanges(content: Buffer, limits: Limits): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = []
  let goodEnd = 0
  const note = ({ byteOffset = 0, byteLength = 0 }: Problem): void => {
    const end = byteOffset + byteLength
    const before = ranges.at(-1)
    if (before !== undefined && before.end >= goodEnd) before.end = Math.max(end, before.end)
    else ranges.push({ start: goodEnd, end })
  }
  const value = ({ offset, length }: FoundValue): void => {
    goodEnd = offset + length
  }
  const looksLikeRecord = (value: unknown): boolean => isJsonObject(value) && isRecord(value)
  const sink = { value, damage: note, looksLikeRecord }
  new JsonReader(sink, { envelopes: ENVELOPES, maxValueBytes: limits.maxValueBytes }).push(content, true)
  return ranges
}

/** @returns offsets of the replaced quotes. */
function mapQuotes(content: Buffer, start: number, end: number): number[] {
  const places: number[] = []
  let inString = false
  for (let at = start; at < end; at++) {
    const byte = content[at]
    if (inString && byte === BACKSLASH) at++
    else if (byte === QUOTE) inString = !inString
    else if (byte === 0xe2 && isCurly(content, at)) {
      if (inString && !closes(content, at + 3)) continue
      // The padding is outside the string.
      content.fill(SPACE, at, at + 3)
      content[inString ? at : at + 2] = QUOTE
      places.push(at)
      inString = !inString
      at += 2
    }
  }
  return places
}

function isCurly(content: Buffer, at: number): boolean {
  const third = content[at + 2]
  return content[at + 1] === 0x80 && (third === 0x9c || third === 0x9d || third === 0x9e)
}

/** A quote ends a string if a colon, comma or closing bracket follows. */
function closes(content: Buffer, from: number): boolean {
  let at = from
  while (at < content.length && (content[at] as number) <= SPACE) at++
  return at >= content.length || ENDS.has(content[at] as number)
}

const ENDS = new Set(Buffer.from(',:}]'))

/** @param places ascending. */
function hasBetween(places: readonly number[], from: number, to: number): boolean {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] as number) < from) low = middle + 1
    else high = middle
  }
  return low < places.length && (places[low] as number) < to
}
