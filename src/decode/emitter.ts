/** Counts and forwards what a text contains: records, reduced forms, aggregates, and unusable items. */
import type { Problem } from '../model/problem.js'
import { isJsonObject, type JsonObject } from '../model/record.js'
import { readTrailName } from '../model/trail-name.js'
import type { ValueClass } from './classify.js'
import type { AccessValue } from './access-line.js'
import { lacksTime } from './envelope-time.js'
import type { Limits } from './limits.js'
import { namedObjects, type NamedObject } from './notices.js'
import type { RowFields } from './row-fields.js'
import type { Rejected, Unwrapped } from './unwrap.js'

export interface RecordPlace {
  /** First byte of the outer value in the content. */
  readonly offset: number
  readonly length: number
}

export interface FoundRecord extends RecordPlace {
  readonly record: JsonObject
  /** Exact text of the record; for a reduced form, of the value it was made from. */
  readonly text: string
  readonly locator: string | null
  readonly recordClass: 'event' | 'insight'
  readonly reduced: boolean
  /** Time from the envelope. */
  readonly envelopeTime?: unknown
  /** Position among the records of the source, from 0. */
  readonly index: number
}

export interface FoundAggregate extends RecordPlace {
  readonly record: JsonObject
  readonly locator: string | null
}

/** An object of CloudTrail that a notice names. */
export interface FoundNotice extends RecordPlace, NamedObject {}

export interface AccessLine extends RecordPlace {
  /** The fields in order; `-` is null. */
  readonly values: readonly AccessValue[]
}

export interface RecordSink {
  /** @returns whether it is nested deeper than the limit. */
  record(record: FoundRecord): boolean
  aggregate(aggregate: FoundAggregate): void
  accessLine(line: AccessLine): void
  notice(notice: FoundNotice): void
  problem(problem: Problem): void
}

type Reduced = Extract<Unwrapped, { kind: 'reduced' }>

/** Unused columns are named up to this number. */
const MOST_UNUSED = 100

/** Too many values in too few bytes are not logs: the rest is not read. Thrown to stop any reader. */
export class Hollow extends Error {}

export class Emitter {
  readonly #sink: RecordSink
  readonly #limits: Limits
  /** Values of other logs, by family. */
  readonly neighbours = new Map<string, number>()
  readonly #unused = new Set<string>()
  readonly counts = new Map<ValueClass, number>()
  /** Shape of the first value that has one. */
  shape = ''
  /** Records so far, good or bad. */
  index = 0
  rejected = 0
  /** Rows that are not events: aggregates and access-log lines. */
  others = 0
  /** Of the last record. */
  tooDeep = false
  /** Time of the line at an offset, for a record without one. */
  timeAt: ((offset: number) => unknown) | undefined
  /** Bytes before the text that offsets are counted from. */
  base = 0

  constructor(sink: RecordSink, limits: Limits) {
    this.#sink = sink
    this.#limits = limits
  }

