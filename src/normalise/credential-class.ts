import type { CredentialClass } from '../model/principal.js'
import type { JsonObject } from '../model/record.js'
import { readBoolean, readString } from './fields.js'
import { readPrincipalArn } from '../model/principal-arn.js'
import {
  isAccountId,
  isConsoleName,
  memberOf,
  roleNameOf,
  type RecordedIdentity,
} from './recorded-identity.js'
import { known } from './redaction.js'

interface Facts {
  readonly type: string | null
  readonly key: 'none' | 'long-term' | 'service' | 'temporary' | 'other'
  /** By the session or, without one, by the key's prefix. */
  readonly temporary: boolean
  readonly invokedBy: string | null
  readonly fromConsole: boolean
  readonly bearer: boolean
  readonly uncalled: boolean
  readonly account: string | null
  readonly onBehalf: boolean
  readonly assumedRoot: boolean
  readonly rolePath: string
  readonly roleName: string
  readonly webIdentity: boolean
  readonly ec2Delivery: boolean
  readonly session: string
  readonly scope: string
}

type Test = readonly [CredentialClass, (f: Facts) => boolean]

const isRoleSession = (f: Facts): boolean => f.type === 'AssumedRole'
const isUser = (f: Facts): boolean => f.type === 'IAMUser'
const isRoot = (f: Facts): boolean => f.type === 'Root'

/**
 * The first match decides. Source: CloudTrail User Guide, "userIdentity element". Session name and user agent are
 * chosen by the caller: if nothing else in the record decides, ec2-instance-role (by name) and console-session (by
 * agent) are claims.
 */
const TESTS: readonly Test[] = [
  ['none', (f) => f.uncalled],
  ['aws-service', (f) => f.type === 'AWSService' || (f.type === null && f.invokedBy !== null)],
  // Anonymous callers have this type too, with a word as account: unknown, not another account.
  ['other-account', (f) => f.type === 'AWSAccount' && (f.account === null || isAccountId(f.account))],
  ['unknown', (f) => f.type === 'AWSAccount'],
  ['identity-center-user', (f) => f.type === 'IdentityCenterUser' || f.onBehalf],
  ['federation', (f) => f.type === 'SAMLUser' || f.type === 'WebIdentityUser'],
  ['root-assumed', (f) => isRoot(f) && f.assumedRoot],
  ['root-console', (f) => isRoot(f) && (f.temporary || f.key === 'none')],
  ['root-key', (f) => isRoot(f) && f.key === 'long-term'],
  ['federated-user', (f) => f.type === 'FederatedUser'],
  ['service-linked-role', (f) => isRoleSession(f) && isServiceLinked(f)],
  ['web-identity', (f) => isRoleSession(f) && f.webIdentity],
  ['identity-center-permission-set', (f) => isRoleSession(f) && isPermissionSet(f)],
  ['ec2-instance-role', (f) => isRoleSession(f) && (f.ec2Delivery || INSTANCE_ID.test(f.session))],
  ['lambda-role', (f) => isRoleSession(f) && f.scope.startsWith('AWS::Lambda::')],
  ['role-session', isRoleSession],
  ['service-credential', (f) => isUser(f) && (f.key === 'service' || (f.key === 'none' && f.bearer))],
  ['user-key', (f) => isUser(f) && f.key === 'long-term' && !f.temporary],
  ['forwarded-session', (f) => isUser(f) && f.temporary && f.invokedBy !== null],
  ['console-session', (f) => isUser(f) && f.temporary && f.fromConsole],
  ['session-token', (f) => isUser(f) && f.temporary],
  ['user-sign-in', (f) => isUser(f) && f.key === 'none'],
]

export function classifyCredential(record: JsonObject, recorded: RecordedIdentity): CredentialClass {
  const facts = gatherFacts(record, recorded)
  return TESTS.find(([, holds]) => holds(facts))?.[0] ?? 'unknown'
}

const INSTANCE_ID = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/
const PERMISSION_SET = /^AWSReservedSSO_.+_[0-9a-f]{16}$/

function isServiceLinked(f: Facts): boolean {
  return f.rolePath.startsWith('/aws-service-role/') || f.roleName.startsWith('AWSServiceRoleFor')
}

function isPermissionSet(f: Facts): boolean {
  return f.rolePath.startsWith('/aws-reserved/sso.amazonaws.com/') || PERMISSION_SET.test(f.roleName)
}

function gatherFacts(record: JsonObject, recorded: RecordedIdentity): Facts {
  const caller = memberOf(record, 'userIdentity')
  const context = memberOf(caller, 'sessionContext')
  const key = keyKind(known(recorded.access_key_id))
  const byConsole = isConsoleName(recorded.invoked_by)
  return {
    type: known(recorded.principal_type),
    key,
    // Only temporary credentials have a session, and only the service writes it; published records have replaced keys.
    temporary: key === 'temporary' || known(recorded.session_created) !== null,
    invokedBy: byConsole ? null : known(recorded.invoked_by),
    fromConsole: byConsole || isConsoleRequest(record),
    bearer: readBoolean(memberOf(record, 'additionalEventData')['callWithBearerToken']) === 1,
    uncalled: UNCALLED.has(readString(record['eventCategory']) ?? ''),
    account: known(recorded.principal_account_id),
    onBehalf: known(recorded.identity_center_user_id) !== null,
    assumedRoot: readBoolean(context['assumedRoot']) === 1,
    rolePath: readPrincipalArn(recorded.session_issuer_arn)?.path ?? '/',
    roleName: roleNameOf(recorded) ?? '',
    webIdentity: Object.keys(memberOf(context, 'webIdFederationData')).length > 0,
    ec2Delivery: known(readString(context['ec2RoleDelivery'])) !== null,
    session: recorded.session_name ?? '',
    scope: readString(memberOf(caller, 'inScopeOf')['issuerType']) ?? '',
  }
}

const UNCALLED = new Set(['Insight', 'Aggregated'])

function keyKind(key: string | null): Facts['key'] {
  if (key === null) return 'none'
  const prefix = key.slice(0, 4).toUpperCase()
  // ACCA is the key of one service, such as a Bedrock API key.
  if (prefix === 'ACCA') return 'service'
  if (prefix === 'AKIA') return 'long-term'
  return prefix === 'ASIA' ? 'temporary' : 'other'
}

// `S3Console/0.4`, `RDS Console`; Mozilla because some console pages call services from the browser, not always marked.
const CONSOLE_AGENT = /^\[?(?:\w+ ?Console\b|console\.|signin\.|AWS Internal|Mozilla\/)/

/** With eventCategory and callWithBearerToken the only input outside `userIdentity`: a cache of identities must include it in its key. */
export function isConsoleRequest(record: JsonObject): boolean {
  if (readBoolean(record['sessionCredentialFromConsole']) === 1) return true
  return CONSOLE_AGENT.test(readString(record['userAgent']) ?? '')
}
