/**
 * A key that stands twice in one object: JSON.parse takes the last, others take the first, and what it hides is in the text only.
 * It takes its quotes with it, so the text then has more of them than the value can account for. Some 1.6 µs a record.
 */
import { tryParse } from './text-window.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** @param text what `value` was parsed from. */
export function hasRepeatedKey(value: unknown, text: string): boolean {
  return countQuotes(text) !== 2 * countStrings(value)
}

/** false also of what is no JSON, as a reduced form can be. */
export function textRepeatsKey(text: string): boolean {
  const value = tryParse(text)
  return value !== undefined && hasRepeatedKey(value, text)
}

/** Without those that are escaped. */
function countQuotes(text: string): number {
  let count = 0
  if (!text.includes('\\')) {
    for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++
    return count
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) count++
  }
  return count
}

/** Keys and string values. No recursion: a record may be nested as deep as JSON.parse goes. */
function countStrings(value: unknown): number {
  let count = typeof value === 'string' ? 1 : 0
  const pending: object[] = typeof value === 'object' && value !== null ? [value] : []
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const isList = Array.isArray(next)
    for (const key in next) {
      const inner = (next as Record<string, unknown>)[key]
      if (!isList) count++
      if (typeof inner === 'string') count++
      else if (typeof inner === 'object' && inner !== null) pending.push(inner)
    }
  }
  return count
}
