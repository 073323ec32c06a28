/** The record's own `resources[]`, in all spellings (trails, Lake, lookup output). */
import type { ResourceRole } from '../../model/resource.js'
import { readDeclaredArn } from './arns.js'
import { type Found, isUsable } from './resource-collector.js'
import { idKind } from './ids.js'
import { Kind } from './kind.js'

const BUCKET = new Kind('AWS::S3::Bucket', 'arn:P:s3:::NAME', { nameless: true })

/** Field names of an entry in trails, Lake and lookup output. */
export const DECLARED_FIELDS: ReadonlyMap<string, 'arn' | 'prefix' | 'type' | 'name'> = new Map([
  ['ARN', 'arn'],
  ['arn', 'arn'],
  ['ARNPrefix', 'prefix'],
  ['arnPrefix', 'prefix'],
  ['arnprefix', 'prefix'],
  ['type', 'type'],
  ['resourceType', 'type'],
  ['ResourceType', 'type'],
  ['resourceName', 'name'],
  ['ResourceName', 'name'],
])

const MAX_TYPE = 200

/** One entry; absent fields are `''`. */
export function addDeclared(arn: string, type: string, name: string, found: Found): void {
  const given = arn === '' && name.startsWith('arn:') ? name : arn
  const declared = type === '' || type.length > MAX_TYPE ? null : type
  if (given !== '') addArn(given, declared, found)
  else if (name !== '') addName(name, declared, found)
}

function addArn(arn: string, type: string | null, found: Found): void {
  if (!isUsable(arn) || !arn.startsWith('arn:')) return
  if (type === 'AWS::S3::Object' || type === 'AWS::S3::Bucket' || type === 'object prefix') {
    found.add(arn, type, null, false, 'target')
    return
  }
  const facts = readDeclaredArn(arn)
  const known = type ?? facts.type
  found.add(facts.arn, known, facts.name, false, roleOf(known, found))
}

/** Lookup output has names: `{resourceType: "AWS::EC2::Instance", resourceName: "i-…"}`. */
function addName(name: string, type: string | null, found: Found): void {
  if (type === BUCKET.type) {
    found.kind(BUCKET, name, 'target')
    return
  }
  const kind = idKind(name, found.context.eventSource)
  if (kind !== null && (type === null || kind.type === type)) found.kind(kind, name, 'target')
  else if (isUsable(name)) found.add(null, type, name, false, roleOf(type, found))
}

/** In its own service's records a key is the target. */
function roleOf(type: string | null, found: Found): ResourceRole {
  if (type === 'AWS::KMS::Key' || type === 'AWS::KMS::Alias') {
    return found.context.eventSource === 'kms.amazonaws.com' ? 'target' : 'key'
  }
  return type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy' ? 'policy' : 'target'
}
