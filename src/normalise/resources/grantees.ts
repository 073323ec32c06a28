/** Grantees: accounts, everyone, services, canonical users. */
import type { ResourceRole } from '../../model/resource.js'
import type { Found } from './resource-collector.js'
import { Kind } from './kind.js'
import { type Rule, reads } from './service.js'

const twelveDigits = (value: string): string | null => (/^\d{12}$/.test(value) ? value : null)

export const ACCOUNT = new Kind('account', 'arn:P:iam::NAME:root', { name: twelveDigits })

/** An account ID, `all`, `*` or a service, as in sharing calls. */
export const GRANTEE: Rule = reads(readGrantee, 'grantee')
/** Same, for those who lose access. */
export const REVOKED: Rule = reads(readGrantee, 'revoked')
/** An address range, if it is all addresses. */
export const ADDRESS_RANGE: Rule = reads(readRange, 'grantee')
/** The value of an `x-amz-grant-…` header: `uri="…", id="…"`. */
export const GRANT_HEADER: Rule = reads(readGrantHeader, 'grantee')
/** `public-read` and others. */
export const CANNED_ACL: Rule = reads(readCannedAcl, 'grantee')
/** `http://acs.amazonaws.com/groups/global/AllUsers` */
export const GRANTEE_GROUP: Rule = reads(readGroup, 'grantee')

export function readGrantee(value: string, found: Found, role: ResourceRole): void {
  if (/^\d{12}$/.test(value)) found.kind(ACCOUNT, value, role)
  else if (value === 'all' || value === '*') found.named('everyone', 'all', role)
  else if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/.test(value))
    found.named('service', value, role)
  else if (/^[0-9a-f]{64}$/.test(value)) found.named('canonical user', value, role)
}

function readRange(value: string, found: Found, role: ResourceRole): void {
  if (value === '0.0.0.0/0' || value === '::/0') found.named('everyone', 'all', role)
}

function readGrantHeader(value: string, found: Found, role: ResourceRole): void {
  for (const [, word = '', id = ''] of value.matchAll(/(uri|id|emailAddress)\s*=\s*"?([^",\s]+)/gi)) {
    if (word.toLowerCase() === 'uri') readGroup(id, found, role)
    else if (word.toLowerCase() === 'id') readGrantee(id, found, role)
    else found.named('e-mail address', id, role)
  }
}

function readCannedAcl(value: string, found: Found, role: ResourceRole): void {
  if (value === 'public-read' || value === 'public-read-write') found.named('everyone', 'all', role)
  else if (value === 'authenticated-read') found.named('everyone', 'authenticated users', role)
}

function readGroup(value: string, found: Found, role: ResourceRole): void {
  if (value.endsWith('/global/AllUsers')) found.named('everyone', 'all', role)
  else if (value.endsWith('/global/AuthenticatedUsers')) found.named('everyone', 'authenticated users', role)
}
