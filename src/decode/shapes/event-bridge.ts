import { isJsonObject, type JsonObject } from '../../model/record.js'
import { fieldsOf } from '../fields.js'
import { isOfOtherService } from '../neighbours.js'
import type { ValueShape } from './shape.js'

/** An EventBridge event: the record is its `detail`; its own `id` is not the eventID. */
export const eventBridge: ValueShape = {
  name: 'event-bridge',
  claims: (value) =>
    isJsonObject(value) &&
    typeof value['detail-type'] === 'string' &&
    value['detail'] !== undefined &&
    !isOfOtherService(value),
  parts: (value) =>
    isJsonObject(value) ? [{ path: ['detail'], value: value['detail'], outer: outer(value) }] : [],
}

/** Fields repeated by the envelope. Its `source` is a short name of the service, not eventSource. */
function outer(value: JsonObject): JsonObject | undefined {
  if (!String(value['detail-type']).includes('via CloudTrail') || typeof value['time'] !== 'string')
    return undefined
  return fieldsOf({
    awsRegion: value['region'],
    recipientAccountId: value['account'],
    resources: value['resources'],
    envelope: fieldsOf({ detailType: value['detail-type'], source: value['source'], id: value['id'] }),
  })
}
