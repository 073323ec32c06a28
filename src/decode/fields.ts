/** Makes the fields of a record from those of a reduced form. */
import { isJsonObject } from './classify.js'
import type { JsonObject } from '../model/record.js'

/** Only what is there: an absent field and an empty one are the same in these forms. */
export function fieldsOf(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )
}

/** Resources of a reduced form: a type that can be null, and an ARN, a name or an id in one field. */
export function listOf(value: unknown, typeKey: string, nameKey: string): JsonObject[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items = (value as unknown[]).filter(isJsonObject)
  return items.map((item) =>
    fieldsOf({ type: item[typeKey], [isArn(item[nameKey]) ? 'ARN' : 'resourceName']: item[nameKey] }),
  )
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
