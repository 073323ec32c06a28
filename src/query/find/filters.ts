/** Filters → criteria on the dictionaries that events refer to, one criterion per dictionary. */
import { isNetwork } from '../../model/network.js'
import { ANY_ERROR, type Excluded, type Filters } from '../../model/question.js'
import { CREDENTIAL_CLASSES, type CredentialClass } from '../../model/principal.js'
import type { Connection } from '../../store/open.js'
import { WITHOUT_MFA } from '../../store/everyday-facts.js'
import { readColumn } from '../../store/reader.js'
import type { Arm, Dimension, DimensionArm } from '../plan/criteria.js'
import { detectionNotes, eventsOfRules, isRuleChoice } from '../detection/rule-filter.js'
import { and, list, or, raw, sql, type Statement } from '../plan/statement.js'
import { asStored, likePattern } from './value.js'

/** AWS's questions about an identity: root, IAM user, temporary credentials, another service, Identity Center. */
export const CREDENTIAL_GROUPS = {
  root: ['root-console', 'root-key', 'root-assumed'],
  user: [
    'user-key',
    'service-credential',
    'console-session',
    'session-token',
    'forwarded-session',
    'user-sign-in',
  ],
  temporary: [
    'root-assumed',
    'federated-user',
    'service-linked-role',
    'web-identity',
    'identity-center-permission-set',
    'ec2-instance-role',
    'lambda-role',
    'role-session',
    'console-session',
    'session-token',
    'forwarded-session',
    // Almost always through the session of a role: a search for temporary credentials must include these.
    'identity-center-user',
  ],
  role: [
    'service-linked-role',
    'web-identity',
    'identity-center-permission-set',
    'ec2-instance-role',
    'lambda-role',
    'role-session',
  ],
  federated: ['federation', 'federated-user', 'web-identity', 'identity-center-permission-set'],
  'identity-center': ['identity-center-user', 'identity-center-permission-set'],
  'long-term': ['root-key', 'user-key', 'service-credential'],
  service: ['aws-service', 'service-linked-role', 'forwarded-session'],
} as const satisfies Record<string, readonly CredentialClass[]>

/** Values of `--credentials`. */
export const CREDENTIAL_NAMES: readonly string[] = [
  ...Object.keys(CREDENTIAL_GROUPS),
  ...Object.keys(CREDENTIAL_CLASSES),
]

/** S3's old SOAP calls are recorded under the REST names (S3 User Guide, "Logging with CloudTrail"). */
const SOAP_EVENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['listallmybuckets', 'ListBuckets'],
  ['getbucketaccesscontrolpolicy', 'GetBucketAcl'],
  ['setbucketaccesscontrolpolicy', 'PutBucketAcl'],
  ['getbucketloggingstatus', 'GetBucketLogging'],
  ['setbucketloggingstatus', 'PutBucketLogging'],
])

export function credentialsNamed(name: string): readonly CredentialClass[] {
  if (Object.hasOwn(CREDENTIAL_GROUPS, name)) return CREDENTIAL_GROUPS[name as keyof typeof CREDENTIAL_GROUPS]
  return Object.hasOwn(CREDENTIAL_CLASSES, name) ? [name as CredentialClass] : []
}

/** `kms:Decrypt`, as lists show an event and policies name an action. */
const OF_SERVICE = /^([\w.-]+):(.+)$/

/** @returns the service as typed, or null. */
export function eventTyped(typed: string): { readonly service: string | null; readonly name: string } {
  const [, service = null, name = typed] = OF_SERVICE.exec(typed) ?? []
  return { service, name }
}

/** Names as typed, and as records spell them. */
export function recordedNames(events: readonly string[]): string[] {
  return [...new Set(events.flatMap((event) => [event, SOAP_EVENT_NAMES.get(event.toLowerCase()) ?? event]))]
}

/** Notes for names that records spell differently. */
export function filterNotes(db: Connection, filters: Filters): string[] {
  const ofRules = isRuleChoice(filters) ? detectionNotes(db, filters) : []
  const ofNames = filters.events.flatMap((typed) => {
    const { name: event } = eventTyped(typed)
    const recorded = SOAP_EVENT_NAMES.get(event.toLowerCase())
    if (recorded !== undefined)
      return [`the SOAP call ${event} is recorded as ${recorded}: both are searched for`]
    const dated = datedNames(db, event)
    return dated.length === 0 ? [] : [`${event} is also recorded as ${dated.join(', ')}`]
  })
  return [...ofRules, ...ofNames]
}

/** Lambda and CloudFront append their API date: event names of the case that are this name plus a date. */
function datedNames(db: Connection, event: string): string[] {
  const name = asStored(event)
  return readColumn<string>(
    db,
    sql`SELECT DISTINCT event_name FROM action WHERE event_name_stem = ${name} COLLATE NOCASE
    AND event_name <> ${name} COLLATE NOCASE ORDER BY 1`,
  )
}

/** One criterion a dictionary, and the events of hits. */
export type FilterArm = DimensionArm | Extract<Arm, { kind: 'form' }>

