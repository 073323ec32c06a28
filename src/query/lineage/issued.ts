/**
 * Calls that issue credentials or create users and roles, and where their result is recorded. Source: IAM User Guide,
 * "Logging IAM and STS API calls"; the CloudTrail pages of each service.
 */
import type { JsonObject } from '../../model/record.js'
import type { IdentityRow, SessionMark } from './identity-row.js'
import { itemsAt, objectAt, readIamArn, readKey, readSecond, textAt } from './record-fields.js'

export type Issued =
  | { readonly what: 'session'; readonly key: string | null; readonly mark: SessionMark }
  | { readonly what: 'key'; readonly key: string; readonly owner: string | null }
  | {
      readonly what: 'user' | 'role'
      readonly uniqueId: string | null
      readonly arn: string | null
      readonly name: string | null
    }
  /** A password, of which only the user is recorded. */
  | { readonly what: 'password'; readonly name: string }
  | {
      readonly what: 'token'
      readonly credentialId: string
      readonly userId: string | null
      readonly store: string | null
    }
  /** Issues nothing itself; other events start the sessions, which are named after the instance, task or function. */
  | { readonly what: 'launch'; readonly sessionNames: readonly string[] }
  | { readonly what: 'portal'; readonly role: string; readonly account: string }

export type MadePrincipal = Extract<Issued, { readonly uniqueId: string | null }>

export function isMadePrincipal(issued: Issued): issued is MadePrincipal {
  return issued.what === 'user' || issued.what === 'role'
}

export interface IssuingEvent {
  /** Second of the event, as ms since 1970. */
  readonly second: number | null
  readonly caller: IdentityRow
}

export interface IssuingRecord extends IssuingEvent {
  readonly record: JsonObject
}

/** Kind of call: decides how the caller is identified and which searches cover it. */
export type IssuingKind =
  'sts' | 'sign-in' | 'switch' | 'key' | 'principal' | 'password' | 'token' | 'launch' | 'code' | 'portal'

export type IssuingCall = {
  /** First label of eventSource. */
  readonly service: string
  readonly name: string
  readonly kind: IssuingKind
} & (
  | { readonly read: (input: IssuingRecord) => Issued[] }
  /** The caller is enough: the record, which costs inflating its file, is not read. */
  | { readonly readCaller: (input: IssuingEvent) => Issued[] }
)

export const ISSUING_CALLS: readonly IssuingCall[] = [
  { service: 'sts', name: 'AssumeRole', kind: 'sts', read: assumed },
  { service: 'sts', name: 'AssumeRoleWithSAML', kind: 'sts', read: assumed },
  { service: 'sts', name: 'AssumeRoleWithWebIdentity', kind: 'sts', read: assumed },
  { service: 'sts', name: 'GetSessionToken', kind: 'sts', read: forCaller },
  { service: 'sts', name: 'GetFederationToken', kind: 'sts', read: federated },
  { service: 'sts', name: 'AssumeRoot', kind: 'sts', read: assumedRoot },
  { service: 'cognito-identity', name: 'GetCredentialsForIdentity', kind: 'sts', read: byKeyOnly },
  { service: 'eks-auth', name: 'AssumeRoleForPodIdentity', kind: 'sts', read: assumedByPod },
  { service: 'rolesanywhere', name: 'CreateSession', kind: 'sts', read: anywhere },
  { service: 's3express', name: 'CreateSession', kind: 'sts', read: byKeyOnly },
  { service: 'signin', name: 'ConsoleLogin', kind: 'sign-in', readCaller: signedIn },
  { service: 'signin', name: 'SwitchRole', kind: 'switch', readCaller: signedIn },
  { service: 'iam', name: 'CreateAccessKey', kind: 'key', read: accessKey },
  { service: 'iam', name: 'CreateServiceSpecificCredential', kind: 'key', read: serviceCredential },
  { service: 'iam', name: 'CreateUser', kind: 'principal', read: user },
  { service: 'iam', name: 'CreateRole', kind: 'principal', read: role },
  { service: 'iam', name: 'CreateServiceLinkedRole', kind: 'principal', read: role },
  { service: 'iam', name: 'CreateLoginProfile', kind: 'password', read: password },
  { service: 'sso-oauth', name: 'CreateTokenWithIAM', kind: 'token', read: token },
  { service: 'sso', name: 'CreateTokenWithIAM', kind: 'token', read: token },
  { service: 'sso', name: 'GetRoleCredentials', kind: 'portal', read: portal },
  { service: 'sso', name: 'Federate', kind: 'portal', read: portal },
  { service: 'ec2', name: 'RunInstances', kind: 'launch', read: launched },
  { service: 'ecs', name: 'RunTask', kind: 'launch', read: tasksRun },
  { service: 'ecs', name: 'StartTask', kind: 'launch', read: tasksRun },
  { service: 'lambda', name: 'CreateFunction', kind: 'launch', read: functionCode },
  { service: 'lambda', name: 'CreateFunction20150331', kind: 'launch', read: functionCode },
  { service: 'lambda', name: 'UpdateFunctionCode', kind: 'code', read: functionCode },
  { service: 'lambda', name: 'UpdateFunctionCode20150331', kind: 'code', read: functionCode },
  { service: 'lambda', name: 'UpdateFunctionCode20150331v2', kind: 'code', read: functionCode },
]

