/** Content of a source → records, digests and problems. Knows bytes and shapes, but neither events nor SQLite. */
import { AccessLogContent } from './access-log.js'
import { NOT_JSON } from './classify.js'
import { CsvContent } from './csv-content.js'
import { Emitter, Hollow, type RecordSink } from './emitter.js'
import { JsonContent } from './json-content.js'
import type { Limits } from './limits.js'
import { LogExportContent } from './log-export.js'
import type { TextContent } from './text-content.js'
import type { Neighbour } from './neighbours.js'
import { startsLikeJson, textKind, type ReadableText } from './text-kind.js'

export type { AccessLine, FoundAggregate, FoundNotice, FoundRecord, RecordSink } from './emitter.js'

/** What the content is. */
export interface Verdict {
  readonly shape: string
  readonly kind: 'trail' | 'insight' | 'digest' | 'other'
  /** Places where a record was expected, good or bad. */
  readonly values: number
  readonly rejected: number
  /** Rows that are not events. */
  readonly others: number
}

export interface Finding {
  /** null if nothing in the content is CloudTrail's; `detail` then says what it is. */
  readonly verdict: Verdict | null
  readonly unsupported: boolean
  readonly detail: string
  readonly neighbour?: Neighbour | undefined
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])
/** Classifying a text needs its first lines: waits for this many bytes. */
const HEAD_BYTES = 4096

export class ContentDecoder {
  readonly #sink: RecordSink
  readonly #limits: Limits
  readonly #emitter: Emitter
  #json: JsonContent | undefined
  #content: TextContent | undefined
  #head: Buffer = Buffer.alloc(0)
  #foreign: Pick<Finding, 'detail' | 'unsupported' | 'neighbour'> | null = null
  /** It is JSON or another known format: damage in it is a finding, in other text it would be noise. */
  startsLikeLog = false
  /** Why the rest of the content was not read, or null. */
  endedEarly: string | null = null

  constructor(sink: RecordSink, limits: Limits) {
    this.#sink = sink
    this.#limits = limits
    this.#emitter = new Emitter(sink, limits)
  }

  /** Feeds the next piece of content. @returns false if there is no point in reading on. */
  push(chunk: Buffer, last: boolean): boolean {
    if (this.#foreign !== null) return false
    if (this.#content !== undefined) {
      this.#give(this.#content, chunk, last)
      return true
    }
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    if (head.length < HEAD_BYTES && !last) {
      this.#head = Buffer.from(head)
      return true
    }
    return this.#start(head, last)
  }

  #start(head: Buffer, last: boolean): boolean {
    const marked = head.subarray(0, 3).equals(BOM)
    const text = marked ? head.subarray(3) : head
    const kind = textKind(text)
    this.startsLikeLog = kind.kind === 'json' ? startsLikeJson(text) : kind.kind !== 'foreign'
    if (kind.kind === 'foreign') {
      this.#foreign = kind
      return false
    }
    if (marked) this.#skipMark()
    this.#content = this.#reader(kind, text)
    this.#give(this.#content, text, last)
    return true
  }

  #give(content: TextContent, bytes: Buffer, last: boolean): void {
    try {
      if (this.endedEarly === null) content.push(bytes, last)
    } catch (error) {
      if (!(error instanceof Hollow)) throw error
      this.endedEarly = error.message
    }
    if (last) this.#emitter.end()
  }

  #skipMark(): void {
    const detail = 'UTF-8 byte order mark'
    this.#sink.problem({ kind: 'byte-order-mark', detail, byteOffset: 0, byteLength: 3 })
    this.#emitter.base = 3
  }

  #reader(text: ReadableText, head: Buffer): TextContent {
    const { kind } = text
    if (kind === 'csv') return new CsvContent(this.#emitter, text.form, this.#limits)
    if (kind === 'access-log') return new AccessLogContent(this.#emitter)
    const beginsCut = kind === 'json' && head.length > 0 && !startsLikeJson(head)
    this.#json = new JsonContent(this.#emitter, this.#limits, beginsCut)
    if (kind === 'json') return this.#json
    this.#emitter.shape = 'log-export'
    return new LogExportContent(this.#json, this.#emitter)
  }

  verdict(): Finding {
    if (this.#foreign !== null) return { verdict: null, ...this.#foreign }
    const { counts, shape, index: values, rejected, others } = this.#emitter
    const records = (counts.get('event') ?? 0) + (counts.get('insight') ?? 0)
    if (records > 0 || others > 0) {
      const kind = counts.has('event') ? 'trail' : counts.has('insight') ? 'insight' : 'other'
      return found({ shape, kind, values, rejected, others })
    }
    const [family] = this.#emitter.neighbours.keys()
    // If anything else in it was not understood, something may be lost.
    if (family !== undefined && rejected === 0)
      return { verdict: null, unsupported: false, detail: family, neighbour: { family, isMissing: false } }
    const special = this.#special()
    if (special !== null) return found({ ...special, values: rejected, rejected, others })
    return { verdict: null, unsupported: false, detail: this.#whatItIs() }
  }

  #special(): { shape: string; kind: Verdict['kind'] } | null {
    const { counts, index, shape } = this.#emitter
    if (counts.has('digest')) return { shape: 'digest', kind: 'digest' }
    if (counts.has('keys')) return { shape: 'public-keys', kind: 'other' }
    if (counts.has('lake-sign')) return { shape: 'lake-sign', kind: 'other' }
    if (index > 0 || counts.has('empty')) return null
    // An empty wrapper, or a header without rows.
    if (shape !== '') return { shape, kind: 'other' }
    return (this.#json?.documents ?? 0) > 0 ? { shape: 'empty-list', kind: 'trail' } : null
  }

  #whatItIs(): string {
    const { counts } = this.#emitter
    if (counts.has('empty')) return 'an empty JSON object'
    if (counts.has('unknown')) return 'JSON, but no CloudTrail record in it'
    return NOT_JSON
  }
}

function found(verdict: Verdict): Finding {
  return { verdict, unsupported: false, detail: '' }
}
