/** Grantees of policies: the principals of Allow statements. */
import { isJsonObject, type JsonObject } from '../../model/record.js'
import type { Found } from './resource-collector.js'
import { readGrantee } from './grantees.js'

/**
 * Calls that set a resource policy or the trust policy of a role. Policies of users, groups and roles have no
 * principal.
 */
const BRINGS_POLICY =
  /^(?:Put|Set|Create|Update|Add|Replace)\w*(?:Policy|Permission)|^(?:CreateRole|(?:Create|Replicate)Key|(?:Create|Set)(?:Queue|Topic)(?:Attributes)?)$/
/** `bucketPolicy.Statement` and values in a list of attributes are no deeper. */
const MAX_DEPTH = 4
/** An identity provider without an ARN: `accounts.google.com`. */
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/

export function bringsPolicy(eventName: string): boolean {
  return BRINGS_POLICY.test(eventName)
}

/** Policies are JSON in a string, or an object (S3). */
export function readPolicies(value: unknown, found: Found, depth = 0): void {
  if (typeof value === 'string') {
    if (value.includes('Principal"')) readPolicies(parsed(value), found, MAX_DEPTH)
  } else if (Array.isArray(value)) {
    if (depth < MAX_DEPTH)
      for (const each of value as readonly unknown[]) readPolicies(each, found, depth + 1)
  } else if (isJsonObject(value)) {
    if (value['Statement'] !== undefined) readStatements(value['Statement'], found)
    else if (depth < MAX_DEPTH) for (const key in value) readPolicies(value[key], found, depth + 1)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function readStatements(statements: unknown, found: Found): void {
  for (const statement of listOf(statements)) {
    if (!isJsonObject(statement) || statement['Effect'] === 'Deny') continue
    const everyone = statement['Condition'] === undefined ? 'all' : 'all, under conditions'
    if (statement['NotPrincipal'] !== undefined) found.named('everyone', 'all but some', 'grantee')
    readPrincipal(statement['Principal'], everyone, found)
  }
}

/** `"*"`, or `{AWS, Service, Federated, CanonicalUser: one or a list}`. */
function readPrincipal(principal: unknown, everyone: string, found: Found): void {
  if (typeof principal === 'string') readOne('AWS', principal, everyone, found)
  else if (isJsonObject(principal)) for (const kind in principal) readAll(kind, principal, everyone, found)
}

function readAll(kind: string, principal: JsonObject, everyone: string, found: Found): void {
  for (const value of listOf(principal[kind]))
    if (typeof value === 'string') readOne(kind, value, everyone, found)
}

function readOne(kind: string, value: string, everyone: string, found: Found): void {
  if (value === '*') found.named('everyone', everyone, 'grantee')
  else if (value.startsWith('arn:')) found.arn(value, 'grantee')
  else if (kind === 'Federated' && HOST.test(value)) found.named('identity provider', value, 'grantee')
  else if (/^A[A-Z]{3}[A-Z0-9]{12,}$/.test(value)) found.named('deleted principal', value, 'grantee')
  else readGrantee(value, found, 'grantee')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}
