/** A row of `identity`, and the kind of credential it used. */
import { isoTime } from '../../model/time.js'
import type { Identity } from '../../model/principal.js'
import { readKey, readSecond } from './record-fields.js'

/** Columns that linking reads: an active user has thousands of identities, and each column costs time. */
export const IDENTITY_ROW_COLUMNS = [
  'principal_type',
  'credential_class',
  'principal',
  'principal_kind',
  'principal_key',
  'principal_arn',
  'principal_id',
  'principal_account_id',
  'user_name',
  'access_key_id',
  'session_issuer_arn',
  'session_issuer_id',
  'session_issuer_name',
  'session_name',
  'session_created',
  'invoked_by',
  'identity_center_user_id',
  'credential_id',
] as const satisfies readonly (keyof Identity)[]

export type IdentityRow = Pick<Identity, (typeof IDENTITY_ROW_COLUMNS)[number]> & { readonly id: number }

/** Identifies one session, as far as it is known. */
export interface SessionMark {
  readonly principalId: string | null
  readonly arn: string | null
  readonly roleArn: string | null
  readonly sessionName: string | null
  /** Whole seconds, as ms since 1970. */
  readonly created: number | null
}

/** The signing key; network-activity events of another account have it in principalId. */
export function keyOf(row: IdentityRow): string | null {
  return readKey(row.access_key_id) ?? readKey(row.principal_id)
}

/** Only temporary credentials have a session; published records replace keys by placeholders. */
export function isTemporary(row: IdentityRow): boolean {
  if (row.session_created !== null) return true
  const key = keyOf(row)
  return key !== null && !/^A(?:KIA|CCA)/.test(key)
}

/** A session of a user or root, whose principalId is not its own. */
export function isUserSession(row: IdentityRow): boolean {
  return row.principal_type === 'IAMUser' || row.principal_type === 'Root'
}

/** A service called on behalf of a user. Older records name signin for the console itself. */
export function isForwarded(row: IdentityRow): boolean {
  if (!isUserSession(row) || !isTemporary(row) || row.invoked_by === null) return false
  return row.invoked_by !== '' && !/^(?:signin|console)\.amazonaws\.com$/.test(row.invoked_by)
}

export function markOf(row: IdentityRow): SessionMark {
  return {
    principalId: row.principal_id,
    arn: row.principal_arn,
    roleArn: row.session_issuer_arn,
    sessionName: row.session_name,
    created: readSecond(row.session_created),
  }
}

/** The ARN names a user's session: principalId is the user's, for root the account. */
export function isOfUser(mark: SessionMark): boolean {
  return mark.arn !== null && /:(?:user\/|root$)/.test(mark.arn)
}

export function isSameSession(a: SessionMark, b: SessionMark): boolean {
  if (a.created === null || a.created !== b.created) return false
  if (isOfUser(a) || isOfUser(b)) return a.arn !== null && a.arn === b.arn
  if (a.principalId !== null && b.principalId !== null) return a.principalId === b.principalId
  if (a.sessionName === null || a.sessionName !== b.sessionName) return false
  return a.roleArn !== null && a.roleArn === b.roleArn
}

/** Unique in a case: caller and start. */
export function sessionId(mark: SessionMark): string {
  const who = isOfUser(mark)
    ? mark.arn
    : (mark.principalId ?? mark.arn ?? `${mark.roleArn ?? ''}/${mark.sessionName ?? ''}`)
  const created = mark.created === null ? '?' : isoTime(mark.created)
  return `${who ?? ''}@${created}`
}

/** Calls of the principal itself, without key and session. */
export function isWithoutCredential(row: IdentityRow): boolean {
  return keyOf(row) === null && !isTemporary(row) && row.credential_id === null
}

/** One identity per key, oldest session first; `group` is the session, which can have several keys. */
export function samplesOf(
  rows: readonly IdentityRow[],
): { readonly row: IdentityRow; readonly group: string }[] {
  const samples = new Map<string, { row: IdentityRow; group: string }>()
  for (const row of [...rows].sort(byCreation)) {
    const group = isForwarded(row) ? 'forwarded' : isTemporary(row) ? sessionId(markOf(row)) : ''
    const sample = isForwarded(row) ? group : `${group} ${keyOf(row) ?? row.credential_id ?? ''}`
    if (!samples.has(sample)) samples.set(sample, { row, group: group === '' ? sample : group })
  }
  return [...samples.values()]
}

function byCreation(a: IdentityRow, b: IdentityRow): number {
  const [one, other] = [a.session_created ?? '', b.session_created ?? '']
  return one === other ? a.id - b.id : one < other ? -1 : 1
}

/** A name that every identity of the same principal has. */
export function commonName(row: IdentityRow): string | null {
  const id = /^(A(?:ROA|IDA)[A-Z0-9]+)(?::|$)/
  switch (row.principal_kind) {
    case 'role':
      return (
        id.exec(row.session_issuer_id ?? row.principal_id ?? '')?.[1] ??
        row.session_issuer_arn ??
        row.principal_arn
      )
    case 'user':
      return id.exec(row.principal_id ?? '')?.[1] ?? row.principal_arn ?? row.user_name
    case 'identity-center-user':
      return row.identity_center_user_id ?? row.user_name
    case 'external-subject':
      // `external-subject:PROVIDER SUBJECT`: the one of the two spellings that every identity has.
      return row.principal_key.split(' ').slice(1).join(' ') || (row.user_name ?? row.principal_id)
    case 'service':
      return row.invoked_by
    case 'root':
    case 'federated-user':
    case 'account':
    case 'unknown':
      return row.principal_arn ?? row.principal_id ?? row.user_name
  }
}
