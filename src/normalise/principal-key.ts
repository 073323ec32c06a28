import type { PrincipalKind } from '../model/principal.js'
import { accountOf, isAccountId, roleNameOf, type RecordedIdentity } from './recorded-identity.js'
import { known } from './redaction.js'

export interface PrincipalKey {
  readonly principal_kind: PrincipalKind
  /** `KIND:…`. IDs in upper case, IAM names in lower case: IAM names are unique regardless of case. */
  readonly principal_key: string
}

/** Canonical key of a principal, independent of spelling. Source: IAM User Guide, "IAM identifiers". */
export function principalKeyOf(recorded: RecordedIdentity): PrincipalKey {
  const kind = kindOf(recorded)
  const key = KEYS[kind](recorded)
  if (key === null) return { principal_kind: 'unknown', principal_key: `unknown:${unknownKey(recorded)}` }
  return { principal_kind: kind, principal_key: `${kind}:${key}` }
}

const KIND_OF_TYPE: ReadonlyMap<string, PrincipalKind> = new Map([
  ['Root', 'root'],
  ['IAMUser', 'user'],
  ['AssumedRole', 'role'],
  ['Role', 'role'],
  ['FederatedUser', 'federated-user'],
  ['IdentityCenterUser', 'identity-center-user'],
  ['SAMLUser', 'external-subject'],
  ['WebIdentityUser', 'external-subject'],
  ['AWSService', 'service'],
  ['AWSAccount', 'account'],
])

function kindOf(recorded: RecordedIdentity): PrincipalKind {
  const type = known(recorded.principal_type)
  if (type === null && known(recorded.invoked_by) !== null) return 'service'
  const kind = KIND_OF_TYPE.get(type ?? '') ?? 'unknown'
  if (kind === 'service' || kind === 'account') return kind
  return known(recorded.identity_center_user_id) === null ? kind : 'identity-center-user'
}

const KEYS: Readonly<Record<PrincipalKind, (recorded: RecordedIdentity) => string | null>> = {
  root: accountOf,
  user: userKey,
  role: roleKey,
  'federated-user': (r) => inAccount(r, r.session_name),
  'identity-center-user': identityCenterKey,
  // A provider (an ARN or URL) contains no space, so the separator is unambiguous.
  'external-subject': (r) => joined(known(r.identity_provider), ' ', subjectOf(r)),
  service: (r) => known(r.invoked_by)?.toLowerCase() ?? null,
  account: accountKey,
  unknown: unknownKey,
}

// By ID, because a user or role that is deleted and recreated has the same ARN and is another principal.
function userKey(r: RecordedIdentity): string | null {
  const id = known(r.principal_id)
  if (id !== null && /^AIDA[A-Z0-9]+$/i.test(id)) return id.toUpperCase()
  return known(r.principal_arn)?.toLowerCase() ?? inAccount(r, r.user_name)?.toLowerCase() ?? id
}

function roleKey(r: RecordedIdentity): string | null {
  const id = ROLE_ID.exec(r.session_issuer_id ?? '') ?? ROLE_ID.exec(r.principal_id ?? '')
  return id?.[1]?.toUpperCase() ?? inAccount(r, roleNameOf(r))?.toLowerCase() ?? known(r.principal_id)
}

const ROLE_ID = /^(AROA[A-Z0-9]+)(?::|$)/i

function identityCenterKey(r: RecordedIdentity): string | null {
  const id = known(r.identity_center_user_id)
  return id === null ? inAccount(r, r.user_name) : joined(known(r.identity_store_arn), ' ', id)
}

/** An anonymous caller's account is a word, which identifies nobody. */
function accountKey(r: RecordedIdentity): string | null {
  const account = accountOf(r)
  if (account === null) return known(r.principal_id)
  return isAccountId(account) ? account : null
}

function subjectOf(r: RecordedIdentity): string | null {
  const subject = known(r.user_name) ?? known(r.principal_id)
  return subject === null ? null : withoutGitHubIds(subject)
}

/** GitHub now writes `repo:OWNER@ID/REPOSITORY@ID:…` instead of `repo:OWNER/REPOSITORY:…`. */
export function withoutGitHubIds(subject: string): string {
  return subject.replace(/(?<=^|:)repo:([^@/:]+)@\d+\/([^@/:]+)@\d+(?=:|$)/, 'repo:$1/$2')
}

function inAccount(r: RecordedIdentity, name: string | null): string | null {
  return joined(accountOf(r), '/', known(name))
}

function joined(scope: string | null, separator: string, name: string | null): string | null {
  return name === null ? null : `${scope ?? ''}${separator}${name}`
}

/** Every known part, because one alone may be shared: some types have only the account in principalId. */
function unknownKey(r: RecordedIdentity): string {
  const names = [r.principal_arn, r.principal_id, r.user_name].filter((name) => known(name) !== null)
  const rest = names.length > 0 ? names : [known(r.access_key_id)]
  const parts = [known(r.principal_account_id), ...rest].filter((part) => part !== null)
  return `${r.principal_type ?? ''}/${parts.join(' ')}`
}
