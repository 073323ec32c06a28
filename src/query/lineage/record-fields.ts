/** Readers over a record of unknown shape. They never throw: what is missing or of a wrong type is null. */
import type { JsonObject } from '../../model/record.js'

export function objectAt(value: unknown, ...path: readonly string[]): JsonObject | null {
  const found = valueAt(value, path)
  return isObject(found) ? found : null
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
  return isObject(found) ? [found] : []
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return null
    found = found[name]
  }
  return found
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const IAM_ARN = /^arn:([^:]*):(?:iam|sts)::([^:]*):(user|role|assumed-role|root)(?:\/(.*))?$/s

export interface IamArn {
  readonly partition: string
  readonly account: string
  readonly kind: string
  /** Without path and session. */
  readonly name: string
}

export function readIamArn(arn: string | null): IamArn | null {
  const match = arn === null ? null : IAM_ARN.exec(arn)
  if (match === null) return null
  const [, partition = '', account = '', kind = '', rest = ''] = match
  const names = rest.split('/')
  return { partition, account, kind, name: (kind === 'assumed-role' ? names[0] : names.at(-1)) ?? '' }
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
  const [year = 0, month = 1, ...rest] = match.slice(1).map(Number)
  const [day, hour, minute, second] = rest
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** Every spelling of a second that `creationDate` is known to have. */
export function spellingsOf(second: number): readonly string[] {
  const iso = new Date(second).toISOString()
  const plain = iso.replace('.000Z', 'Z')
  return [plain, iso, plain.replace(/[-:]/g, '')]
}

export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace('.000Z', 'Z')
}
