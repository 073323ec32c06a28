import type { JsonObject } from '../../../model/record.js'
import { readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { Kind } from '../kind.js'
import { type Service } from '../service.js'
import { BUCKET } from './s3.js'

export const LOG_GROUP = new Kind('AWS::Logs::LogGroup', 'arn:P:logs:R:A:log-group:NAME', {
  name: (value) => (value.endsWith(':*') ? value.slice(0, -2) : value),
})
const LOG_STREAM = new Kind('AWS::Logs::LogStream', 'arn:P:logs:R:A:log-group:NAME')

export const logs: Service = {
  name: 'logs',
  sources: ['logs'],
  parameters: {
    logGroupName: LOG_GROUP,
    logGroupNames: LOG_GROUP,
    logGroupIdentifier: LOG_GROUP,
    logGroupIdentifiers: LOG_GROUP,
    destinationName: new Kind('AWS::Logs::Destination', 'arn:P:logs:R:A:destination:NAME'),
  },
  calls: [{ name: /^CreateExportTask$/, parameters: { destination: BUCKET } }],
  compose: readStream,
}

function readStream(parameters: JsonObject, found: Found): void {
  const stream = readString(parameters['logStreamName'])
  if (stream === null || !isUsable(stream)) return
  const group = readString(parameters['logGroupName'])
  const isBare = group !== null && isUsable(group)
  const arn = isBare ? LOG_STREAM.arn(`${group}:log-stream:${stream}`, found.context) : null
  found.add(arn, LOG_STREAM.type, stream, true, 'target')
}
