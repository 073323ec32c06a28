/** A KMS key in any spelling: UUID, `mrk-…`, `alias/…`. */
import type { ResourceRole } from '../../../model/resource.js'
import { type Found, isUsable } from '../resource-collector.js'
import { Kind } from '../kind.js'
import { reads } from '../service.js'

const KMS_KEY = new Kind('AWS::KMS::Key', 'arn:P:kms:R:A:key/NAME')
const KMS_ALIAS = new Kind('AWS::KMS::Alias', 'arn:P:kms:R:A:NAME')

export function readKey(value: string, found: Found, role: ResourceRole): void {
  if (value.startsWith('alias/')) found.kind(KMS_ALIAS, value, role)
  else if (isKeyId(value)) found.kind(KMS_KEY, value, role)
}

/** S3 also has `aws/s3` and `true`, which are not keys. */
function isKeyId(value: string): boolean {
  return isUsable(value) && /^(?:mrk-[0-9a-z]+|[0-9a-z]{8}-(?:[0-9a-z]{4}-){3}[0-9a-zA-Z]{12})$/i.test(value)
}

/** A key used by another service. */
export const KEY = reads(readKey, 'key')
