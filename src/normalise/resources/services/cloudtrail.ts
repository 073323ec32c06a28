import { Kind } from '../kind.js'
import { GIVEN, type Service } from '../service.js'
import { TOPIC } from './messaging.js'
import { BUCKET } from './s3.js'

/** A trail has one home region; its shadow trails in other regions share the name. */
const TRAIL = new Kind('AWS::CloudTrail::Trail', 'arn:P:cloudtrail:R:A:trail/NAME')
const EVENT_DATA_STORE = new Kind(
  'AWS::CloudTrail::EventDataStore',
  'arn:P:cloudtrail:R:A:eventdatastore/NAME',
)
const CHANNEL = new Kind('AWS::CloudTrail::Channel', 'arn:P:cloudtrail:R:A:channel/NAME')

export const cloudtrail: Service = {
  name: 'cloudtrail',
  sources: ['cloudtrail'],
  parameters: {
    trailName: TRAIL,
    trailARN: GIVEN,
    trailNameList: TRAIL,
    s3BucketName: BUCKET,
    snsTopicName: TOPIC,
    eventDataStore: EVENT_DATA_STORE,
    channel: CHANNEL,
    resourceIdList: GIVEN,
    queryId: new Kind('cloudtrail lake query', null),
  },
  calls: [{ name: /Trail|Logging|(?:Event|Insight)Selectors/, parameters: { name: TRAIL } }],
}
