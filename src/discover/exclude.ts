/**
 * Compiles --exclude patterns into one test on a path. fast-glob only matches while it walks, and its walk is not used
 * (see find-sources.ts); path.matchesGlob of Node 20 prints an experimental warning.
 *
 * A pattern matches at any depth: `tmp` and `tmp/*.json` as if they began with a folder wildcard. One that begins with
 * `/` matches from the root. Case is ignored, as in archives' suffixes.
 */
import { CaseError } from '../model/case-error.js'
import { shownOfBytes, type PathBytes } from './path-bytes.js'

/** `real` is the absolute path without symbolic links, used by patterns that begin with `/`. */
export type Exclude = (path: PathBytes, real: PathBytes) => boolean

export function excludeMatcher(patterns: readonly string[]): Exclude {
  if (patterns.length === 0) return () => false
  const floating = union(patterns.filter((pattern) => !pattern.startsWith('/')))
  const rooted = union(patterns.filter((pattern) => pattern.startsWith('/')))
  return (path, real) => {
    const shown = shownOfBytes(path)
    return floating.test(shown) || rooted.test(shown) || rooted.test(shownOfBytes(real))
  }
}

function union(patterns: readonly string[]): RegExp {
  // No patterns: match nothing.
  if (patterns.length === 0) return /(?!)/
  return new RegExp(patterns.map(sourceOf).join('|'), 'isu')
}

function sourceOf(pattern: string): string {
  const body = pattern.replace(/^(\.\/)+/, '').replace(/(?<=[^/])\/+$/, '')
  if (body === '')
    throw new CaseError('an exclude pattern is empty', { hint: "give one, such as --exclude '*.csv'" })
  const source = `${pattern.startsWith('/') ? '^' : '(?:^|/)'}${translate(body)}$`
  try {
    new RegExp(source, 'isu')
  } catch (cause) {
    throw new CaseError(`cannot parse the exclude pattern ${pattern}`, {
      hint: 'it may hold * ? ** [a-z] [!a-z] {a,b}; put \\ before one of these to mean the character itself',
      cause,
    })
  }
  return source
}

// In order: escaped character, folder wildcard, star, question mark, class, brace, comma, closing brace, any other.
const TOKEN = /\\(.)|\*\*\/|\/\*\*$|\*+|\?|\[(!|\^)?(\]?[^\]]*)\]|\{(?=[^{}]*,[^{}]*\})|[,}]|[^]/gsu

function translate(pattern: string): string {
  let inBraces = false
  return pattern.replace(TOKEN, (token, escaped?: string, negated?: string, members?: string) => {
    if (escaped !== undefined) return literal(escaped)
    if (token === '**/') return '(?:[^/]+/)*'
    if (token === '/**') return '/.+'
    if (token.startsWith('*')) return '[^/]*'
    if (token === '?') return '[^/]'
    if (members !== undefined)
      return `(?!/)[${negated === undefined ? '' : '^'}${members.replace(/[\\[\]]/g, '\\$&')}]`
    if (token === '{') inBraces = true
    if (!inBraces) return literal(token)
    if (token === '}') inBraces = false
    return { '{': '(?:', ',': '|', '}': ')' }[token] ?? literal(token)
  })
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
