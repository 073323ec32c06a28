/** A lineage node: a credential or a principal. */
import type { LineageNodeKind, LinkRule } from '../../model/lineage.js'
import type { CredentialClass, PrincipalKind } from '../../model/principal.js'
import type { CaseEvent } from './case-event.js'
import { isForwarded, isOfUser, keyOf, type IdentityRow, type SessionMark } from './identity-row.js'
import type { Issued } from './issued.js'
import { readIamArn } from './record-fields.js'

/** An event that issued a credential, and how that is known. */
export interface Issuance {
  /** The copy with the most detail about the caller. */
  readonly event: CaseEvent
  readonly issued: Issued
  readonly rule: LinkRule
  /** The same action as recorded by another account. */
  readonly copy: CaseEvent | null
}

export interface Actor {
  readonly id: string
  readonly kind: LineageNodeKind
  readonly credentialClass: CredentialClass | null
  readonly principalKind: PrincipalKind | null
  readonly arn: string | null
  readonly principalId: string | null
  readonly account: string | null
  readonly name: string | null
  readonly keys: readonly string[]
  /** Sessions only. */
  readonly mark: SessionMark | null
  /** Identities of this actor: its activity is theirs. */
  readonly rows: readonly IdentityRow[]
  /** Several if each matches equally, or each issued the same. */
  readonly issuances: readonly Issuance[]
}

const NOTHING: Omit<Actor, 'id' | 'kind'> = {
  credentialClass: null,
  principalKind: null,
  arn: null,
  principalId: null,
  account: null,
  name: null,
  keys: [],
  mark: null,
  rows: [],
  issuances: [],
}

export function keyActor(key: string, rows: readonly IdentityRow[], issuances: readonly Issuance[]): Actor {
  const [row] = rows
  const [issuance] = issuances
  const issued = issuance?.issued
  const isRoot = row?.principal_type === 'Root'
  return {
    ...NOTHING,
    id: `key:${key}`,
    kind: 'key',
    credentialClass: isRoot ? 'root-key' : /^ACCA/i.test(key) ? 'service-credential' : 'user-key',
    principalKind: row?.principal_kind ?? null,
    arn: row?.principal_arn ?? null,
    principalId: row?.principal_id ?? null,
    account: row?.principal_account_id ?? issuance?.event.recipient_account_id ?? null,
    name: row?.principal ?? (issued?.what === 'key' ? issued.owner : null),
    keys: [key],
    rows,
    issuances,
  }
}

export function sessionActor(
  id: string,
  mark: SessionMark,
  issuedKey: string | null,
  rows: readonly IdentityRow[],
  issuances: readonly Issuance[],
): Actor {
  const [row] = rows
  const keys = new Set([
    ...(issuedKey === null ? [] : [issuedKey]),
    ...rows.flatMap((each) => keyOf(each) ?? []),
  ])
  const arn = row?.principal_arn ?? mark.arn
  return {
    ...NOTHING,
    id: `session:${id}`,
    kind: 'session',
    credentialClass: sessionClass(mark, rows, issuances),
    principalKind: row?.principal_kind ?? null,
    arn: arn ?? sessionArn(mark),
    principalId: row?.principal_id ?? mark.principalId,
    account: row?.principal_account_id ?? readIamArn(arn ?? mark.roleArn)?.account ?? null,
    name: row?.principal ?? mark.sessionName,
    keys: [...keys],
    mark,
    rows,
    issuances,
  }
}

/** The ARN the session will have: from the request if the response lacks it. */
function sessionArn({ roleArn, sessionName }: SessionMark): string | null {
  const role = readIamArn(roleArn)
  if (role?.kind !== 'role' || sessionName === null) return roleArn
  return `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`
}

/** A Cognito identity or a directory bucket yields a key but no role. */
const CLASS_OF_CALL: Readonly<Record<string, CredentialClass>> = {
  AssumeRoleWithWebIdentity: 'web-identity',
  AssumeRoot: 'root-assumed',
  GetSessionToken: 'session-token',
  GetFederationToken: 'federated-user',
  GetCredentialsForIdentity: 'web-identity',
}

function sessionClass(
  mark: SessionMark,
  rows: readonly IdentityRow[],
  issuances: readonly Issuance[],
): CredentialClass {
  const call = issuances[0]?.event.event_name ?? ''
  if (call === 'ConsoleLogin' && isOfUser(mark))
    return mark.arn?.endsWith(':root') === true ? 'root-console' : 'console-session'
  const used = rows.map((row) => row.credential_class)
  // The console calls through several agents; one of them identifies it.
  const recorded = used.find((name) => name === 'console-session') ?? used[0]
  return recorded ?? CLASS_OF_CALL[call] ?? classOfRole(mark)
}

