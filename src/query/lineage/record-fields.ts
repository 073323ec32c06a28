/** Readers over a record of unknown shape. They never throw: what is missing or of a wrong type is null. */
import { readPrincipalArn, type PrincipalArn } from '../../model/principal-arn.js'
import { calendarMs, isoTime } from '../../model/time.js'
import { isJsonObject, type JsonObject } from '../../model/record.js'

export function objectAt(value: unknown, ...path: readonly string[]): JsonObject | null {
  const found = valueAt(value, path)
  return isJsonObject(found) ? found : null
}

/** A string that is not empty. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = valueAt(value, path)
  return typeof found === 'string' && found !== '' ? found : null
}

/** A list as it is; an XML list of one can be the element itself. */
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

/** Principals that can hold credentials which other calls issue. */
const LINKED = new Set(['user', 'role', 'assumed-role', 'root'])

/** Null for any other principal too, as for a federated user. */
export function readIamArn(arn: string | null): PrincipalArn | null {
  const principal = readPrincipalArn(arn)
  return principal !== null && LINKED.has(principal.kind) ? principal : null
}

const ACCESS_KEY = /^A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}$/

/** Null for what stands where a key belongs but is none: phrases, placeholders, nothing. */
export function readKey(text: string | null): string | null {
  return text !== null && ACCESS_KEY.test(text) ? text : null
}

const TIME = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?Z$/

/** `creationDate`, in whole seconds as ms since 1970. Documented and recorded spellings differ. */
export function readSecond(text: string | null): number | null {
  const match = TIME.exec(text ?? '')
  if (match === null) return null
  const [, year, month, day, hour, minute, second] = match
  return calendarMs(`${year}-${month}-${day}`, `${hour}:${minute}:${second}`)
}

/** Every spelling of a second that `creationDate` is known to have. */
export function spellingsOf(second: number): readonly string[] {
  const iso = new Date(second).toISOString()
  const plain = isoTime(second)
  return [plain, iso, plain.replace(/[-:]/g, '')]
}

export function isoOf(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}
