import { isJsonObject } from '../../model/record.js'
import type { Part, ValueShape } from './shape.js'

/** CloudWatch Logs subscriptions: `{"messageType","logEvents":[{"message":"<record>"}]}`. */
export const logSubscription: ValueShape = {
  name: 'log-subscription',
  claims: (value) =>
    isJsonObject(value) && typeof value['messageType'] === 'string' && Array.isArray(value['logEvents']),
  parts: (value) => (isJsonObject(value) ? messages(value['messageType'], value['logEvents']) : []),
}

function* messages(type: unknown, events: unknown): Generator<Part> {
  if (type === 'CONTROL_MESSAGE') {
    yield { note: 'a CONTROL_MESSAGE of CloudWatch Logs, by which it tries the destination' }
    return
  }
  for (const [index, event] of (Array.isArray(events) ? (events as unknown[]) : []).entries()) {
    const message = isJsonObject(event) ? event['message'] : undefined
    yield { path: ['logEvents', index, 'message'], value: message }
  }
}
