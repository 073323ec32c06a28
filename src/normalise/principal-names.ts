import type { Caller, Identity, IdentityName, PrincipalKind } from '../model/principal.js'
import { readPrincipalArn, type PrincipalArn } from '../model/principal-arn.js'
import { withoutGitHubIds } from './principal-key.js'
import { ownLabel } from './principal-label.js'
import { accountOf, invokingService, isAccountId } from './recorded-identity.js'
import { known } from './redaction.js'

/** Collects names. The first kind given for a name wins, so more specific kinds are added first. */
class NameSet {
  readonly #kinds = new Map<string, string>()

  add(kind: string, name: string | null): void {
    const folded = known(name)?.toLowerCase()
    if (folded !== undefined && !this.#kinds.has(folded)) this.#kinds.set(folded, kind)
  }

  list(): IdentityName[] {
    return Array.from(this.#kinds, ([name, kind]) => ({ name, kind }))
  }
}

/**
 * Every string that finds an identity. Derived from its columns only, so that equal identities have equal names.
 * Source: CloudTrail User Guide, "userIdentity element"; IAM User Guide, "IAM identifiers".
 */
export function namesOf(identity: Identity): IdentityName[] {
  const names = new NameSet()
  addArn(names, identity.principal_arn)
  addAccount(names, identity)
  addOwnNames(names, identity)
  addId(names, identity.principal_id)
  addIssuer(names, identity)
  if (isAccessKey(identity.access_key_id)) names.add('access-key', identity.access_key_id)
  names.add('identity-center-user', identity.identity_center_user_id)
  names.add('credential', identity.credential_id)
  names.add('source-identity', identity.source_identity)
  names.add('provider', identity.identity_provider)
  addServices(names, identity)
  addSession(names, identity)
  return names.list()
}

/** Those of them that follow from what the sessions of a caller share. Made from its columns alone, too. */
export function callerNamesOf(caller: Caller): IdentityName[] {
  const names = new NameSet()
  const { principal_kind: kind, principal_account_id: account, user_name: name } = caller
  if (isAccountId(account)) names.add('account', account)
  addUserName(names, kind, name)
  if (kind === 'root') names.add('name', 'root')
  addIssuer(names, caller)
  names.add('identity-center-user', caller.identity_center_user_id)
  names.add('provider', caller.identity_provider)
  addServices(names, caller)
  return names.list()
}

/** An ARN in every equivalent spelling: a session's ARN lacks the path, its role's ARN has it. */
function addArn(names: NameSet, arn: string | null): void {
  const parsed = readPrincipalArn(arn)
  names.add(ARN_KINDS.get(parsed?.kind ?? '') ?? 'arn', arn)
  if (parsed === null) return
  if (parsed.kind === 'user') names.add('arn', iamArn(parsed, `user/${parsed.name}`))
  if (parsed.kind === 'root') names.add('arn', iamArn(parsed, 'root'))
  if (parsed.kind !== 'role' && parsed.kind !== 'assumed-role') return
  names.add('role-arn', iamArn(parsed, `role/${parsed.name}`))
  // Insights events name roles in this form.
  names.add('role-arn', `arn:${parsed.partition}:sts::${parsed.account}:assumed-role/${parsed.name}`)
  names.add('name', parsed.name)
  addPermissionSet(names, parsed.name)
}

const ARN_KINDS: ReadonlyMap<string, string> = new Map([
  ['role', 'role-arn'],
  ['assumed-role', 'session-arn'],
])

function iamArn(arn: PrincipalArn, resource: string): string {
  return `arn:${arn.partition}:iam::${arn.account}:${resource}`
}

/** IAM Identity Center names its roles `AWSReservedSSO_PERMISSION-SET_SUFFIX`. */
function addPermissionSet(names: NameSet, role: string): void {
  names.add('permission-set', /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(role)?.[1] ?? null)
}

function addAccount(names: NameSet, identity: Identity): void {
  const account = accountOf(identity)
  if (isAccountId(account)) names.add('account', account)
  // An anonymous caller's only name is the word in place of its account.
  else if (identity.principal_kind === 'unknown') names.add('name', identity.principal_account_id)
}

function addOwnNames(names: NameSet, identity: Identity): void {
  const kind = identity.principal_kind
  addUserName(names, kind, identity.user_name)
  if (kind === 'external-subject' && identity.principal_id !== null)
    names.add('id', withoutGitHubIds(identity.principal_id))
  if (kind === 'root') {
    names.add('name', 'root')
    names.add('name', ownLabel(identity, kind))
  }
  if (kind === 'user') names.add('name', readPrincipalArn(identity.principal_arn)?.name ?? null)
  if (kind === 'federated-user') names.add('name', identity.session_name)
}

function addUserName(names: NameSet, kind: PrincipalKind, name: string | null): void {
  names.add(kind === 'identity-center-user' ? 'identity-center-user' : 'name', name)
  if (kind === 'external-subject' && name !== null) names.add('name', withoutGitHubIds(name))
}

/** `AROA…:SESSION` is also found by `AROA…`. Network-activity events have the caller's access key here. */
function addId(names: NameSet, id: string | null): void {
  if (id === null) return
  names.add(/^A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}$/i.test(id) ? 'access-key' : 'id', id)
  names.add('id', /^(A(?:ROA|IDA)[A-Z0-9]+):/i.exec(id)?.[1] ?? null)
}

/** A role's session is the role itself; any other session was issued by someone else. */
function addIssuer(names: NameSet, identity: Caller): void {
  const { session_issuer_arn: arn, session_issuer_id: id, session_issuer_name: name } = identity
  if (identity.principal_kind === 'role' || identity.principal_type === 'AssumedRole') {
    addArn(names, arn)
    names.add('id', id)
    names.add('name', name)
    return
  }
  const parsed = readPrincipalArn(arn)
  names.add('issuer', arn)
  if (parsed?.kind === 'user') names.add('issuer', iamArn(parsed, `user/${parsed.name}`))
  names.add('issuer', id)
  names.add('issuer', name)
}

/** A session name is chosen by the caller: its kind separates it from names assigned by AWS, which come first. */
function addSession(names: NameSet, identity: Identity): void {
  names.add('session', identity.session_name)
  if (identity.principal_type === 'AssumedRole')
    names.add('session', ownLabel(identity, identity.principal_kind))
}

/** Tests the form of a key ID: records also have phrases and placeholders in place of keys. */
function isAccessKey(key: string | null): boolean {
  return key !== null && /^A[A-Z]{3}[A-Z0-9]{12,}$/i.test(key)
}

function addServices(names: NameSet, identity: Caller): void {
  const acting = identity.principal_kind === 'service'
  const service = acting ? known(identity.invoked_by) : invokingService(identity)
  const kind = acting ? 'service' : 'via-service'
  names.add(kind, service)
  names.add(kind, service?.replace(/\.amazonaws\.com(?:\.cn)?$/, '') ?? null)
}
