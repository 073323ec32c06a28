/**
 * Parses `{type=AssumedRole, arn=…, sessioncontext={…}}`, Athena's and CloudTrail Lake's text form of a struct or map.
 * Values are not quoted, so a value with `, name=` in it looks like two: callers keep the text, and the first value of
 * a name wins.
 */
import type { JsonObject } from '../model/record.js'

const MAX_TEXT = 65_536
const MAX_DEPTH = 8
const NAME = /^\s*([\w$.:-]{1,100})=/

/** @returns undefined if the text has another form. */
export function parseStruct(text: string): JsonObject | undefined {
  const trimmed = text.trim()
  if (trimmed.length > MAX_TEXT || !trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined
  return fieldsIn(trimmed, 0)
}

function fieldsIn(text: string, depth: number): JsonObject | undefined {
  const fields: Record<string, unknown> = {}
  let last: string | undefined
  for (const part of partsOf(text.slice(1, -1))) {
    const name = NAME.exec(part)?.[1]
    if (name !== undefined) {
      const value = part.slice(part.indexOf('=') + 1)
      last = Object.hasOwn(fields, name) ? undefined : name
      if (last !== undefined) fields[last] = valueOf(value, depth)
    } else if (last !== undefined && typeof fields[last] === 'string') {
      // The comma was part of the previous value.
      fields[last] = `${fields[last] as string},${part}`
    }
  }
  return Object.keys(fields).length === 0 ? undefined : fields
}

function valueOf(text: string, depth: number): unknown {
  if (text === 'null') return undefined
  if (depth >= MAX_DEPTH) return text
  if (text.startsWith('{') && text.endsWith('}')) return fieldsIn(text, depth + 1) ?? text
  if (text.startsWith('[') && text.endsWith(']'))
    return partsOf(text.slice(1, -1)).map((part) => valueOf(part.trim(), depth + 1) ?? null)
  return text
}

/** Splits at commas outside brackets. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth = Math.max(0, depth - 1)
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  if (start < text.length) parts.push(text.slice(start))
  return parts
}
