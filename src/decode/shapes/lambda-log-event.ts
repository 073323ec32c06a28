import { isJsonObject } from '../../model/record.js'
import { inflateBounded } from '../../model/text-tree.js'
import type { Part, ValueShape } from './shape.js'

/** Input of a Lambda function subscribed to a log group: `{"awslogs":{"data":"<base64 of gzip>"}}`. */
export const lambdaLogEvent: ValueShape = {
  name: 'lambda-log-event',
  claims: (value) =>
    isJsonObject(value) && isJsonObject(value['awslogs']) && typeof value['awslogs']['data'] === 'string',
  parts: (value) => {
    const data = isJsonObject(value) && isJsonObject(value['awslogs']) ? value['awslogs']['data'] : undefined
    return [packed(['awslogs', 'data'], typeof data === 'string' ? data : '')]
  },
}

/** Base64 of text, or of gzipped text. */
export function packed(path: readonly (string | number)[], data: string): Part {
  const bytes = Buffer.from(data, 'base64')
  const base64 = { coding: 'base64' } as const
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    return { path: [...path, base64], value: bytes.toString('utf8') }
  const text = inflateBounded(bytes)?.toString('utf8')
  return { path: [...path, base64, { coding: 'gunzip' }], value: text }
}