  count(kind: ValueClass): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
  }

  /** @returns the record's index, or -1 if it is not a record. */
  unwrapped(item: Unwrapped, place: RecordPlace, outer: string): number {
    switch (item.kind) {
      case 'note':
        this.#notices(item.value, place)
        this.problem('not-a-record', place, item.detail)
        return -1
      case 'rejected':
        this.reject(kindOf(item), place, rejection(item))
        return -1
      case 'aggregate':
        this.aggregate(item.record, place, item.locator)
        return -1
      case 'reduced':
        return this.#reduced(item, outer, place)
      case 'event':
      case 'insight':
        return this.record(item.record, item.text, place, {
          locator: item.locator,
          recordClass: item.kind,
          reduced: false,
          envelopeTime: item.time,
        })
    }
  }

  #reduced(item: Reduced, outer: string, place: RecordPlace): number {
    const { record, lost, fields, time, text = outer, locator = null } = item
    const how = { locator, recordClass: 'event', reduced: true, envelopeTime: time } as const
    const index = this.record(record, text, place, how)
    if (fields !== undefined) this.remark(fields, place, index)
    if (lost !== undefined) {
      const detail = `${rejection(lost)}: the event is made of the fields around it`
      this.problem(kindOf(lost), place, detail, index)
    }
    return index
  }

  /** Doubts about cells: reported per event, unused columns once per text. */
  remark({ doubts, unused }: RowFields, place: RecordPlace, index: number): void {
    for (const { kind, detail } of doubts) this.problem(kind, place, detail, index)
    for (const name of unused) {
      if (this.#unused.size < MOST_UNUSED) this.#unused.add(name)
    }
  }

  neighbour(family: string, value: unknown, place: RecordPlace): void {
    this.#notices(value, place)
    this.neighbours.set(family, (this.neighbours.get(family) ?? 0) + 1)
  }

  #notices(value: unknown, { offset, length }: RecordPlace): void {
    for (const object of namedObjects(value))
      if (readTrailName(object.key) !== null)
        this.#sink.notice({ ...object, offset: offset + this.base, length })
  }

  /** At the end of the text. */
  end(): void {
    if (this.index > 0)
      for (const [family, n] of this.neighbours)
        this.#sink.problem({ kind: 'neighbour', detail: `${family}: ${n} values next to the records` })
    if (this.#unused.size === 0) return
    const names = Array.from(this.#unused, (name) => JSON.stringify(name.slice(0, 100))).join(', ')
    const more = this.#unused.size === MOST_UNUSED ? ' and more' : ''
    this.#sink.problem({ kind: 'unused-columns', detail: `searchable as text only: ${names}${more}` })
    this.#unused.clear()
  }

  record(
    record: JsonObject,
    text: string,
    place: RecordPlace,
    how: Pick<FoundRecord, 'locator' | 'recordClass' | 'reduced' | 'envelopeTime'>,
  ): number {
    this.count(how.recordClass)
    const { locator, recordClass, reduced } = how
    const envelopeTime =
      how.envelopeTime ?? (this.timeAt && lacksTime(record) ? this.timeAt(place.offset) : undefined)
    const { length } = place
    const index = this.index++
    this.tooDeep = this.#sink.record({
      record,
      text,
      locator,
      recordClass,
      reduced,
      envelopeTime,
      index,
      length,
      offset: place.offset + this.base,
    })
    if (this.index > this.#limits.hollowValues) this.#checkSubstance(place)
    return index
  }

  /** @throws Hollow */
  #checkSubstance({ offset, length }: RecordPlace): void {
    const { hollowValueBytes } = this.#limits
    const bytes = this.base + offset + length
    if (bytes >= this.index * hollowValueBytes) return
    throw new Hollow(`${this.index} values in ${bytes} bytes: no logs; the rest was not read`)
  }

  aggregate(record: JsonObject, place: RecordPlace, locator: string | null): void {
    this.count('aggregate')
    this.others++
    this.#sink.aggregate({ record, locator, offset: place.offset + this.base, length: place.length })
  }

  accessLine(line: AccessLine): void {
    this.others++
    this.#sink.accessLine({ values: line.values, offset: line.offset + this.base, length: line.length })
  }

  /** One record is lost. */
  reject(kind: Problem['kind'], place: RecordPlace, detail: string): void {
    this.#lost(place)
    this.problem(kind, place, detail, this.index - 1)
  }

  /** @throws Hollow */
  #lost(place: RecordPlace): void {
    this.rejected++
    this.index++
    if (this.index > this.#limits.hollowValues) this.#checkSubstance(place)
  }

  /** A line is lost: identified by its location, since it has no position among records. */
  rejectLine(kind: Problem['kind'], place: RecordPlace, detail: string): void {
    this.#lost(place)
    this.problem(kind, place, detail)
  }

  problem(
    kind: Problem['kind'],
    { offset, length }: RecordPlace,
    detail: string,
    recordIndex?: number,
  ): void {
    this.#sink.problem({ kind, detail, byteOffset: offset + this.base, byteLength: length, recordIndex })
  }

  /** Damage reported by the JSON reader: decides whether it costs a record. */
  damage(problem: Problem): void {
    const place = { offset: problem.byteOffset ?? 0, length: problem.byteLength ?? 0 }
    if (COSTS.has(problem.kind) && place.length > 0) this.reject(problem.kind, place, problem.detail)
    else this.#sink.problem({ ...problem, byteOffset: place.offset + this.base })
  }
}

const COSTS: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'bad-json',
  'bad-csv',
  'truncated-json',
  'record-too-large',
])

function kindOf({ badJson }: Rejected): 'bad-json' | 'bad-record' {
  return badJson ? 'bad-json' : 'bad-record'
}

function rejection(item: Rejected): string {
  const what = item.badJson ? 'not valid JSON' : notARecord('unknown', item.value)
  return item.locator === '' ? what : `${what}, at ${item.locator.slice(0, 200)}`
}

export function notARecord(kind: ValueClass, value: unknown): string {
  if (kind === 'empty') return 'an empty object'
  if (isJsonObject(value) && Object.keys(value).length === 0) return 'an empty object'
  if (isJsonObject(value))
    return `an object without eventVersion (keys: ${Object.keys(value).slice(0, 6).join(', ')})`
  if (Array.isArray(value))
    return `${value.length === 0 ? 'an empty list' : 'a list'} where a record should be`
  return `${value === null ? 'null' : typeof value} where a record should be`
}
