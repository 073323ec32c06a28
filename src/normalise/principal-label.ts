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

/** Kinds that a service can act for: people and roles. */
const REPRESENTED: ReadonlySet<PrincipalKind> = new Set([
  'root',
  'user',
  'role',
  'federated-user',
  'identity-center-user',
  'external-subject',
])

/** Shown in the default table: `NAME`, or `NAME via SERVICE` if a service called on NAME's behalf. */
export function principalLabel(recorded: RecordedIdentity, kind: PrincipalKind): string | null {
  const label = ownLabel(recorded, kind)
  const service = invokingService(recorded)
  if (label === null || service === null || !REPRESENTED.has(kind)) return label
  return `${label} via ${service}`
}

/** The principal without the service that acted for it. */
export function ownLabel(r: RecordedIdentity, kind: PrincipalKind): string | null {
  // The session name is more readable than the ID of the Identity Center user.
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

/** `ANONYMOUS_PRINCIPAL` and the like; an account number would not identify anyone. */
function wordForAccount(r: RecordedIdentity): string | null {
  return isAccountId(r.principal_account_id) ? null : known(r.principal_account_id)
}
