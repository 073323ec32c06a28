/** What a field of an event holds, in the form that tests compare. */
import { isJsonObject, type JsonObject } from '../../model/record.js'
import { clean } from '../../model/clean-text.js'
import { fold } from './pattern.js'

export interface Field {
  /** Whether the event has it, even as null. */
  readonly isPresent: boolean
  /** Whether it is absent, or null everywhere. */
  readonly isNull: boolean
  /** Every value as text: of a list each element, of an object its compact JSON and the values in it. */
  readonly texts: readonly string[]
  /** The texts, folded. */
  readonly folded: readonly string[]
}

class Values implements Field {
  #folded: string[] | undefined
  constructor(
    readonly isPresent: boolean,
    readonly isNull: boolean,
    readonly texts: readonly string[],
  ) {}

  get folded(): readonly string[] {
    return (this.#folded ??= this.texts.map(fold))
  }
}

export const ABSENT: Field = new Values(false, true, [])

/** The value of a column: null where the event has no such value. */
export function columnField(value: string | number | null): Field {
  return value === null ? ABSENT : new Values(true, false, [String(value)])
}

/** A field of a parsed record. Names with dots are paths, or keys that have the dot in them; lists are passed through. */
export function recordField(record: JsonObject, name: string): Field {
  const found: unknown[] = []
  collect(record, name, found)
  if (found.length === 0) return ABSENT
  const texts = found.flatMap(textsOf)
  return new Values(
    true,
    found.every((value) => value === null),
    texts,
  )
}

/** The whole record: for keywords. */
export function wholeRecord(record: JsonObject): Field {
  return new Values(true, false, textsOf(record))
}

function collect(value: unknown, name: string, found: unknown[]): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, name, found)
    return
  }
  if (!isJsonObject(value)) return
  if (Object.hasOwn(value, name)) found.push(value[name])
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const key = name.slice(0, dot)
    if (Object.hasOwn(value, key)) collect(value[key], name.slice(dot + 1), found)
  }
}

function textsOf(value: unknown): string[] {
  const texts: string[] = []
  addTexts(value, texts)
  return texts
}

function addTexts(value: unknown, texts: string[]): void {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) for (const element of value) addTexts(element, texts)
  else if (isJsonObject(value)) {
    texts.push(clean(JSON.stringify(value)))
    addLeaves(value, texts)
  } else texts.push(clean(spelled(value)))
}

/** The values in an object, without the JSON of the objects in it: that is part of its own. */
function addLeaves(value: unknown, texts: string[]): void {
  if (value === null || value === undefined) return
  if (typeof value === 'object') for (const inner of Object.values(value)) addLeaves(inner, texts)
  else texts.push(clean(spelled(value)))
}

/** JSON has no other scalars. */
function spelled(value: unknown): string {
  return typeof value === 'string' ? value : String(value)
}
