/** Kinesis and Firehose. */
import { Kind } from '../kind.js'
import type { Service } from '../service.js'

export const kinesis: Service = {
  name: 'kinesis',
  sources: ['kinesis'],
  parameters: {
    streamName: new Kind('AWS::Kinesis::Stream', 'arn:P:kinesis:R:A:stream/NAME'),
  },
}

export const firehose: Service = {
  name: 'firehose',
  sources: ['firehose'],
  parameters: {
    deliveryStreamName: new Kind(
      'AWS::KinesisFirehose::DeliveryStream',
      'arn:P:firehose:R:A:deliverystream/NAME',
    ),
  },
}
