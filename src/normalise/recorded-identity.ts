import type { Identity } from '../model/principal.js'
import type { JsonObject } from '../model/record.js'
import { readObject, readString } from './fields.js'
import { readPrincipalArn } from '../model/principal-arn.js'
import { known } from './redaction.js'
import { principalTags } from './principal-tags.js'

/** The columns copied from `userIdentity`; the others are derived. */
export type RecordedIdentity = Omit<
  Identity,
  'credential_class' | 'principal' | 'principal_kind' | 'principal_key'
>

const NOTHING: JsonObject = {}

/** An object member, or an empty object: CloudTrail writes `{}` for "none" as often as it omits the field. */
export function memberOf(parent: JsonObject, name: string): JsonObject {
  return readObject(parent[name]) ?? NOTHING
}

/** Flattens `userIdentity`. Source: CloudTrail User Guide, "userIdentity element". */
export function readRecordedIdentity(record: JsonObject): RecordedIdentity {
  const caller = memberOf(record, 'userIdentity')
  const context = memberOf(caller, 'sessionContext')
  const issuer = memberOf(context, 'sessionIssuer')
  const attributes = memberOf(context, 'attributes')
  const behalf = memberOf(caller, 'onBehalfOf')
  const webIdentity = memberOf(context, 'webIdFederationData')
  return {
    principal_type: readString(caller['type']),
    principal_arn: readString(caller['arn']),
    principal_id: readString(caller['principalId']),
    principal_account_id: readString(caller['accountId']),
    user_name: readString(caller['userName']),
    access_key_id: readString(caller['accessKeyId']),
    session_issuer_type: readString(issuer['type']),
    session_issuer_arn: readString(issuer['arn']),
    session_issuer_id: readString(issuer['principalId']),
    session_issuer_account_id: readString(issuer['accountId']),
    session_issuer_name: readString(issuer['userName']),
    session_name: sessionName(readString(caller['arn']), readString(caller['principalId'])),
    session_created: readString(attributes['creationDate']),
    mfa_authenticated: readString(attributes['mfaAuthenticated']),
    source_identity: readString(context['sourceIdentity']),
    invoked_by: readString(caller['invokedBy']),
    identity_provider: readString(caller['identityProvider'] ?? webIdentity['federatedProvider']),
    identity_center_user_id: readString(behalf['userId']),
    identity_store_arn: readString(behalf['identityStoreArn']),
    credential_id: readString(caller['credentialId']),
    mfa_at_sign_in: readString(memberOf(record, 'additionalEventData')['MFAUsed']),
    principal_tags: principalTags(record),
  }
}

// Only these two forms of principalId end in a session's name: AROA…:SESSION and ACCOUNT:FEDERATED.
const SESSION_ID = /^(?:AROA[A-Z0-9]*|\d{12}):(.+)$/is

function sessionName(arn: string | null, principalId: string | null): string | null {
  const parsed = readPrincipalArn(arn)
  if (parsed?.kind === 'federated-user') return parsed.name
  return parsed?.session ?? SESSION_ID.exec(principalId ?? '')?.[1] ?? null
}

/** Name of the role of a session, or of the role itself. */
export function roleNameOf(recorded: RecordedIdentity): string | null {
  const issuer = readPrincipalArn(recorded.session_issuer_arn)
  const own = readPrincipalArn(recorded.principal_arn)
  return (
    known(recorded.session_issuer_name) ??
    known(issuer?.name ?? null) ??
    known(own?.name ?? null) ??
    known(recorded.user_name)
  )
}

/** The recorded account, else the one in its ARN or (for root) its ID. */
export function accountOf(recorded: RecordedIdentity): string | null {
  const id = recorded.principal_id
  return (
    known(recorded.principal_account_id) ??
    known(readPrincipalArn(recorded.principal_arn)?.account ?? null) ??
    (isAccountId(id) ? id : null)
  )
}

export function isAccountId(value: string | null): value is string {
  return value !== null && /^\d{12}$/.test(value)
}

/**
 * The service in `invokedBy`; null if it names none. Older records have `signin.amazonaws.com` for the console, and
 * `AWS Internal` names nobody.
 */
export function invokingService(recorded: Pick<RecordedIdentity, 'invoked_by'>): string | null {
  const invokedBy = known(recorded.invoked_by)
  if (invokedBy === null || isConsoleName(invokedBy) || invokedBy.startsWith('AWS Internal')) return null
  return invokedBy
}

export function isConsoleName(name: string | null): boolean {
  return name === 'signin.amazonaws.com' || name === 'console.amazonaws.com'
}
