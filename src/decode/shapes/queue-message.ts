import { isJsonObject, type JsonObject } from '../../model/record.js'
import type { Part, ValueShape } from './shape.js'

/**
 * Messages of SQS and SNS, as received or as a function's input: the body is a string with the record or an envelope.
 */
export const queueMessage: ValueShape = {
  name: 'queue-message',
  claims: (value) => isJsonObject(value) && home(value) !== undefined,
  parts: (value): Part[] => {
    const found = isJsonObject(value) ? home(value) : undefined
    return found === undefined ? [] : [found]
  },
}

function home(value: JsonObject): { path: string[]; value: string } | undefined {
  const { body, Body, Message, Sns } = value
  if (typeof body === 'string' && value['messageId'] !== undefined) return { path: ['body'], value: body }
  if (typeof Body === 'string' && value['MessageId'] !== undefined) return { path: ['Body'], value: Body }
  if (typeof Message === 'string' && (value['TopicArn'] ?? value['MessageId']) !== undefined)
    return { path: ['Message'], value: Message }
  if (isJsonObject(Sns) && typeof Sns['Message'] === 'string')
    return { path: ['Sns', 'Message'], value: Sns['Message'] }
  return undefined
}
