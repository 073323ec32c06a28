import { GIVEN, GIVEN_SOURCE, type Service } from '../service.js'
import { BUCKET } from './s3.js'

export const datasync: Service = {
  name: 'datasync',
  sources: ['datasync'],
  parameters: {
    taskArn: GIVEN,
    taskExecutionArn: GIVEN,
    sourceLocationArn: GIVEN_SOURCE,
    destinationLocationArn: GIVEN,
    locationArn: GIVEN,
    agentArn: GIVEN,
    agentArns: GIVEN,
    onPremArns: GIVEN,
    cloudWatchLogGroupArn: GIVEN,
    s3BucketArn: GIVEN,
    bucketAccessRoleArn: GIVEN,
    efsFilesystemArn: GIVEN,
    fsxFilesystemArn: GIVEN,
    bucketName: BUCKET,
  },
}
