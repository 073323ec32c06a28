import { isJsonObject, type JsonObject } from '../../model/record.js'
import { packed } from './lambda-log-event.js'
import type { Part, ValueShape } from './shape.js'

/** Kinesis and Firehose deliver base64: `{"kinesis":{"data"}}` in Records, `{"recordId","data"}` in records. */
export const streamRecords: ValueShape = {
  name: 'stream-records',
  claims: (value) => isJsonObject(value) && place(value) !== undefined,
  parts: (value): Part[] => {
    const found = isJsonObject(value) ? place(value) : undefined
    return found === undefined ? [] : [packed(found.path, found.data)]
  },
}

function place(value: JsonObject): { path: string[]; data: string } | undefined {
  const { kinesis, data } = value
  if (isJsonObject(kinesis) && typeof kinesis['data'] === 'string')
    return { path: ['kinesis', 'data'], data: kinesis['data'] }
  if (typeof data !== 'string') return undefined
  return value['recordId'] === undefined && value['approximateArrivalTimestamp'] === undefined
    ? undefined
    : { path: ['data'], data }
}
