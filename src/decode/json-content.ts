/** JSON text → records: each value is recognised by content, in any wrapper. */
import type { Problem } from '../model/problem.js'
import { isJsonObject } from '../model/record.js'
import { classify, isRecord, type ValueClass } from './classify.js'
import { notARecord, type Emitter } from './emitter.js'
import { JsonReader } from './json-reader.js'
import type { FoundValue, ValueSink } from './json-values.js'
import type { Limits } from './limits.js'
import { neighbourValue } from './neighbours.js'
import { isQueryRow } from './shapes/query-results.js'
import { ENVELOPES } from './shapes/table.js'
import type { TextContent } from './text-content.js'
import { shapeOf, Unwrapping } from './unwrap.js'
import { ValueScanner } from './value-scanner.js'

/** Kept for digest verify; contain no records. */
const KEPT: ReadonlySet<ValueClass> = new Set<ValueClass>(['digest', 'keys', 'lake-sign'])

export class JsonContent implements TextContent, ValueSink {
  readonly #emitter: Emitter
  readonly #limits: Limits
  readonly #reader: JsonReader

  constructor(emitter: Emitter, limits: Limits, beginsCut = false) {
    const { maxValueBytes } = limits
    this.#emitter = emitter
    this.#limits = limits
    this.#reader = new JsonReader(this, { envelopes: ENVELOPES, maxValueBytes, beginsCut })
  }

  /** Complete values at the outer level. */
  get documents(): number {
    return this.#reader.documents
  }

  push(bytes: Buffer, last: boolean): void {
    this.#reader.push(bytes, last)
  }

  value(found: FoundValue): void {
    const kind = classify(found.value)
    const emitter = this.#emitter
    if ((kind === 'event' || kind === 'insight') && isJsonObject(found.value)) {
      if (emitter.shape === '') emitter.shape = shapeOf(found.value, found.container)?.name ?? 'json-values'
      const how = { locator: null, recordClass: kind, reduced: false } as const
      const index = emitter.record(found.value, found.text, found, how)
      this.#remarks(found, index)
    } else this.#other(found, kind)
  }

  #other(found: FoundValue, kind: ValueClass): void {
    if (kind !== 'aggregate') this.#emitter.count(kind)
    const shape =
      kind === 'notification' || kind === 'empty' ? undefined : shapeOf(found.value, found.container)
    const family = shape === undefined ? neighbourValue(found.value) : undefined
    if (family !== undefined) {
      this.#emitter.neighbour(family, found.value, found)
      return
    }
    if (shape === undefined) {
      this.#emitter.reject('bad-record', found, notARecord(kind, found.value))
      return
    }
    if (this.#emitter.shape === '') this.#emitter.shape = shape.name
    if (KEPT.has(kind)) {
      if (found.container !== null)
        this.#emitter.problem(
          'not-a-record',
          found,
          `a value of the shape ${shape.name}, which holds no record`,
        )
      return
    }
    let items = 0
    for (const item of new Unwrapping(found.text).open(found.value, shape)) {
      const index = this.#emitter.unwrapped(item, found, found.text)
      if (index >= 0) this.#remarks(found, index)
      items++
    }
    // A response or batch of its own can be empty; in a list every element should be a record.
    if (items === 0 && found.container !== null)
      this.#emitter.reject('bad-record', found, `a value of the shape ${shape.name} with no record in it`)
  }

  #remarks(found: FoundValue, index: number): void {
    const { maxDepth } = this.#limits
    if (found.invalidUtf8) this.#emitter.problem('invalid-utf8', found, 'bytes that are not UTF-8', index)
    if (this.#emitter.tooDeep) {
      const detail = `nested ${depthOf(found.text)} deep; searched to ${maxDepth}`
      this.#emitter.problem('too-deep', found, detail, index)
    }
  }

  damage(problem: Problem): void {
    this.#emitter.damage(problem)
  }

  /** Includes wrappers: after damage in a list of lookup events, the next one is the place to resume. */
  looksLikeRecord(value: unknown): boolean {
    if (Array.isArray(value)) return isQueryRow(value)
    return isRecord(value) || (isJsonObject(value) && shapeOf(value, null) !== undefined)
  }
}

function depthOf(text: string): number {
  const scanner = new ValueScanner()
  scanner.begin(0)
  scanner.end(Buffer.from(text), true)
  return scanner.maxDepth
}