const NO_MARK: SessionMark = { principalId: null, arn: null, roleArn: null, sessionName: null, created: null }

function session(key: string | null, mark: Partial<SessionMark>, { second }: IssuingEvent): Issued {
  return { what: 'session', key, mark: { ...NO_MARK, created: second, ...mark } }
}

function issuedKey(record: JsonObject): string | null {
  return readKey(textAt(record, 'responseElements', 'credentials', 'accessKeyId'))
}

function assumed(input: IssuingRecord): Issued[] {
  const { record } = input
  const user = objectAt(record, 'responseElements', 'assumedRoleUser')
  const key = issuedKey(record)
  const roleArn = textAt(record, 'requestParameters', 'roleArn')
  const sessionName = textAt(record, 'requestParameters', 'roleSessionName')
  const mark = { principalId: textAt(user, 'assumedRoleId'), arn: textAt(user, 'arn'), roleArn, sessionName }
  // AssumeRole by a service can lack assumedRoleUser; another account's copy can lack the response.
  return key === null && mark.principalId === null && (roleArn === null || sessionName === null)
    ? []
    : [session(key, mark, input)]
}

/** EKS spells the ID differently from STS. */
function assumedByPod(input: IssuingRecord): Issued[] {
  const user = objectAt(input.record, 'responseElements', 'assumedRoleUser')
  const principalId = textAt(user, 'assumeRoleId') ?? textAt(user, 'assumedRoleId')
  const key = issuedKey(input.record)
  return key === null && principalId === null
    ? []
    : [session(key, { principalId, arn: textAt(user, 'arn') }, input)]
}

function forCaller(input: IssuingRecord): Issued[] {
  const { principal_id: principalId, principal_arn: arn } = input.caller
  return [session(issuedKey(input.record), { principalId, arn }, input)]
}

function federated(input: IssuingRecord): Issued[] {
  const user = objectAt(input.record, 'responseElements', 'federatedUser')
  const mark = { principalId: textAt(user, 'federatedUserId'), arn: textAt(user, 'arn') }
  return [session(issuedKey(input.record), mark, input)]
}

/** The target is an account ID or the ARN of its root. */
function assumedRoot(input: IssuingRecord): Issued[] {
  const target = textAt(input.record, 'requestParameters', 'targetPrincipal')
  const account = /^\d{12}$/.test(target ?? '') ? target : (readIamArn(target)?.account ?? null)
  const arn = account === null ? null : `arn:${readIamArn(target)?.partition ?? 'aws'}:iam::${account}:root`
  return [session(issuedKey(input.record), { principalId: account, arn }, input)]
}

function byKeyOnly(input: IssuingRecord): Issued[] {
  const key = issuedKey(input.record)
  return key === null ? [] : [session(key, {}, input)]
}

