/** What lies at the place of a row against the row that was made of it: what finds an event has to be what the record says. */
import { hash } from 'node:crypto'
import { parseAccessLine } from '../../decode/access-line.js'
import { FLAG } from '../../model/dictionary.js'
import { parseLocator } from '../../model/locator.js'
import { TextTree } from '../../model/text-tree.js'
import type { AccessRow, AggregateRow, EventRow, SourceRow } from './source-rows.js'

/** In words what does not hold; `not-compared` where the row is a repeat in a form whose own columns are gone. */
export type RecordVerdict = { readonly wrong: string } | 'not-compared' | null

/** What the columns of a repeat do not tell: in which form it was there. */
export interface RecordRules {
  /** The source can hold forms that are less than the record. They are whole values. */
  readonly mayBeReduced: boolean
  /** Damaged records were repaired to be read. */
  readonly isLenient: boolean
}

export class RecordChecker {
  readonly #rules: RecordRules
  /** Records of one outer value follow each other: its text is walked once. */
  #outer: { readonly offset: number; readonly tree: TextTree } | undefined

  constructor(rules: RecordRules) {
    this.#rules = rules
  }

  check(row: SourceRow, outer: Buffer): RecordVerdict {
    if (row.kind === 'access') return checkAccessLine(row, outer)
    const record = row.locator === null ? outer : this.#wrapped(row, outer)
    if (record === null) return { wrong: `there is nothing at ${row.locator ?? ''}` }
    if (row.kind === 'aggregate') return checkAggregate(row, record)
    if (row.kind === 'event' && (row.flags & (FLAG.reduced | FLAG.lenient)) !== 0)
      return holdsId(row, outer) ? null : NOT_IN_TEXT
    const wrong = checkRecord(row, record)
    if (wrong === null) return null
    return row.kind === 'redelivery' && this.#mayBeOtherForm(row) && holdsId(row, outer)
      ? 'not-compared'
      : { wrong }
  }

  #mayBeOtherForm({ locator }: EventRow): boolean {
    return this.#rules.isLenient || (this.#rules.mayBeReduced && locator === null)
  }

  #wrapped({ offset, locator }: SourceRow, outer: Buffer): Buffer | null {
    if (this.#outer?.offset !== offset) this.#outer = { offset, tree: TextTree.ofBytes(outer) }
    const steps = parseLocator(locator ?? '')
    return (steps === null ? undefined : this.#outer.tree.at(steps))?.content() ?? null
  }
}

const NOT_IN_TEXT = { wrong: 'the text there does not name the event' }

/** A record without an eventID is known by a hash, which its text does not hold. */
function holdsId({ event_id }: EventRow, outer: Buffer): boolean {
  return event_id.startsWith('sha256:') || outer.includes(event_id)
}

function checkRecord(row: EventRow, record: Buffer): string | null {
  const text = record.toString('utf8')
  const fields = readObject(text)
  if (fields === null) return 'there is no record'
  const eventId = readEventId(fields, text)
  if (eventId !== row.event_id) return `the record there has eventID ${eventId}`
  if (readText(fields['requestID']) !== row.request_id) return 'the record there has another requestID'
  if (readText(fields['sharedEventID']) !== row.shared_event_id)
    return 'the record there has another sharedEventID'
  return isAtTime(fields['eventTime'], row.time) ? null : 'the record there has another eventTime'
}

function checkAggregate(row: AggregateRow, record: Buffer): RecordVerdict {
  const fields = readObject(record.toString('utf8'))
  if (fields === null) return { wrong: 'there is no aggregated event' }
  const eventId = readText(fields['eventId']) ?? readText(fields['eventID'])
  return eventId === row.event_id ? null : { wrong: 'the aggregated event there has another eventId' }
}

function checkAccessLine(row: AccessRow, line: Buffer): RecordVerdict {
  const values = parseAccessLine(line.toString('utf8').trimEnd())
  if (values === null) return { wrong: 'there is no line of an access log' }
  return values.every((value, at) => value === row.values[at])
    ? null
    : { wrong: 'the line there has other values' }
}

function readObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** As normalise/normalise.ts gives a record without an eventID one. */
function readEventId(fields: Readonly<Record<string, unknown>>, text: string): string {
  const eventId = fields['eventID']
  if (typeof eventId === 'string' && eventId !== '') return clean(eventId)
  return `sha256:${hash('sha256', text).slice(0, 32)}`
}

function readText(value: unknown): string | null {
  if (typeof value === 'string') return clean(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** Columns hold neither lone surrogates nor NUL. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u2400')
}

/** Only the form that CloudTrail writes is judged: what else may stand for a time is for normalise to say. */
function isAtTime(value: unknown, time: number | null): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return true
  const ms = Date.parse(value)
  return Number.isNaN(ms) || ms === time
}
