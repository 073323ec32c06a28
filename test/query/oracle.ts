/** What the questions mean, in plain JavaScript over the events of the tiny case: no SQL, no index. */
import {
  ANY_ERROR,
  NO_FILTERS,
  type Excluded,
  type Filters,
  type Question,
} from '../../src/model/question.js'
import { isFailed, stemOf, textsOf, type TinyEvent } from '../helpers/tiny-case.js'

/** Event IDs in order of time, ties and absent times by the order of indexing. */
export function answer(
  question: Question,
  events: readonly TinyEvent[],
  order: 'asc' | 'desc' = 'asc',
): string[] {
  const found = events
    .map((event, index) => ({ event, index, ms: event.time === null ? -Infinity : Date.parse(event.time) }))
    .filter(
      ({ event, ms }) =>
        isIn(question, event, ms) && passes(question.filters, event) && isMeant(question, event),
    )
    .sort((one, other) => (one.ms === other.ms ? one.index - other.index : one.ms - other.ms))
    .map(({ event }) => event.eventId)
  return order === 'asc' ? found : found.reverse()
}

function isIn({ window: { sinceMs, untilMs } }: Question, { time }: TinyEvent, ms: number): boolean {
  if (sinceMs === undefined && untilMs === undefined) return true
  return time !== null && ms >= (sinceMs ?? -Infinity) && ms < (untilMs ?? Infinity)
}

function isMeant(question: Question, event: TinyEvent): boolean {
  switch (question.kind) {
    case 'request':
      return event.requestId === stored(question.value) || event.requestId === uuidInSmall(question.value)
    case 'principal':
      return event.identity.names.some(([name]) => fits(name.toLowerCase(), question.value.toLowerCase()))
    case 'resource':
      return touches(event, question.value.replace(/^s3:\/\//i, ''))
    case 'text':
      return holdsWords(event, question.value)
    case 'window':
      return true
  }
}

/** A UUID in capitals is meant in the small letters that AWS writes. */
function uuidInSmall(value: string): string | undefined {
  const isUuid =
    value.length === 36 &&
    value
      .split('-')
      .map((part) => part.length)
      .join() === '8,4,4,4,12'
  return isUuid && /^[0-9a-f-]+$/i.test(value) ? value.toLowerCase() : undefined
}

function touches(event: TinyEvent, value: string): boolean {
  if (stored(value).startsWith('arn:')) {
    const own = event.identity.names.filter(([, kind]) => ['arn', 'role-arn', 'session-arn'].includes(kind))
    return (
      event.resources.some(({ arn }) => arn !== null && fits(arn, value)) ||
      own.some(([name]) => fits(name.toLowerCase(), value.toLowerCase()))
    )
  }
  return event.resources.some(({ arn, name }) => {
    if (name !== undefined && fits(inSmall(name), inSmall(value))) return true
    const tail = /^arn:(?:aws|aws-cn|aws-us-gov):s3:::(.*)$/su.exec(arn ?? '')?.[1]
    return tail !== undefined && fits(tail, value)
  })
}

/** A to Z only, as the names of resources are compared. */
function inSmall(text: string): string {
  return text.replace(/[A-Z]/gu, (letter) => letter.toLowerCase())
}

function holdsWords(event: TinyEvent, value: string): boolean {
  const terms = stored(value).match(/"[^"]*"|\S+/gu) ?? []
  const phrases = terms.map(tokens).filter((phrase) => phrase.length > 0)
  const [only] = terms.filter((term) => tokens(term).length > 0)
  const bare = only?.replace(/^"([^"]*)"$/u, '$1')
  if (
    new Set(terms.filter((term) => tokens(term).length > 0).map((term) => term.replace(/^"([^"]*)"$/u, '$1')))
      .size === 1
  ) {
    if (bare === event.eventId || bare === event.requestId) return true
    if (
      bare !== undefined &&
      /T.*:\d\d.*Z$/i.test(bare) &&
      event.time !== null &&
      Date.parse(bare) === Date.parse(event.time)
    ) {
      return true
    }
  }
  const texts = textsOf(event).map(tokens)
  return phrases.every((phrase) => texts.some((text) => hasRun(text, phrase)))
}

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
}

function hasRun(text: readonly string[], phrase: readonly string[]): boolean {
  return text.some((_, start) => phrase.every((token, offset) => text[start + offset] === token))
}

function fits(name: string, typed: string): boolean {
  const value = stored(typed)
  if (/(?<!\\)\*$/.test(value)) return name.startsWith(literal(value.slice(0, -1)))
  return name === literal(value)
}

function literal(text: string): string {
  return text.split('\\*').join('*')
}

function stored(text: string): string {
  return text.toWellFormed().split('\0').join('\u2400')
}

function passes(filters: Filters, event: TinyEvent): boolean {
  return (
    anyOf(filters.events, (value) => isNamed(event, value)) &&
    anyOf(
      filters.services,
      (value) =>
        isFold(event.service, value) ||
        (!value.includes('.') && isFold(event.service, `${value}.amazonaws.com`)),
    ) &&
    anyOf(filters.accounts, (value) => event.account === stored(value)) &&
    anyOf(filters.regions, (value) => isFold(event.region, value)) &&
    anyOf(filters.sourceIps, (value) => isFrom(event, value)) &&
    anyOf(filters.accessKeys, (value) =>
      [stored(value), stored(value).toUpperCase()].includes(event.identity.accessKey ?? '\0'),
    ) &&
    anyOf(filters.credentials, (value) => event.identity.credentials === value) &&
    anyOf(filters.errors, (value) =>
      value === ANY_ERROR ? isFailed(event) : event.error !== undefined && isFold(event.error, value),
    ) &&
    (!filters.writeOnly || event.readOnly !== 1) &&
    !isExcluded(filters.except, event)
  )
}

/** Each value alone as a filter would select the event. */
function isExcluded(except: Excluded, event: TinyEvent): boolean {
  return Object.entries(except).some(([name, values]) =>
    (values as readonly string[]).some((value) => passes({ ...NO_FILTERS, [name]: [value] }, event)),
  )
}

function isNamed(event: TinyEvent, typed: string): boolean {
  const [, service, name = typed] = /^([\w.-]+):(.+)$/.exec(typed) ?? []
  if (service !== undefined && event.service !== `${service}.amazonaws.com`) return false
  const fits = (recorded: string) =>
    name.includes('*') ? isLike(inAscii(recorded), inAscii(name)) : isFold(recorded, name)
  return fits(event.event) || fits(stemOf(event))
}

/** Every way to divide the text between the stars is tried. */
function isLike(text: string, pattern: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return text === pattern
  if (!text.startsWith(pattern.slice(0, star))) return false
  const rest = pattern.slice(star + 1)
  for (let at = star; at <= text.length; at++) if (isLike(text.slice(at), rest)) return true
  return false
}

/** Networks of whole bytes only. */
function isFrom({ sourceIp }: TinyEvent, typed: string): boolean {
  const [network = '', bits] = typed.split('/')
  if (bits === undefined) return sourceIp === stored(typed)
  const bytes = network.split('.').slice(0, Number(bits) / 8)
  return /^[\d.]+$/.test(sourceIp) && `${sourceIp}.`.startsWith(`${bytes.join('.')}.`)
}

function anyOf<Value>(values: readonly Value[], isOne: (value: Value) => boolean): boolean {
  return values.length === 0 || values.some(isOne)
}

/** SQLite's NOCASE: ASCII letters only. */
function isFold(one: string, other: string): boolean {
  return inAscii(one) === inAscii(other)
}

function inAscii(text: string): string {
  return stored(text).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
