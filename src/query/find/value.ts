/** What a user types for a name, read the way names are stored. */
import { raw, sql, type Statement } from '../plan/statement.js'

export interface NamePattern {
  readonly text: string
  /** Every name that begins with the text. */
  readonly isPrefix: boolean
}

/** A `*` at the end asks for a prefix; `\*` is a literal star. */
export function readPattern(typed: string): NamePattern {
  const value = asStored(typed)
  const isPrefix = value.endsWith('*') && !value.endsWith('\\*')
  const text = isPrefix ? value.slice(0, -1) : value
  return { text: text.replaceAll('\\*', '*'), isPrefix }
}

/** The case holds neither lone surrogates nor NUL: the normaliser puts these in their place. */
export function asStored(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u2400')
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** An id as typed, and a UUID also in the small letters that AWS writes: some tools show capitals. */
export function idSpellings(typed: string): string[] {
  const id = asStored(typed)
  return UUID.test(id) ? [...new Set([id, id.toLowerCase()])] : [id]
}

/**
 * `column` equals the pattern, or begins with it. A range, not LIKE: it uses an index and knows no wildcards.
 * `column` is one of ours.
 */
export function matches(column: string, { text, isPrefix }: NamePattern): Statement {
  const name = raw(column)
  if (!isPrefix) return sql`${name} = ${text}`
  const end = afterPrefix(text)
  return end === undefined ? sql`${name} >= ${text}` : sql`${name} >= ${text} AND ${name} < ${end}`
}

/** The same in any case of the letters A to Z, as an index with `COLLATE NOCASE` holds its column. */
export function matchesAnyCase(column: string, { text, isPrefix }: NamePattern): Statement {
  const name = raw(`${column} COLLATE NOCASE`)
  const folded = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (!isPrefix) return sql`${name} = ${folded}`
  // Capitals are compared as small letters: what stands between them and `@` is `[`.
  const end = afterPrefix(folded)?.replace(/A$/, '[')
  return end === undefined ? sql`${name} >= ${folded}` : sql`${name} >= ${folded} AND ${name} < ${end}`
}

/** The first string, by bytes, behind all that begin with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    // Surrogates are no characters: UTF-8 goes from U+D7FF to U+E000.
    const next = last === 0xd7ff ? 0xe000 : last + 1
    return String.fromCodePoint(...points, next)
  }
  return undefined
}
