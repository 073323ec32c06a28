import { readId } from '../ids.js'
import { Kind } from '../kind.js'
import { type Service, reads } from '../service.js'
import { readS3Url } from './s3.js'

/** ARNs end in a UUID that the name lacks. */
const STACK = new Kind('AWS::CloudFormation::Stack', null)
const STACK_SET = new Kind('AWS::CloudFormation::StackSet', null)

export const cloudformation: Service = {
  name: 'cloudformation',
  sources: ['cloudformation'],
  parameters: {
    stackName: STACK,
    stackId: STACK,
    stackSetName: STACK_SET,
    changeSetName: new Kind('change set', null),
    templateURL: reads(readS3Url, 'source'),
    physicalResourceId: reads(readId),
  },
}