function classOfRole({ roleArn, arn, sessionName }: SessionMark): CredentialClass {
  const role = roleArn ?? arn ?? ''
  if (/[:/](?:role\/aws-service-role\/|(?:.*\/)?AWSServiceRoleFor)/.test(role)) return 'service-linked-role'
  if (/\/AWSReservedSSO_.+_[0-9a-f]{16}(?:\/|$)/.test(role)) return 'identity-center-permission-set'
  if (/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(sessionName ?? '')) return 'ec2-instance-role'
  return 'role-session'
}

export function principalActor(row: IdentityRow, rows: readonly IdentityRow[]): Actor {
  const isForeign = row.principal_kind === 'account' && row.principal_id !== null
  const about = row.principal_kind === 'role' ? roleOf([row, ...rows]) : {}
  return {
    ...NOTHING,
    // Callers of another account are distinguished by ID; the account alone would merge them.
    id: isForeign ? `${row.principal_key} ${row.principal_id}` : row.principal_key,
    kind: 'principal',
    principalKind: row.principal_kind,
    arn: row.principal_arn,
    principalId: row.principal_id,
    account: row.principal_account_id,
    name: ownName(row),
    rows,
    ...about,
  }
}

/** The role of these sessions. Not every record has its ARN, and a session's ARN lacks the path. */
function roleOf(rows: readonly IdentityRow[]): Partial<Actor> {
  const issued = rows.find((row) => row.session_issuer_arn !== null)
  const [first] = rows
  const id = /^(AROA[A-Z0-9]+)(?::|$)/.exec(first?.session_issuer_id ?? first?.principal_id ?? '')?.[1]
  const role = readIamArn(first?.principal_arn ?? null)
  return {
    arn: issued?.session_issuer_arn ?? first?.principal_arn ?? null,
    principalId: id ?? first?.principal_id ?? null,
    name: issued?.session_issuer_name ?? role?.name ?? first?.principal ?? null,
  }
}

/** Without the service that called on its behalf. */
function ownName(row: IdentityRow): string | null {
  return row.principal_kind === 'service' ? row.invoked_by : (row.principal?.replace(/ via \S+$/, '') ?? null)
}

/** A user or role that was created and has no known calls. */
export function madeActor(
  kind: 'user' | 'role',
  about: {
    readonly uniqueId: string | null
    readonly arn: string | null
    readonly name: string | null
    readonly account: string | null
  },
  rows: readonly IdentityRow[],
): Actor {
  const id =
    about.uniqueId?.toUpperCase() ??
    about.arn?.toLowerCase() ??
    `${about.account ?? ''}/${about.name ?? ''}`.toLowerCase()
  return {
    ...NOTHING,
    id: `${kind}:${id}`,
    kind: 'principal',
    principalKind: kind,
    arn: about.arn,
    principalId: about.uniqueId,
    account: about.account,
    name: about.name,
    rows,
  }
}

export function forwardedActor(row: IdentityRow, rows: readonly IdentityRow[]): Actor {
  const forwarded = rows.filter(isForwarded)
  return {
    ...NOTHING,
    id: `forwarded:${row.principal_key}`,
    kind: 'forwarded',
    credentialClass: 'forwarded-session',
    principalKind: row.principal_kind,
    arn: row.principal_arn,
    principalId: row.principal_id,
    account: row.principal_account_id,
    name: ownName(row),
    keys: [...new Set(forwarded.flatMap((each) => keyOf(each) ?? []))],
    rows: forwarded,
  }
}

export function tokenActor(
  credentialId: string,
  rows: readonly IdentityRow[],
  issuances: readonly Issuance[],
): Actor {
  const issued = issuances[0]?.issued
  const userId = rows[0]?.identity_center_user_id ?? (issued?.what === 'token' ? issued.userId : null)
  return {
    ...NOTHING,
    id: `token:${credentialId}`,
    kind: 'session',
    credentialClass: 'identity-center-user',
    principalKind: 'identity-center-user',
    principalId: userId,
    account: rows[0]?.principal_account_id ?? null,
    name: rows[0]?.principal ?? userId,
    rows,
    issuances,
  }
}

/** The intended result of a failed call. */
export function attemptActor(target: string, call: string): Actor {
  const arn = target.startsWith('arn:') ? target : null
  return {
    ...NOTHING,
    id: `attempt:${call}:${target}`,
    kind: 'attempt',
    arn,
    name: target,
    account: readIamArn(arn)?.account ?? null,
  }
}
