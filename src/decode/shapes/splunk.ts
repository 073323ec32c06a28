import { isJsonObject } from '../../model/record.js'
import { isRow, rowParts } from './row.js'
import type { Part, ValueShape } from './shape.js'

/** Splunk's JSON export: `{"preview":false,"result":{"_raw":"<record>"}}` a line, or the results alone. */
export const splunk: ValueShape = {
  name: 'splunk',
  claims: (value) =>
    isJsonObject(value) &&
    (typeof value['_raw'] === 'string' ||
      (isJsonObject(value['result']) &&
        (typeof value['result']['_raw'] === 'string' || isRow(value['result']))) ||
      isEndOfExport(value)),
  parts: (value): Part[] => {
    if (!isJsonObject(value)) return []
    if (typeof value['_raw'] === 'string') return rowParts(value, [])
    if (!isJsonObject(value['result']))
      return [{ note: 'the last line of a Splunk export, without a result' }]
    return rowParts(value['result'], ['result'])
  },
}

/** Splunk ends an export with `{"preview":false,"lastrow":true}`. */
function isEndOfExport(value: Readonly<Record<string, unknown>>): boolean {
  return value['preview'] !== undefined && value['lastrow'] !== undefined && value['result'] === undefined
}
