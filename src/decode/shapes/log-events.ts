import { isJsonObject } from '../../model/record.js'
import type { ValueShape } from './shape.js'

/**
 * `aws logs filter-log-events` and `get-log-events`: `{"events":[{"message":"<record>","timestamp"}]}`, or its
 * elements.
 */
export const logEvents: ValueShape = {
  name: 'log-events',
  claims: (value) =>
    isJsonObject(value) &&
    typeof value['message'] === 'string' &&
    typeof value['timestamp'] === 'number' &&
    (value['ingestionTime'] !== undefined || value['logStreamName'] !== undefined),
  parts: (value) => (isJsonObject(value) ? [{ path: ['message'], value: value['message'] }] : []),
}
