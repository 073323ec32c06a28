/**
 * A text as written and with percent-encoding undone up to three times: S3 logs encode values that are already encoded.
 */
import { isUtf8 } from 'node:buffer'

export interface Reading {
  readonly text: string
  /** Character → its offset in the original, plus one for the end. null is the original itself. */
  readonly places: Uint32Array | null
}

const MOST_ENCODINGS = 3
/** %41 */
const CODE_LENGTH = 3

export function readingsOf(text: string): Reading[] {
  const readings: Reading[] = [{ text, places: null }]
  if (!text.includes('%')) return readings
  for (let last = readings[0] as Reading; readings.length <= MOST_ENCODINGS;) {
    const next = decoded(last)
    if (next === null) break
    readings.push(next)
    last = next
  }
  return readings
}

/** Decodes once; null if nothing is encoded. */
function decoded({ text, places }: Reading): Reading | null {
  const parts: string[] = []
  const made = new Uint32Array(text.length + 1)
  let length = 0
  let at = 0
  const copy = (end: number): void => {
    parts.push(text.slice(at, end))
    for (; at < end; at++) made[length++] = at
  }
  for (const { 0: codes, index } of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    copy(index)
    for (const [character, bytes] of charactersOf(codes)) {
      parts.push(character)
      for (let unit = 0; unit < character.length; unit++) made[length++] = at
      at += bytes * CODE_LENGTH
    }
  }
  if (parts.length === 0) return null
  copy(text.length)
  made[length] = text.length
  const own = made.subarray(0, length + 1)
  return { text: parts.join(''), places: places === null ? own : own.map((place) => places[place] as number) }
}

/** Each character with its number of bytes; an invalid UTF-8 byte is a character of its own. */
function* charactersOf(codes: string): Generator<readonly [character: string, bytes: number]> {
  const bytes = Buffer.from(codes.replaceAll('%', ''), 'hex')
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] as number)
    const one = bytes.subarray(at, at + length)
    const isWhole = one.length === length && isUtf8(one)
    yield isWhole ? [one.toString('utf8'), length] : ['\ufffd', 1]
    at += isWhole ? length : 1
  }
}

/** Length of a UTF-8 character by its first byte. */
function lengthOf(first: number): number {
  if (first < 0xc0) return 1
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}
