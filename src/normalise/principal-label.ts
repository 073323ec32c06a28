import type { PrincipalKind } from '../model/principal.js'
import { readPrincipalArn } from '../model/principal-arn.js'
import {
  accountOf,
  invokingService,
  isAccountId,
  roleNameOf,
  type RecordedIdentity,
} from './recorded-identity.js'
import { known } from './redaction.js'

/** Kinds that a service can stand in for: people and roles. */
const REPRESENTED: ReadonlySet<PrincipalKind> = new Set([
  'root',
  'user',
  'role',
  'federated-user',
  'identity-center-user',
  'external-subject',
])

/** What the default table shows: `NAME`, or `NAME via SERVICE` when a service made the call with NAME's rights. */
export function principalLabel(recorded: RecordedIdentity, kind: PrincipalKind): string | null {
  const label = ownLabel(recorded, kind)
  const service = invokingService(recorded)
  if (label === null || service === null || !REPRESENTED.has(kind)) return label
  return `${label} via ${service}`
}

/** The principal without the service that stood in for it. */
export function ownLabel(r: RecordedIdentity, kind: PrincipalKind): string | null {
  // A session name says more to a reader than the id of the Identity Center user behind it.
  if (kind === 'role' || r.principal_type === 'AssumedRole') return roleLabel(r)
  if (kind === 'root') return `root (${accountOf(r) ?? '?'})`
  if (kind === 'service') return known(r.invoked_by)
  if (kind === 'federated-user') return known(r.session_name)
  if (kind === 'identity-center-user') return known(r.user_name) ?? known(r.identity_center_user_id)
  if (kind === 'account') return accountLabel(r)
  const fromArn = kind === 'user' ? (readPrincipalArn(r.principal_arn)?.name ?? null) : null
  return (
    known(r.user_name) ??
    known(fromArn) ??
    known(r.principal_arn) ??
    known(r.principal_id) ??
    wordForAccount(r)
  )
}

function roleLabel(r: RecordedIdentity): string | null {
  const role = roleNameOf(r) ?? known(r.session_issuer_id)
  const session = known(r.session_name)
  if (role === null) return known(r.principal_id)
  return session === null ? role : `${role}/${session}`
}

function accountLabel(r: RecordedIdentity): string | null {
  return accountOf(r) ?? known(r.principal_arn) ?? known(r.principal_id)
}

/** `ANONYMOUS_PRINCIPAL` and the like; an account number would not say who. */
function wordForAccount(r: RecordedIdentity): string | null {
  return isAccountId(r.principal_account_id) ? null : known(r.principal_account_id)
}
