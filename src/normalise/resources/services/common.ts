/** Parameters with the same meaning in every service. A service's own table takes precedence. */
import { readId } from '../ids.js'
import { GIVEN, type Service, reads } from '../service.js'
import { KEY } from './kms-key.js'
import { BUCKET } from './s3.js'

const ID = reads(readId)
const SOURCE_ID = reads(readId, 'source')

export const common: Service = {
  name: 'common',
  sources: ['*'],
  parameters: {
    kmsKeyId: KEY,
    kmsKeyArn: KEY,
    kmsKey: KEY,
    kmsMasterKeyId: KEY,
    masterKeyId: KEY,
    encryptionKeyArn: KEY,
    roleArn: GIVEN,
    resourceArn: GIVEN,
    bucketName: BUCKET,
    s3BucketName: BUCKET,
    s3Bucket: BUCKET,
    outputS3BucketName: BUCKET,
    launchTemplateId: ID,
    instanceId: ID,
    instanceIds: ID,
    volumeId: ID,
    volumeIds: ID,
    snapshotId: ID,
    snapshotIds: ID,
    sourceSnapshotId: SOURCE_ID,
    imageId: ID,
    vpcId: ID,
    subnetId: ID,
    subnetIds: ID,
    subnets: ID,
    securityGroupId: ID,
    securityGroupIds: ID,
    securityGroups: ID,
    vpcSecurityGroupIds: ID,
    networkInterfaceId: ID,
    networkInterfaceIds: ID,
    vpcEndpointId: ID,
  },
}
