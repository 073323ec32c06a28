import type { JsonObject } from '../model/record.js'
import { readObject } from './fields.js'

const TAG_KEY = 'aws:PrincipalTag/'

/** Tags of the caller or of the session that a call makes, as JSON text; null without any. */
export function principalTags(record: JsonObject): string | null {
  const { eventContext, requestParameters } = record
  if (eventContext !== undefined) {
    const context = readObject(eventContext)
    const tags = textOf(readObject(context?.['tagContext'])?.['principalTags']) ?? fromConditionKeys(context)
    if (tags !== null) return tags
  }
  return textOf(readObject(requestParameters)?.['principalTags'])
}

function fromConditionKeys(context: JsonObject | null): string | null {
  const keys = Object.entries(readObject(context?.['requestContext']) ?? {})
  return textOf(
    Object.fromEntries(
      keys.flatMap(([key, value]) => (key.startsWith(TAG_KEY) ? [[key.slice(TAG_KEY.length), value]] : [])),
    ),
  )
}

/** Only lists and objects: anything else is a placeholder. */
function textOf(tags: unknown): string | null {
  if (typeof tags !== 'object' || tags === null || Object.keys(tags).length === 0) return null
  return JSON.stringify(tags)
}
