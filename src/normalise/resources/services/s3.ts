import type { JsonObject } from '../../../model/record.js'
import type { ResourceRole } from '../../../model/resource.js'
import { readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { ACCOUNT, CANNED_ACL, GRANT_HEADER, GRANTEE, GRANTEE_GROUP } from '../grantees.js'
import { Kind } from '../kind.js'
import { GIVEN, type Service, as, reads } from '../service.js'
import { KEY } from './kms-key.js'

const bucketName = (value: string): string | null =>
  value.includes('/') || value.includes('*') ? null : value

export const BUCKET = new Kind('AWS::S3::Bucket', 'arn:P:s3:::NAME', { nameless: true, name: bucketName })
export const OBJECT = new Kind('AWS::S3::Object', 'arn:P:s3:::NAME', { nameless: true })
const PREFIX = new Kind('object prefix', 'arn:P:s3:::NAME', { nameless: true })
const ACCESS_POINT = new Kind('AWS::S3::AccessPoint', 'arn:P:s3:R:A:accesspoint/NAME')

export const s3: Service = {
  name: 's3',
  sources: ['s3'],
  parameters: {
    bucketName: BUCKET,
    bucket: BUCKET,
    targetBucket: BUCKET,
    accessPointName: ACCESS_POINT,
    configurationARN: GIVEN,
    'x-amz-copy-source': reads(readCopySource, 'source'),
    copySource: reads(readCopySource, 'source'),
    'x-amz-server-side-encryption-aws-kms-key-id': KEY,
    kmsMasterKeyId: KEY,
    'x-amz-acl': CANNED_ACL,
    'x-amz-grant-full-control': GRANT_HEADER,
    'x-amz-grant-read': GRANT_HEADER,
    'x-amz-grant-read-acp': GRANT_HEADER,
    'x-amz-grant-write': GRANT_HEADER,
    'x-amz-grant-write-acp': GRANT_HEADER,
  },
  within: {
    Grantee: { ID: GRANTEE, URI: GRANTEE_GROUP },
    Destination: { Bucket: as(BUCKET, 'target'), Account: ACCOUNT },
  },
  calls: [{ name: /AccessPoint/, parameters: { name: ACCESS_POINT } }],
  compose: readPlace,
}

/** A bucket and the object in it; without a bucket name, the bucket in the host. */
function readPlace(parameters: JsonObject, found: Found): void {
  const bucket = parameters['bucketName'] ?? parameters['bucket']
  if (typeof bucket !== 'string' || bucket === '') {
    readHost(parameters, found)
    return
  }
  const key = parameters['key']
  if (typeof key === 'string' && key !== '') addWithin(bucket, key, OBJECT, found)
  const prefix = parameters['prefix']
  if (typeof prefix === 'string' && prefix !== '') addWithin(bucket, prefix, PREFIX, found)
}

export function addWithin(
  bucket: string,
  key: string,
  kind: Kind,
  found: Found,
  role: ResourceRole = 'target',
): void {
  if (bucket.startsWith('arn:') || !isUsable(bucket) || !isUsable(key)) return
  found.kind(kind, `${bucket}/${key}`, role)
}

/** `/bucket/key`, `bucket/key?versionId=…`, URL-encoded; or the ARN of an object of an access point. */
function readCopySource(value: string, found: Found, role: ResourceRole): void {
  const path = decoded(value.replace(/\?versionId=.*$/s, '').replace(/^\//, ''))
  if (path.startsWith('arn:')) found.arn(path, role)
  else if (path.includes('/') && isUsable(path)) found.kind(OBJECT, path, role)
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** `bucket.s3.region.amazonaws.com`, also with `s3-region`; `account.s3-control.…` is not a bucket. */
const VIRTUAL_HOST =
  /^(.{3,63})\.s3(?:-(?!control)[a-z0-9-]+)?(?:\.dualstack)?(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/

function readHost(parameters: JsonObject, found: Found): void {
  const host = readString(parameters['Host'])
  if (host === null || !host.includes('.s3')) return
  const bucket = VIRTUAL_HOST.exec(host)?.[1]
  if (bucket !== undefined) found.kind(BUCKET, bucket, 'target')
}

const S3_URL = /^https:\/\/([^/]+)\/([^?#]+)/
const PATH_HOST = /^s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/

/** The URL of an object, with the bucket in the host or the path. */
export function readS3Url(value: string, found: Found, role: ResourceRole): void {
  const [, host = '', path = ''] = S3_URL.exec(value) ?? []
  const bucket = VIRTUAL_HOST.exec(host)?.[1]
  if (bucket !== undefined) addWithin(bucket, decoded(path), OBJECT, found, role)
  else if (PATH_HOST.test(host) && path.includes('/')) found.kind(OBJECT, decoded(path), role)
}
