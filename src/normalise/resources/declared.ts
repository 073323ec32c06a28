/** The record's own `resources[]`, in all its spellings (trails, Lake, lookup output). */
import type { JsonObject } from '../../model/record.js'
import type { ResourceRole } from '../../model/resource.js'
import { readDeclaredArn } from './arns.js'
import { type Found, isUsable } from './found.js'
import { idKind } from './ids.js'
import { Kind } from './kind.js'

const BUCKET = new Kind('AWS::S3::Bucket', 'arn:P:s3:::NAME', { nameless: true })

export function readDeclared(entry: JsonObject, found: Found): void {
  let arn = ''
  let type: string | null = null
  let name = ''
  for (const key in entry) {
    const value = entry[key]
    if (typeof value !== 'string') continue
    switch (key) {
      case 'ARN':
      case 'arn':
      case 'ARNPrefix':
      case 'arnPrefix':
      case 'arnprefix':
        arn = value
        break
      case 'type':
      case 'ResourceType':
      case 'resourceType':
        type = value === '' ? null : value
        break
      case 'ResourceName':
      case 'resourceName':
        name = value
        break
    }
  }
  if (arn === '' && name.startsWith('arn:')) arn = name
  if (arn !== '') addArn(arn, type, found)
  else if (name !== '') addName(name, type, found)
}

function addArn(arn: string, type: string | null, found: Found): void {
  if (!isUsable(arn) || !arn.startsWith('arn:')) return
  if (type === 'AWS::S3::Object' || type === 'AWS::S3::Bucket') {
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
  const kind = idKind(name)
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
