/** The values of one detection item, as its modifiers change them from left to right. */
import { RuleError, type Scalar } from '../parse/plain.js'
import { ANY, parsePieces, plainText, type Piece } from './pattern.js'

const DASHES = ['-', '/', '–', '—', '―']
/** A dash at the beginning of a word. */
const DASH = /(?<![\p{L}\p{N}_])[-/–—―](?=[\p{L}\p{N}_])/gu
const MOST_DASHES = 5

/** Alternatives of one value of the rule. */
export type Alternatives = readonly (readonly Piece[])[]

export function piecesOf({ text, type }: Scalar): Piece[] {
  return type === 'text' ? parsePieces(text) : [text]
}

/** Modifiers that only change texts. */
export const TEXT_MODIFIERS: Readonly<Record<string, (pieces: readonly Piece[]) => Alternatives>> = {
  contains: (pieces) => [[ANY, ...pieces, ANY]],
  startswith: (pieces) => [[...pieces, ANY]],
  endswith: (pieces) => [[ANY, ...pieces]],
  windash,
  base64: (pieces) => [[bytesOf(pieces, 'base64').toString('base64')]],
  base64offset,
  wide: (pieces) => [[encoded(pieces, 'utf16le')]],
  utf16le: (pieces) => [[encoded(pieces, 'utf16le')]],
  utf16be: (pieces) => [[encoded(pieces, 'utf16be')]],
  utf16: (pieces) => [[`\xff\xfe${encoded(pieces, 'utf16')}`]],
  expand: (pieces) => [pieces.map(expanded)],
}

function windash(pieces: readonly Piece[]): Alternatives {
  let made: Piece[][] = [[]]
  let count = 0
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      made = made.map((one) => [...one, piece])
      continue
    }
    const parts = piece.split(DASH)
    count += parts.length - 1
    if (count > MOST_DASHES) throw new RuleError(`windash: more than ${MOST_DASHES} dashes in one value`)
    made = made.flatMap((one) => withDashes(parts).map((text) => [...one, text]))
  }
  return made
}

function withDashes([first = '', ...others]: readonly string[]): string[] {
  return others.reduce<string[]>(
    (texts, part) => texts.flatMap((text) => DASHES.map((dash) => text + dash + part)),
    [first],
  )
}

/** Texts made of bytes hold one byte in each character. */
function bytesOf(pieces: readonly Piece[], modifier: string): Buffer {
  const text = plainText(pieces)
  if (text === null) throw new RuleError(`${modifier}: a value with wildcards cannot be encoded`)
  return isBytes.has(text) ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8')
}

/** Made by encoded() and not by the author of a rule. */
const isBytes = new Set<string>()

function encoded(pieces: readonly Piece[], modifier: 'utf16le' | 'utf16be' | 'utf16'): string {
  const text = plainText(pieces)
  if (text === null) throw new RuleError(`${modifier}: a value with wildcards cannot be encoded`)
  const bytes = Buffer.from(text, 'utf16le')
  const made = (modifier === 'utf16be' ? bytes.swap16() : bytes).toString('latin1')
  isBytes.add(modifier === 'utf16' ? `\xff\xfe${made}` : made)
  return made
}

/** Three shifts; characters that neighbours would change are cut off. */
function base64offset(pieces: readonly Piece[]): Alternatives {
  const bytes = bytesOf(pieces, 'base64offset')
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift, ' '), bytes]).toString('base64')
    const cut = [0, 3, 2][(bytes.length + shift) % 3] as number
    return [text.slice([0, 2, 3][shift], cut === 0 ? undefined : -cut)]
  })
}

function expanded(piece: Piece): Piece {
  if (typeof piece !== 'string') return piece
  const placeholder = /(?<!\\)%([^%\s]+)(?<!\\)%/.exec(piece)
  if (placeholder !== null)
    throw new RuleError(`the placeholder %${placeholder[1] ?? ''}% has no values here`)
  return piece.replaceAll('\\%', '%')
}
