/** The record's own `resources[]`, in all its spellings (trails, Lake, lookup output). */
import type { ResourceRole } from '../../model/resource.js'
import { readDeclaredArn } from './arns.js'
import { type Found, isUsable } from './found.js'
import { idKind } from './ids.js'
import { Kind } from './kind.js'

const BUCKET = new Kind('AWS::S3::Bucket', 'arn:P:s3:::NAME', { nameless: true })

/** What the fields of an entry are called: in trails, in Lake, in lookup output. */
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

/** One entry; `''` stands for what it does not say. */
export function addDeclared(arn: string, type: string, name: string, found: Found): void {
  const given = arn === '' && name.startsWith('arn:') ? name : arn
  const said = type === '' || type.length > MAX_TYPE ? null : type
  if (given !== '') addArn(given, said, found)
  else if (name !== '') addName(name, said, found)
}

function addArn(arn: string, type: string | null, found: Found): void {
  if (!isUsable(arn) || !arn.startsWith('arn:')) return
  if (type === 'AWS::S3::Object' || type === 'AWS::S3::Bucket' || type === 'object prefix') {
    found.add(arn, type, null, false, 'target')
    return
  }
  const facts = readDeclaredArn(arn)
  const said = type ?? facts.type
  found.add(facts.arn, said, facts.name, false, roleOf(said, found))
}

/** Lookup output gives names: `{resourceType: "AWS::EC2::Instance", resourceName: "i-…"}`. */
function addName(name: string, type: string | null, found: Found): void {
  if (type === BUCKET.type) {
    found.kind(BUCKET, name, 'target')
    return
  }
  const kind = idKind(name, found.context.eventSource)
  if (kind !== null && (type === null || kind.type === type)) found.kind(kind, name, 'target')
  else if (isUsable(name)) found.add(null, type, name, false, roleOf(type, found))
}

/** In its own service's records a key is what is acted on. */
function roleOf(type: string | null, found: Found): ResourceRole {
  if (type === 'AWS::KMS::Key' || type === 'AWS::KMS::Alias') {
    return found.context.eventSource === 'kms.amazonaws.com' ? 'target' : 'key'
  }
  return type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy' ? 'policy' : 'target'
}
