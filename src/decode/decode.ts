/** Content of a source → records, digests and problems. Knows bytes and JSON, nothing of events or SQLite. */
import type { Problem } from '../model/problem.js'
import type { JsonObject } from '../model/record.js'
import { classify, isJsonObject, unsupportedFormat, type ValueClass } from './classify.js'
import { JsonReader, type FoundValue, type ValueSink } from './json-reader.js'
import type { Limits } from './limits.js'

export interface FoundRecord {
  readonly record: JsonObject
  readonly found: FoundValue
  readonly recordClass: 'event' | 'insight'
  /** Position among the values of the source, from 0. */
  readonly index: number
}

export interface RecordSink {
  record(record: FoundRecord): void
  problem(problem: Problem): void
}

/** What the content turned out to be. */
export interface Verdict {
  readonly shape: string
  readonly kind: 'trail' | 'insight' | 'digest' | 'other'
  /** Values where a record was expected, good or bad. */
  readonly values: number
  readonly rejected: number
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])

export class ContentDecoder implements ValueSink {
  readonly #sink: RecordSink
  readonly #limits: Limits
  readonly #reader: JsonReader
  readonly #counts = new Map<ValueClass, number>()
  #shape = ''
  #index = 0
  #rejected = 0
  #started = false
  #offset = 0
  #foreign: string | null = null
  /** The first byte that is not white space opens an object or a list. */
  startsLikeJson = false

  constructor(sink: RecordSink, limits: Limits) {
    this.#sink = sink
    this.#limits = limits
    this.#reader = new JsonReader(this, {
      envelopes: new Set(['Records']),
      maxValueBytes: limits.maxValueBytes,
    })
  }

  /** Gives the next piece of content. Returns false when there is no point in reading on. */
  push(chunk: Buffer, last: boolean): boolean {
    const bytes = this.#started ? chunk : this.#start(chunk)
    this.#started = true
    if (this.#foreign !== null) return false
    this.#reader.push(bytes, last)
    return true
  }

  #start(chunk: Buffer): Buffer {
    this.startsLikeJson = JSON_START.test(chunk.toString('latin1', 0, 256))
    this.#foreign = foreignContent(chunk, this.startsLikeJson)
    if (this.#foreign === null && chunk.subarray(0, 3).equals(BOM)) {
      this.#offset = 3
      this.#sink.problem({
        kind: 'byte-order-mark',
        detail: 'UTF-8 byte order mark',
        byteOffset: 0,
        byteLength: 3,
      })
      return chunk.subarray(3)
    }
    return chunk
  }

  value(found: FoundValue): void {
    const place = this.#offset === 0 ? found : { ...found, offset: found.offset + this.#offset }
    const kind = classify(found.value)
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
    this.#noteShape(found)
    if (kind === 'digest' || kind === 'keys' || kind === 'lake-sign') return
    if (kind === 'empty' && found.container === null) return
    const index = this.#index++
    if ((kind === 'event' || kind === 'insight') && isJsonObject(found.value)) {
      this.#sink.record({ record: found.value, found: place, recordClass: kind, index })
      if (found.invalidUtf8) this.#problem('invalid-utf8', place, index, 'bytes that are not UTF-8')
      if (found.depth > this.#limits.maxDepth) {
        this.#problem(
          'too-deep',
          place,
          index,
          `nested ${found.depth} deep; searched to ${this.#limits.maxDepth}`,
        )
      }
      return
    }
    this.#rejected++
    this.#problem('bad-record', place, index, notARecord(kind, found))
  }

  damage(problem: Problem): void {
    const byteOffset = (problem.byteOffset ?? 0) + this.#offset
    const cost =
      problem.kind === 'bad-json' || problem.kind === 'truncated-json' || problem.kind === 'record-too-large'
    if (cost && (problem.byteLength ?? 0) > 0) {
      this.#rejected++
      this.#sink.problem({ ...problem, byteOffset, recordIndex: this.#index++ })
    } else {
      this.#sink.problem({ ...problem, byteOffset })
    }
  }

  looksLikeRecord(value: unknown): boolean {
    const kind = classify(value)
    return kind === 'event' || kind === 'insight'
  }

  #problem(kind: Problem['kind'], found: FoundValue, recordIndex: number, detail: string): void {
    this.#sink.problem({ kind, detail, byteOffset: found.offset, byteLength: found.length, recordIndex })
  }

  #noteShape(found: FoundValue): void {
    if (this.#shape !== '') return
    this.#shape =
      found.container === null ? 'json-values' : found.container === '' ? 'event-array' : 'records-envelope'
  }

  /** @returns null when nothing in the content is CloudTrail's; `detail` then says what it is instead. */
  verdict(): { verdict: Verdict | null; unsupported: boolean; detail: string } {
    if (this.#foreign !== null)
      return { verdict: null, unsupported: this.#foreign !== NOT_JSON, detail: this.#foreign }
    const records = (this.#counts.get('event') ?? 0) + (this.#counts.get('insight') ?? 0)
    const values = this.#index
    const rejected = this.#rejected
    if (records > 0) {
      const kind = this.#counts.has('event') ? 'trail' : 'insight'
      return { verdict: { shape: this.#shape, kind, values, rejected }, unsupported: false, detail: '' }
    }
    const special = this.#special()
    if (special !== null)
      return { verdict: { ...special, values: rejected, rejected }, unsupported: false, detail: '' }
    return { verdict: null, unsupported: false, detail: this.#whatItIs() }
  }

  #special(): { shape: string; kind: Verdict['kind'] } | null {
    if (this.#counts.has('digest')) return { shape: 'digest', kind: 'digest' }
    if (this.#counts.has('keys')) return { shape: 'public-keys', kind: 'other' }
    if (this.#counts.has('lake-sign')) return { shape: 'lake-sign', kind: 'other' }
    if (this.#index === 0 && this.#reader.documents > 0 && !this.#counts.has('empty'))
      return { shape: 'empty-list', kind: 'trail' }
    return null
  }

  #whatItIs(): string {
    if (this.#counts.has('notification')) return 'S3 event notification, not a CloudTrail record'
    if (this.#counts.has('empty')) return 'an empty JSON object'
    if (this.#counts.has('unknown')) return 'JSON, but no CloudTrail record in it'
    return NOT_JSON
  }
}

function notARecord(kind: ValueClass, found: FoundValue): string {
  if (kind === 'notification') return 'an S3 event notification, not a CloudTrail record'
  if (kind === 'empty') return 'an empty object'
  if (isJsonObject(found.value))
    return `an object without eventVersion (keys: ${Object.keys(found.value).slice(0, 6).join(', ')})`
  return `${Array.isArray(found.value) ? 'an array' : typeof found.value} where a record should be`
}

/** White space or a byte order mark, then an object or a list. */
const JSON_START = /^(?:\u00ef\u00bb\u00bf)?\s*[[{]/
/** Where a text that does not begin like JSON may still show that it holds records. */
const HEAD_BYTES = 1024 * 1024

/** Content that is not worth scanning for records. */
function foreignContent(chunk: Buffer, startsLikeJson: boolean): string | null {
  const known = unsupportedFormat(chunk)
  if (known !== null) return known
  if (startsLikeJson || chunk.length === 0) return null
  if (chunk.subarray(0, 4096).every((byte) => byte === 0)) return 'zero bytes'
  return chunk.subarray(0, HEAD_BYTES).includes('"eventVersion"') ? null : NOT_JSON
}

const NOT_JSON = 'not JSON'
