/** SNS and SQS. */
import type { ResourceRole } from '../../../model/resource.js'
import { type Found, isUsable } from '../resource-collector.js'
import { GRANTEE } from '../grantees.js'
import { Kind } from '../kind.js'
import { GIVEN, type Service, reads } from '../service.js'

export const TOPIC = new Kind('AWS::SNS::Topic', 'arn:P:sns:R:A:NAME')
const QUEUE = new Kind('AWS::SQS::Queue', 'arn:P:sqs:R:A:NAME')

export const sns: Service = {
  name: 'sns',
  sources: ['sns'],
  parameters: { topicArn: GIVEN, subscriptionArn: GIVEN, targetArn: GIVEN },
  calls: [
    { name: /^CreateTopic$/, parameters: { name: TOPIC } },
    { name: /^AddPermission$/, parameters: { aWSAccountId: GRANTEE } },
  ],
}

export const sqs: Service = {
  name: 'sqs',
  sources: ['sqs'],
  parameters: { queueUrl: reads(readQueueUrl), queueName: QUEUE, sourceArn: GIVEN, destinationArn: GIVEN },
  calls: [{ name: /^AddPermission$/, parameters: { aWSAccountIds: GRANTEE } }],
}

const QUEUE_URL = /^https?:\/\/([^/]+)\/(\d{12})\/([^/?#]+)\/?$/
const REGION = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d)\./

/** `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`; the old host `queue.amazonaws.com` has no region. */
function readQueueUrl(value: string, found: Found, role: ResourceRole): void {
  const match = QUEUE_URL.exec(value)
  if (match === null || !isUsable(value)) return
  const [, host = '', account = '', name = ''] = match
  const region = REGION.exec(host)?.[1] ?? found.context.region
  found.add(QUEUE.arn(name, { ...found.context, region, account }), QUEUE.type, name, true, role)
}
