import { isJsonObject, type JsonObject } from '../../model/record.js'
import { isRecord } from '../classify.js'
import type { Step } from '../../model/locator.js'
import type { Part, ValueShape } from './shape.js'

/** Deeper than any wrapper seen in practice. */
const MAX_DEPTH = 4

/**
 * Any other wrapper: an object that is not a record but contains one within four levels, as an object with
 * `eventVersion` or as a string that begins with `{` and contains `"eventVersion"`. Last in the table.
 */
export const wrapper: ValueShape = {
  name: 'wrapper',
  claims: (value) => !first(search(value, [], 0)).done,
  parts: (value) => search(value, [], 0),
}

function first(parts: Generator<Part>): IteratorResult<Part> {
  const result = parts.next()
  parts.return(undefined)
  return result
}

function* search(value: unknown, path: readonly Step[], depth: number): Generator<Part> {
  if (typeof value === 'string') {
    if (/^\s*\{/.test(value) && value.includes('"eventVersion"')) yield { path, value }
    return
  }
  if (isJsonObject(value) && path.length > 0 && isInner(value)) {
    yield { path, value }
    return
  }
  if (depth >= MAX_DEPTH) return
  if (Array.isArray(value)) yield* elements(value as unknown[], path, depth)
  else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) yield* search(inner, [...path, key], depth + 1)
  }
}

/** Some tools drop the version, or write the ID of their own message. */
function isInner(value: JsonObject): boolean {
  return value['eventVersion'] !== undefined || (value['eventID'] !== undefined && isRecord(value))
}

/** In a list that contains a record, every element should be one. */
function* elements(list: readonly unknown[], path: readonly Step[], depth: number): Generator<Part> {
  const others: Part[] = []
  let isOfRecords = false
  for (const [index, value] of list.entries()) {
    const inside = [...path, index]
    const parts = search(value, inside, depth + 1)
    const first = parts.next()
    if (first.done === true) {
      if (isNothing(value)) others.push({ path: inside, value })
    } else {
      isOfRecords = true
      yield first.value
      yield* parts
    }
  }
  if (isOfRecords) yield* others
}

/** Elements with content of their own are legitimate next to a record. */
function isNothing(value: unknown): boolean {
  if (!isJsonObject(value)) return true
  return Object.values(value).every((inner) => Array.isArray(inner) && inner.length === 0)
}
