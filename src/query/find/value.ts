/** Parses a name the way names are stored. */
import { raw, sql, type Statement } from '../plan/statement.js'

export interface NamePattern {
  readonly text: string
  /** Matches every name with this prefix. */
  readonly isPrefix: boolean
}

/** A trailing `*` is a prefix search; `\*` is a literal star. */
export function readPattern(typed: string): NamePattern {
  const value = asStored(typed)
  const isPrefix = value.endsWith('*') && !value.endsWith('\\*')
  const text = isPrefix ? value.slice(0, -1) : value
  return { text: text.replaceAll('\\*', '*'), isPrefix }
}

/** The normaliser replaces lone surrogates and NUL, so no stored name has them. */
export function asStored(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u2400')
}

/** `*` for any text, as LIKE with `ESCAPE '\\'` has it. */
export function likePattern(typed: string): string {
  return typed.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** An ID as typed, and a UUID also in lower case, as AWS writes it: some tools print upper case. */
export function idSpellings(typed: string): string[] {
  const id = asStored(typed)
  return UUID.test(id) ? [...new Set([id, id.toLowerCase()])] : [id]
}

/**
 * `column` equals the pattern or starts with it. A range, not LIKE: it uses an index and has no wildcards. `column`
 * must be a constant.
 */
export function matches(column: string, { text, isPrefix }: NamePattern): Statement {
  const name = raw(column)
  if (!isPrefix) return sql`${name} = ${text}`
  const end = afterPrefix(text)
  return end === undefined ? sql`${name} >= ${text}` : sql`${name} >= ${text} AND ${name} < ${end}`
}

/** Same, ignoring ASCII case, as an index with `COLLATE NOCASE` orders its column. */
export function matchesAnyCase(column: string, { text, isPrefix }: NamePattern): Statement {
  const name = raw(`${column} COLLATE NOCASE`)
  const folded = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (!isPrefix) return sql`${name} = ${folded}`
  // NOCASE compares upper case as lower case, so the characters from `[` on directly follow `@`.
  const end = afterPrefix(folded)?.replace(/A$/, '[')
  return end === undefined ? sql`${name} >= ${folded}` : sql`${name} >= ${folded} AND ${name} < ${end}`
}

/** The first string, by bytes, after all those with `prefix`; undefined if there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    // Skip surrogates, which UTF-8 does not encode: U+D7FF is followed by U+E000.
    const next = last === 0xd7ff ? 0xe000 : last + 1
    return String.fromCodePoint(...points, next)
  }
  return undefined
}