function anywhere(input: IssuingRecord): Issued[] {
  const roleArn = textAt(input.record, 'requestParameters', 'roleArn')
  return itemsAt(input.record, 'responseElements', 'credentialSet').flatMap((entry) => {
    const key = readKey(textAt(entry, 'credentials', 'accessKeyId'))
    const principalId = textAt(entry, 'assumedRoleUser', 'assumedRoleId')
    const arn = textAt(entry, 'assumedRoleUser', 'arn')
    return key === null && principalId === null ? [] : [session(key, { principalId, arn, roleArn }, input)]
  })
}

/**
 * The identity of a sign-in is the user; of SwitchRole, the target role. A federated sign-in belongs to an existing
 * session.
 */
function signedIn(input: IssuingEvent): Issued[] {
  const { principal_id: principalId, principal_arn: arn, session_created: created } = input.caller
  if (arn === null && principalId === null) return []
  return [session(null, { principalId, arn, created: readSecond(created) ?? input.second }, input)]
}

function accessKey({ record }: IssuingRecord): Issued[] {
  const made = objectAt(record, 'responseElements', 'accessKey')
  const key = readKey(textAt(made, 'accessKeyId'))
  const owner = textAt(made, 'userName') ?? textAt(record, 'requestParameters', 'userName')
  return key === null ? [] : [{ what: 'key', key, owner }]
}

/** A service-specific key: calls with Bedrock's API keys record its ID. */
function serviceCredential({ record }: IssuingRecord): Issued[] {
  const made = objectAt(record, 'responseElements', 'serviceSpecificCredential')
  const key = readKey(textAt(made, 'serviceSpecificCredentialId'))
  const owner = textAt(made, 'userName') ?? textAt(record, 'requestParameters', 'userName')
  return key === null ? [] : [{ what: 'key', key, owner }]
}

function user({ record }: IssuingRecord): Issued[] {
  return principal('user', objectAt(record, 'responseElements', 'user'), 'userId', 'userName')
}

function role({ record }: IssuingRecord): Issued[] {
  return principal('role', objectAt(record, 'responseElements', 'role'), 'roleId', 'roleName')
}

function principal(what: 'user' | 'role', made: JsonObject | null, id: string, name: string): Issued[] {
  const uniqueId = textAt(made, id)
  const arn = textAt(made, 'arn')
  return uniqueId === null && arn === null ? [] : [{ what, uniqueId, arn, name: textAt(made, name) }]
}

function password({ record }: IssuingRecord): Issued[] {
  const name =
    textAt(record, 'responseElements', 'loginProfile', 'userName') ??
    textAt(record, 'requestParameters', 'userName')
  return name === null ? [] : [{ what: 'password', name }]
}

function token({ record }: IssuingRecord): Issued[] {
  const data = objectAt(record, 'additionalEventData')
  const credentialId = textAt(data, 'identitycenter:CredentialId')
  const userId = textAt(data, 'identitystore:UserId')
  const store = textAt(data, 'identitystore:IdentityStoreArn')
  return credentialId === null ? [] : [{ what: 'token', credentialId, userId, store }]
}

function portal({ record }: IssuingRecord): Issued[] {
  const asked = textAt(record, 'serviceEventDetails', 'role_name')
  const account = textAt(record, 'serviceEventDetails', 'account_id')
  return asked === null || account === null ? [] : [{ what: 'portal', role: asked, account }]
}

function launched({ record }: IssuingRecord): Issued[] {
  const lists = ['items', 'item'].flatMap((list) => itemsAt(record, 'responseElements', 'instancesSet', list))
  return launch(lists.map((entry) => textAt(entry, 'instanceId')))
}

/** The session of a task's role is named after the task ID. */
function tasksRun({ record }: IssuingRecord): Issued[] {
  const tasks = itemsAt(record, 'responseElements', 'tasks')
  return launch(tasks.map((entry) => textAt(entry, 'taskArn')?.split('/').at(-1) ?? null))
}

/** The session of a function's role is named after the function. */
function functionCode({ record }: IssuingRecord): Issued[] {
  const arn = textAt(record, 'responseElements', 'functionArn')?.split(':')[6]
  return launch([arn ?? textAt(record, 'responseElements', 'functionName')])
}

function launch(names: readonly (string | null)[]): Issued[] {
  const sessionNames = names.filter((name) => name !== null)
  return sessionNames.length === 0 ? [] : [{ what: 'launch', sessionNames }]
}
