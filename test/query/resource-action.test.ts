import { expect, it } from 'vitest'
import type { ResourceRole } from '../../src/model/resource.js'
import type { Touch } from '../../src/model/resource-list.js'
import { touchOf } from '../../src/query/resources/resource-action.js'

const BUCKET = 'AWS::S3::Bucket'

it.each<
  [
    eventName: string,
    type: string | null,
    touch: Touch,
    over?: {
      readOnly?: number | null
      category?: string
      role?: ResourceRole
      grantees?: boolean
      removes?: boolean
    },
  ]
>([
  ['CreateBucket', BUCKET, 'created'],
  ['RunInstances', 'AWS::EC2::Instance', 'created', { role: 'created' }],
  ['RunInstances', 'AWS::EC2::Subnet', 'changed'],
  ['DeleteBucket', BUCKET, 'deleted'],
  ['DeleteBucketPolicy', BUCKET, 'unshared'],
  ['DeleteObject', BUCKET, 'written', { category: 'Data' }],
  ['DeleteObject', 'AWS::S3::Object', 'deleted', { category: 'Data' }],
  ['PutObject', 'AWS::S3::Object', 'changed', { category: 'Data' }],
  ['PutObject', BUCKET, 'written', { category: 'Data' }],
  ['TerminateInstances', 'AWS::EC2::Instance', 'deleted'],
  ['ReleaseAddress', 'AWS::EC2::EIP', 'deleted'],
  ['ScheduleKeyDeletion', 'AWS::KMS::Key', 'deleted'],
  ['DeleteAlias', 'AWS::KMS::Key', 'changed'],
  ['DeleteDBSnapshot', 'AWS::RDS::DBSnapshot', 'deleted'],
  ['DeleteAccessKey', 'access key', 'deleted'],
  ['DeleteAccessKey', 'AWS::IAM::User', 'changed'],
  ['PutBucketPolicy', BUCKET, 'shared'],
  ['PutBucketAcl', BUCKET, 'shared'],
  ['DeletePublicAccessBlock', BUCKET, 'unshared'],
  ['ModifySnapshotAttribute', 'AWS::EC2::Snapshot', 'changed'],
  ['ModifySnapshotAttribute', 'AWS::EC2::Snapshot', 'shared', { grantees: true }],
  ['ModifySnapshotAttribute', 'AWS::EC2::Snapshot', 'unshared', { grantees: true, removes: true }],
  ['ListDelegatedAdministrators', 'service', 'read', { role: 'grantee', readOnly: 1 }],
  ['AddPermission', 'AWS::Lambda::Function', 'shared'],
  ['RemovePermission', 'AWS::Lambda::Function', 'unshared'],
  ['CreateGrant', 'AWS::KMS::Key', 'shared'],
  ['UpdateAssumeRolePolicy', 'AWS::IAM::Role', 'shared'],
  ['AttachRolePolicy', 'AWS::IAM::Role', 'changed'],
  ['CreatePolicy', 'AWS::IAM::Policy', 'created'],
  ['ModifyImageAttribute', 'account', 'shared', { role: 'grantee' }],
  ['GetObject', BUCKET, 'read', { readOnly: 1 }],
  ['GetObject', BUCKET, 'read', { readOnly: null }],
  ['Getaway', BUCKET, 'changed', { readOnly: null }],
  ['AssumeRole', 'AWS::IAM::Role', 'used', { readOnly: 1 }],
  ['Decrypt', 'AWS::KMS::Key', 'used', { readOnly: 1, role: 'key' }],
  ['CreateFunction', 'AWS::IAM::Role', 'used', { role: 'mentioned' }],
  ['DescribeInstances', 'AWS::EC2::Instance', 'read', { readOnly: 1, role: 'mentioned' }],
  ['DeleteThing', null, 'changed'],
])('%s of %s: %s', (eventName, type, touch, over = {}) => {
  const { readOnly = 0, category = null, role = 'target', grantees = false, removes = false } = over
  expect(touchOf({ eventName, readOnly, category, removes }, role, type, grantees)).toBe(touch)
})
