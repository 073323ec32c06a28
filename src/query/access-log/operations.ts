/**
 * CloudTrail events and the access-log operations for the same requests. Source: S3 User Guide, server access log
 * format; only pairs that differ in spelling alone.
 */
import { fitsPieces } from '../../model/wildcard.js'
import type { Touch } from '../../model/resource-list.js'

const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  getobject: ['REST.GET.OBJECT', 'WEBSITE.GET.OBJECT'],
  headobject: ['REST.HEAD.OBJECT', 'WEBSITE.HEAD.OBJECT'],
  putobject: ['REST.PUT.OBJECT', 'REST.POST.OBJECT'],
  deleteobject: ['REST.DELETE.OBJECT', 'BATCH.DELETE.OBJECT'],
  deleteobjects: ['REST.POST.MULTI_OBJECT_DELETE', 'BATCH.DELETE.OBJECT'],
  copyobject: ['REST.COPY.OBJECT', 'REST.COPY.OBJECT_GET'],
  createmultipartupload: ['REST.POST.UPLOADS'],
  uploadpart: ['REST.PUT.PART'],
  uploadpartcopy: ['REST.COPY.PART', 'REST.COPY.PART_GET'],
  completemultipartupload: ['REST.POST.UPLOAD'],
  abortmultipartupload: ['REST.DELETE.UPLOAD'],
  listparts: ['REST.GET.UPLOAD'],
  listmultipartuploads: ['REST.GET.UPLOADS'],
  listobjects: ['REST.GET.BUCKET'],
  listobjectversions: ['REST.GET.BUCKETVERSIONS'],
  headbucket: ['REST.HEAD.BUCKET'],
  createbucket: ['REST.PUT.BUCKET'],
  deletebucket: ['REST.DELETE.BUCKET'],
  getbucketacl: ['REST.GET.ACL'],
  getobjectacl: ['REST.GET.ACL'],
  putbucketacl: ['REST.PUT.ACL'],
  putobjectacl: ['REST.PUT.ACL'],
  getobjecttagging: ['REST.GET.OBJECT_TAGGING'],
  putobjecttagging: ['REST.PUT.OBJECT_TAGGING'],
  deleteobjecttagging: ['REST.DELETE.OBJECT_TAGGING'],
  getbucketlocation: ['REST.GET.LOCATION'],
  getbucketpolicy: ['REST.GET.BUCKETPOLICY'],
  putbucketpolicy: ['REST.PUT.BUCKETPOLICY'],
  deletebucketpolicy: ['REST.DELETE.BUCKETPOLICY'],
  getbucketversioning: ['REST.GET.VERSIONING'],
  putbucketversioning: ['REST.PUT.VERSIONING'],
  getbucketlogging: ['REST.GET.LOGGING_STATUS'],
  putbucketlogging: ['REST.PUT.LOGGING_STATUS'],
  getbucketlifecycle: ['REST.GET.LIFECYCLE'],
  putbucketlifecycle: ['REST.PUT.LIFECYCLE'],
  getbucketencryption: ['REST.GET.ENCRYPTION'],
  putbucketencryption: ['REST.PUT.ENCRYPTION'],
  getbucketreplication: ['REST.GET.REPLICATION'],
  putbucketreplication: ['REST.PUT.REPLICATION'],
}

/** Operations of an event name in any case, with `*` for any letters; empty if access logs have none. */
export function operationsOf(eventName: string): readonly string[] {
  const name = eventName.toLowerCase()
  if (!name.includes('*')) return Object.hasOwn(OPERATIONS, name) ? (OPERATIONS[name] ?? []) : []
  const parts = name.split('*')
  return Object.entries(OPERATIONS).flatMap(([event, operations]) =>
    fitsPieces(event, parts) ? operations : [],
  )
}

const READS = /^(?:REST\.(?:GET|HEAD|OPTIONS|SELECT)\.|REST\.COPY\..+_GET$|WEBSITE\.)/
const DELETES_OBJECT =
  /^(?:REST\.DELETE\.OBJECT|SOAP\.DeleteObject|BATCH\.DELETE\.OBJECT|S3\.(?:EXPIRE|DELETE)\.OBJECT|S3\.CREATE\.DELETEMARKER)$/
const ACCESS = /\.(?:ACL|BUCKETPOLICY|PUBLIC_ACCESS_BLOCK|PUBLICACCESSBLOCK)$/

/** What an operation did to an object, to the bucket that holds it, or to a bucket itself. */
export function touchOfOperation(operation: string, to: 'object' | 'object in bucket' | 'bucket'): Touch {
  if (READS.test(operation)) return 'read'
  if (DELETES_OBJECT.test(operation)) return to === 'object' ? 'deleted' : 'written'
  if (ACCESS.test(operation) && to !== 'object in bucket')
    return operation.includes('.DELETE.') ? 'unshared' : 'shared'
  if (to === 'bucket' && operation === 'REST.PUT.BUCKET') return 'created'
  if (to === 'bucket' && operation === 'REST.DELETE.BUCKET') return 'deleted'
  return to === 'object in bucket' || operation === 'REST.POST.MULTI_OBJECT_DELETE' ? 'written' : 'changed'
}

/** Read-only operations, as SQLite patterns. */
export const READING_OPERATIONS = [
  'REST.GET.%',
  'REST.HEAD.%',
  'REST.OPTIONS.%',
  'REST.SELECT.%',
  'REST.COPY.%\\_GET',
  'WEBSITE.%',
] as const
