/** A value that is not a record → the records in it, however wrapped, each with its path. */
import { formatLocator, type Step } from '../model/locator.js'
import { TextTree } from '../model/text-tree.js'
import { isJsonObject, type JsonObject } from '../model/record.js'
import { classify } from './classify.js'
import { envelopeTime, lacksTime } from './envelope-time.js'
import { parseJson } from './fields.js'
import { neighbourValue } from './neighbours.js'
import type { RowFields } from './row-fields.js'
import { isQueryRow } from './shapes/query-results.js'
import { ENVELOPES, VALUE_SHAPES } from './shapes/table.js'
import type { ValueShape } from './shapes/shape.js'

/** `time`: from the envelope, if the record has none. */
export type Unwrapped =
  | {
      readonly kind: 'event' | 'insight' | 'aggregate'
      readonly record: JsonObject
      /** Exact text of the record. */
      readonly text: string
      readonly locator: string | null
      readonly time?: unknown
    }
  /** `lost`: what is there instead of the record. */
  | {
      readonly kind: 'reduced'
      readonly record: JsonObject
      /** Of what it is made of, if that is only part of the value. */
      readonly text?: string | undefined
      readonly locator?: string | undefined
      readonly lost?: Rejected | undefined
      readonly fields?: RowFields | undefined
      readonly time?: unknown
    }
  /** `value`: what it says that of, which may name objects. */
  | { readonly kind: 'note'; readonly detail: string; readonly value?: unknown }
  | Rejected

export interface Rejected {
  readonly kind: 'rejected'
  readonly value: unknown
  readonly locator: string
  readonly badJson: boolean
}

/** Nested wrappers: SQS around SNS around EventBridge are three. */
const MAX_LEVELS = 4
/** Splunk can write a string in a string. */
const MAX_UNESCAPED = 2

export function shapeOf(value: unknown, container: string | null): ValueShape | undefined {
  return VALUE_SHAPES.find((shape) => shape.claims(value, container))
}

/** One value and everything found in it. Each level of its text is scanned once. */
export class Unwrapping {
  readonly #text: string
  #tree: TextTree | undefined

  constructor(text: string) {
    this.#text = text
  }

  *open(value: unknown, shape: ValueShape): Generator<Unwrapped> {
    yield* this.#parts(value, shape, [], 0)
  }

  /** A text at the end of these steps, such as a CSV cell. `outer`: record fields in neighbouring cells; `time`: theirs. */
  *cell(text: string, path: readonly Step[], outer?: JsonObject, time?: unknown): Generator<Unwrapped> {
    for (const item of this.#held(text, path, 0, outer)) yield withTime(item, () => time)
  }

  *#parts(value: unknown, shape: ValueShape, path: readonly Step[], level: number): Generator<Unwrapped> {
    for (const part of shape.parts(value)) {
      if ('note' in part) yield { kind: 'note', detail: part.note }
      else if ('reduced' in part) {
        const item = { kind: 'reduced', record: part.reduced, fields: part.fields } as const
        yield this.#at(
          withTime(item, () => envelopeTime(value, part.home ?? [])),
          path,
          part.home,
        )
      } else
        for (const item of this.#held(part.value, [...path, ...part.path], level + 1, part.outer)) {
          const time = (): unknown => envelopeTime(value, part.path) ?? part.time
          yield this.#at(withTime(item, time), path, part.home)
        }
    }
  }

  /** Yields at least one item for each expected record: anything not counted would be lost silently. */
  *#held(value: unknown, path: readonly Step[], level: number, outer?: JsonObject): Generator<Unwrapped> {
    const lost: Rejected[] = []
    let found = false
    for (const item of this.#resolve(value, path, level)) {
      const family = item.kind === 'rejected' ? neighbourValue(item.value) : undefined
      if (item.kind === 'rejected' && family !== undefined) {
        found = true
        yield { kind: 'note', detail: family, value: item.value }
      } else if (item.kind === 'rejected') lost.push(item)
      else {
        found = true
        yield item
      }
    }
    if (!found && lost.length === 0)
      lost.push({ kind: 'rejected', value: parsed(value), locator: formatLocator(path), badJson: false })
    if (found || outer === undefined) yield* lost
    else yield { kind: 'reduced', record: outer, lost: lost[0] }
  }

  *#resolve(value: unknown, path: readonly Step[], level: number): Generator<Unwrapped> {
    let inner = value
    let text: string | undefined
    for (let turn = 0; typeof inner === 'string' && turn < MAX_UNESCAPED; turn++) {
      text = inner
      inner = parseJson(inner)
    }
    const kind = classify(inner)
    if ((kind === 'event' || kind === 'insight' || kind === 'aggregate') && isJsonObject(inner)) {
      const locator = path.length === 0 ? null : formatLocator(path)
      yield { kind, record: inner, text: text ?? this.#slice(path), locator }
      return
    }
    const badJson = typeof value === 'string' && inner === undefined
    if (badJson || level >= MAX_LEVELS || path.length === 0)
      yield { kind: 'rejected', value, locator: formatLocator(path), badJson }
    else yield* this.#inside(inner, path, level)
  }

  *#inside(value: unknown, path: readonly Step[], level: number): Generator<Unwrapped> {
    const list = listIn(value)
    if (list !== undefined) {
      const { key, elements } = list
      const base = key === '' ? path : [...path, key]
      for (const [index, element] of elements.entries())
        yield* this.#element(element, key, [...base, index], level)
      return
    }
    yield* this.#element(value, null, path, level)
  }

  *#element(
    value: unknown,
    container: string | null,
    path: readonly Step[],
    level: number,
  ): Generator<Unwrapped> {
    const shape = shapeOf(value, container)
    if (shape === undefined) yield { kind: 'rejected', value, locator: formatLocator(path), badJson: false }
    else yield* this.#parts(value, shape, path, level)
  }

  /** A reduced form made of a part of the value has its own place and text, so that no two of them are one event. */
  #at(item: Unwrapped, path: readonly Step[], home: readonly Step[] | undefined): Unwrapped {
    if (item.kind !== 'reduced' || home === undefined || item.text !== undefined) return item
    const whole = [...path, ...home]
    return { ...item, text: this.#slice(whole), locator: formatLocator(whole) }
  }

  #slice(path: readonly Step[]): string {
    if (path.length === 0) return this.#text
    this.#tree ??= TextTree.ofText(this.#text)
    return this.#tree.at(path)?.text() ?? ''
  }
}

function withTime(item: Unwrapped, time: () => unknown): Unwrapped {
  if (item.kind !== 'event' && item.kind !== 'insight' && item.kind !== 'reduced') return item
  return item.time === undefined && lacksTime(item.record) ? { ...item, time: time() } : item
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? (parseJson(value) ?? value) : value
}

/** What the reader opens at the outer level, inside a string: a list, or an object with a list under a known key. */
function listIn(value: unknown): { key: string; elements: readonly unknown[] } | undefined {
  if (Array.isArray(value))
    return isQueryRow(value as unknown[]) ? undefined : { key: '', elements: value as unknown[] }
  if (!isJsonObject(value)) return undefined
  for (const key of ENVELOPES) {
    const elements = value[key]
    if (Array.isArray(elements)) return { key, elements: elements as unknown[] }
  }
  return undefined
}