/** Where a row of `event` has the id that an arm selects. */
export function columnOfArm(arm: FilterArm): 'id' | `${Dimension}_id` {
  return arm.kind === 'form' ? 'id' : `${arm.dimension}_id`
}

export function criteriaOf(filters: Filters): FilterArm[] {
  const { except } = filters
  const demands: Record<Dimension, readonly Statement[]> = {
    identity: [...callers(filters), ...mfa(filters), ...noneOf(callers(except))],
    action: [...actions(filters), ...writes(filters), ...noneOf(actions(except))],
    address: [...addresses(filters), ...noneOf(addresses(except))],
    client: filters.console ? [raw('console = 1')] : [],
    outcome: [errors(filters), outcomes(filters)].flat(),
    place: [...places(filters), ...noneOf(places(except))],
  }
  const ofRules: FilterArm[] = isRuleChoice(filters) ? [{ kind: 'form', ids: eventsOfRules(filters) }] : []
  const ofDictionaries = Object.entries(demands).flatMap(([name, conditions]): FilterArm[] => {
    const dimension = name as Dimension
    if (conditions.length === 0) return []
    return [
      { kind: 'dimension', dimension, ids: sql`SELECT id FROM ${raw(dimension)} WHERE ${and(conditions)}` },
    ]
  })
  return [...ofDictionaries, ...ofRules]
}

/** Where a column is null, nothing is known that would exclude the event. */
export function noneOf(conditions: readonly Statement[]): Statement[] {
  return conditions.map((condition) => sql`NOT coalesce(${condition}, FALSE)`)
}

function callers({ accessKeys, credentials }: Excluded): Statement[] {
  return [
    ...anyOf('access_key_id', accessKeys.flatMap(keySpellings)),
    ...anyOf('credential_class', credentials),
  ]
}

function actions({ events: names, services }: Excluded): Statement[] {
  return [...events(names), ...ofService(services)]
}

function addresses({ sourceIps }: Excluded): Statement[] {
  return addressIn('source_ip_address', sourceIps)
}

function places({ accounts, regions }: Excluded): Statement[] {
  return [...anyOf('recipient_account_id', accounts), ...anyOfFolded('aws_region', regions)]
}

/** Addresses as recorded, and networks. `column` must be a constant. */
export function addressIn(column: string, typed: readonly string[]): Statement[] {
  if (typed.length === 0) return []
  const addresses = typed.filter((value) => !isNetwork(value))
  const networks = typed.filter((value) => isNetwork(value))
  const within = networks.map((network) => sql`in_network(${raw(column)}, ${network})`)
  return [or([...anyOf(column, addresses), ...within])]
}

function anyOf(column: string, values: readonly string[]): Statement[] {
  return values.length === 0 ? [] : [sql`${raw(column)} IN ${list(values.map(asStored))}`]
}

/** Ignores ASCII case. */
function anyOfFolded(column: string, values: readonly string[]): Statement[] {
  return values.length === 0 ? [] : [sql`${raw(column)} COLLATE NOCASE IN ${list(values.map(asStored))}`]
}

/** Keys are recorded in upper case but typed in any. */
function keySpellings(key: string): string[] {
  const upper = key.toUpperCase()
  return upper === key ? [key] : [key, upper]
}

/** `CreateFunction` also matches CreateFunction20150331, but not the reverse. */
function events(events: readonly string[]): Statement[] {
  if (events.length === 0) return []
  const ofServices = events.flatMap((typed) => {
    const { service, name } = eventTyped(typed)
    return service === null ? [] : [and([...ofService([service]), ...named([name])])]
  })
  return [or([...named(events), ...ofServices])]
}

function named(events: readonly string[]): Statement[] {
  const names = recordedNames(events.filter((event) => !event.includes('*')))
  const columns = ['event_name', 'event_name_stem']
  return [or(columns.flatMap((column) => [...anyOfFolded(column, names), ...likeAny(column, events)]))]
}

/** Names with `*` for any letters, in any case. `column` must be a constant. */
export function likeAny(column: string, typed: readonly string[]): Statement[] {
  return typed.flatMap((name) => {
    if (!name.includes('*')) return []
    return [sql`${raw(column)} LIKE ${likePattern(asStored(name))} ESCAPE '\\'`]
  })
}

function ofService(services: readonly string[]): Statement[] {
  return anyOfFolded(
    'event_source',
    services.flatMap((service) =>
      service.includes('.') ? [service] : [service, `${service}.amazonaws.com`],
    ),
  )
}

function writes({ writeOnly }: Filters): Statement[] {
  return writeOnly ? [raw('read_only IS NOT 1')] : []
}

function mfa({ noMfa }: Filters): Statement[] {
  return noMfa ? [raw(WITHOUT_MFA)] : []
}

function outcomes({ failed, denied }: Filters): Statement[] {
  return [...(failed ? [raw('failed = 1')] : []), ...(denied ? [raw('denied = 1')] : [])]
}

function errors({ errors }: Filters): Statement[] {
  if (errors.length === 0) return []
  const codes = errors.filter((code) => code !== ANY_ERROR)
  const parts = anyOfFolded('error_code', codes)
  if (codes.length < errors.length) parts.push(raw('failed = 1'))
  return [or(parts)]
}
