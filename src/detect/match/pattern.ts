/** Text with Sigma's wildcards: `*` any text, `?` one character, `\` before one of them or before `\` makes it plain. */

import { fitsPieces } from '../../model/wildcard.js'

/** A pattern as pieces of text and wildcards. Modifiers change its pieces before it is compiled. */
export type Piece = string | typeof ANY | typeof ONE

export const ANY = Symbol('*')
const ONE = Symbol('?')

export function parsePieces(source: string): Piece[] {
  const pieces: Piece[] = []
  let text = ''
  const push = (wildcard: Piece): void => {
    if (text !== '') pieces.push(text)
    pieces.push(wildcard)
    text = ''
  }
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string
    const next = source[at + 1]
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next
      at++
    } else if (char === '*') push(ANY)
    else if (char === '?') push(ONE)
    else text += char
  }
  if (text !== '') pieces.push(text)
  return pieces
}

/** The text, if there is no wildcard. */
export function plainText(pieces: readonly Piece[]): string | null {
  return pieces.every((piece) => typeof piece === 'string') ? pieces.join('') : null
}

const ASCII = /^[\0-\x7f]*$/

/** Unicode case folding without a table: through upper case, so that ß is ss and a final sigma is a sigma. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}

export type TextTest = (text: string) => boolean

/** Compares text that is folded already, unless `cased`. */
export function compilePattern(pieces: readonly Piece[], cased: boolean): TextTest {
  const spelled = cased ? pieces : pieces.map((piece) => (typeof piece === 'string' ? fold(piece) : piece))
  const plain = plainText(spelled)
  if (plain !== null) return (text) => text === plain
  const [first = [], ...others] = segmentsOf(spelled)
  const last = others.pop()
  if (last === undefined)
    return (text) => {
      const characters = Array.from(text)
      return matchesAt(first, characters, 0) === characters.length
    }
  if (isText(first) && isText(last) && others.every(isText)) {
    const texts = [first, ...others, last].map(joined)
    return (text) => fitsPieces(text, texts)
  }
  return (text) => scanned(first, others, last, Array.from(text))
}

/** What lies between the `*`: texts and single characters. */
type Segment = readonly Exclude<Piece, typeof ANY>[]

function segmentsOf(pieces: readonly Piece[]): Segment[] {
  const segments: Exclude<Piece, typeof ANY>[][] = [[]]
  for (const piece of pieces) {
    if (piece === ANY) segments.push([])
    else if (piece === ONE) segments.at(-1)?.push(ONE)
    else segments.at(-1)?.push(...Array.from(piece))
  }
  return segments
}

function isText(segment: Segment): boolean {
  return !segment.includes(ONE)
}

function joined(segment: Segment): string {
  return segment.filter((piece) => piece !== ONE).join('')
}

/** With `?`: by code points. The first place of each segment is as good as any later one. */
function scanned(
  first: Segment,
  between: readonly Segment[],
  last: Segment,
  text: readonly string[],
): boolean {
  if (matchesAt(first, text, 0) === -1) return false
  let at = first.length
  for (const segment of between) {
    while (at <= text.length && matchesAt(segment, text, at) === -1) at++
    at += segment.length
  }
  const end = text.length - last.length
  return end >= at && matchesAt(last, text, end) !== -1
}

/** @returns where the segment ends, or -1. */
function matchesAt(segment: Segment, text: readonly string[], at: number): number {
  if (at + segment.length > text.length) return -1
  for (const [offset, piece] of segment.entries()) if (piece !== ONE && text[at + offset] !== piece) return -1
  return at + segment.length
}
