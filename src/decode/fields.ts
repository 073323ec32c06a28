/** Makes the fields of a record from those of a reduced form. */
import { isoTime } from '../model/time.js'
import { isJsonObject, type JsonObject } from '../model/record.js'

/** Only what is there: an absent field and an empty one are the same in these forms. */
export function fieldsOf(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )
}

/** Is it of an event? The others of its fields say nothing without one of these. */
export function hasEventFields(fields: JsonObject): boolean {
  return ['eventID', 'eventName', 'eventTime'].some((name) => fields[name] !== undefined)
}

/** As CloudTrail writes a time; undefined for a number that is none. */
export function timeText(ms: number): string | undefined {
  return Number.isNaN(new Date(ms).getTime()) ? undefined : isoTime(ms)
}

/** Resources of a reduced form: a type that can be null, and an ARN, a name or an id in one field. Others stay as they are. */
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
