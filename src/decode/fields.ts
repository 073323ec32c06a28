/** Builds record fields from those of a reduced form. */
import { isoTime } from '../model/time.js'
import { isJsonObject, type JsonObject } from '../model/record.js'

/** Drops empty fields: these forms do not distinguish absent from empty. */
export function fieldsOf(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )
}

/** Without one of these fields the others say nothing about an event. */
export function hasEventFields(fields: JsonObject): boolean {
  return ['eventID', 'eventName', 'eventTime'].some((name) => fields[name] !== undefined)
}

/** A time as CloudTrail writes it; undefined if out of range. */
export function timeText(ms: number): string | undefined {
  return Number.isNaN(new Date(ms).getTime()) ? undefined : isoTime(ms)
}

/** Resources of a reduced form: a type or null, and an ARN, name or ID in one field. Others are kept as is. */
export function listOf(value: unknown, typeKey: string, nameKey: string): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined
  return (value as unknown[]).map((item) => {
    if (!isJsonObject(item)) return item
    const { [typeKey]: type, [nameKey]: name, ...rest } = item
    return fieldsOf({ ...rest, type, [isArn(name) ? 'ARN' : 'resourceName']: name })
  })
}

function isArn(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('arn:')
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
