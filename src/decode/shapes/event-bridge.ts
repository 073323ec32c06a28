import { isJsonObject } from '../classify.js'
import type { ValueShape } from './shape.js'

/** An EventBridge event: the record is its `detail`; its own `id` is not the eventID. */
export const eventBridge: ValueShape = {
  name: 'event-bridge',
  claims: (value) =>
    isJsonObject(value) && typeof value['detail-type'] === 'string' && value['detail'] !== undefined,
  parts: (value) => (isJsonObject(value) ? [{ path: ['detail'], value: value['detail'] }] : []),
}
