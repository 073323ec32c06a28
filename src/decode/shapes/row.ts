import { isJsonObject, type JsonObject } from '../../model/record.js'
import type { Step } from '../../model/locator.js'
import { classify } from '../classify.js'
import { countOwn } from '../columns.js'
import { recordCell } from '../record-cell.js'
import { Columns } from '../row-fields.js'
import type { Part, ValueShape } from './shape.js'

/**
 * A table row as an object: `{"eventid":…,"useridentity.arn":…}`, as written by Athena's tools, Steampipe and Splunk.
 */
export const row: ValueShape = {
  name: 'row',
  claims: (value) => isJsonObject(value) && classify(value) === 'unknown' && isRow(value),
  parts: (value): Part[] => (isJsonObject(value) ? rowParts(value, []) : []),
}

/** Keys examined: a row has no more columns of an event. */
const MOST_KEYS = 200

export function isRow(value: JsonObject): boolean {
  const names = Object.keys(value).slice(0, MOST_KEYS)
  // Function messages, lookup-events and EventBridge have shapes of their own.
  if (String(value['eventSource']).startsWith('aws:')) return false
  if (value['EventId'] !== undefined || value['detail-type'] !== undefined) return false
  return countOwn(names) >= 2
}

export function rowParts(value: JsonObject, path: readonly Step[]): Part[] {
  const names = Object.keys(value)
  const at = recordCell(names, Object.values(value))
  const fields = new Columns(names).read(Object.values(value), at)
  const key = names[at]
  const home = path.length === 0 ? undefined : path
  if (key !== undefined)
    return [{ path: [...path, key], value: value[key], outer: fields.record, time: fields.time, home }]
  return [fields.record === undefined ? { path, value } : { reduced: fields.record, fields, home }]
}
