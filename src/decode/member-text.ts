/** Exact text of members of a JSON object: `JSON.parse` and back would change numbers, escapes and spaces. */
import { ValueScanner } from './value-scanner.js'

/**
 * @param keys default: all. Of a key that occurs twice the last counts, as JSON.parse has it. Empty for what is no object.
 */
export function membersOf(text: string, keys?: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const bytes = Buffer.from(text)
  let at = skip(bytes, 0, OPEN)
  while (at !== -1 && bytes[at] === QUOTE) {
    const keyEnd = endOf(bytes, at)
    const colon = keyEnd === -1 ? -1 : skip(bytes, keyEnd, COLON)
    const end = colon === -1 ? -1 : endOf(bytes, colon)
    if (end === -1) break
    const key = keyOf(bytes.toString('utf8', at, keyEnd))
    if (key !== null && keys?.includes(key) !== false)
      found.set(key, bytes.toString('utf8', colon, end).trim())
    at = skip(bytes, end, COMMA)
  }
  return found
}

const [OPEN, QUOTE, COLON, COMMA] = [0x7b, 0x22, 0x3a, 0x2c]
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d])

/** After this character, and the space around it; -1 if something else is there. */
function skip(bytes: Buffer, from: number, character: number): number {
  let at = afterSpace(bytes, from)
  if (bytes[at] !== character) return -1
  at = afterSpace(bytes, at + 1)
  return at
}

function afterSpace(bytes: Buffer, from: number): number {
  let at = from
  while (SPACES.has(bytes[at] ?? 0)) at++
  return at
}

function endOf(bytes: Buffer, at: number): number {
  const scanner = new ValueScanner()
  scanner.begin(at)
  return scanner.end(bytes, true)
}

function keyOf(text: string): string | null {
  try {
    return String(JSON.parse(text))
  } catch {
    return null
  }
}
