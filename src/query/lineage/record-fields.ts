/** Readers for records of unknown shape. They never throw: missing and mistyped fields are null. */
import { readPrincipalArn, type PrincipalArn } from '../../model/principal-arn.js'
import { calendarMs, isoTime } from '../../model/time.js'
import { isJsonObject, type JsonObject } from '../../model/record.js'

export function objectAt(value: unknown, ...path: readonly string[]): JsonObject | null {
  const found = valueAt(value, path)
  return isJsonObject(found) ? found : null
}

/** A non-empty string. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = valueAt(value, path)
  return typeof found === 'string' && found !== '' ? found : null
}

/** A list; a one-element list converted from XML can be the bare element. */
export function itemsAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, path)
  if (Array.isArray(found)) return found as unknown[]
  return isJsonObject(found) ? [found] : []
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (!isJsonObject(found) || !Object.hasOwn(found, name)) return null
    found = found[name]
  }
  return found
}

/** Principals that can hold credentials issued by calls. */
const LINKED = new Set(['user', 'role', 'assumed-role', 'root'])

/** null for other principals, such as federated users. */
export function readIamArn(arn: string | null): PrincipalArn | null {
  const principal = readPrincipalArn(arn)
  return principal !== null && LINKED.has(principal.kind) ? principal : null
}

const ACCESS_KEY = /^A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}$/

/** null for a value in place of a key that is not one: phrases, placeholders, nothing. */
export function readKey(text: string | null): string | null {
  return text !== null && ACCESS_KEY.test(text) ? text : null
}

const TIME = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?Z$/

/** `creationDate` in whole seconds, as ms since 1970. Documented and recorded spellings differ. */
export function readSecond(text: string | null): number | null {
  const match = TIME.exec(text ?? '')
  if (match === null) return null
  const [, year, month, day, hour, minute, second] = match
  return calendarMs(`${year}-${month}-${day}`, `${hour}:${minute}:${second}`)
}

/** All known spellings of `creationDate` for a second. */
export function spellingsOf(second: number): readonly string[] {
  const iso = new Date(second).toISOString()
  const plain = isoTime(second)
  return [plain, iso, plain.replace(/[-:]/g, '')]
}

export function isoOf(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}
