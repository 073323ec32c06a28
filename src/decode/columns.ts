/**
 * Maps column names to paths in a record. Names are compared in lower case and without punctuation, so `Event ID`,
 * `event_id` and `eventid` are equal; prefixes of tools (Datadog's `@`, Splunk's `result.`) are removed.
 */

export function columnName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

export type CellKind = 'text' | 'account' | 'id' | 'time' | 'boolean' | 'struct' | 'identity' | 'resources'

export interface ColumnUse {
  /** Keys from the record down; `[]` enters a list. */
  readonly path: readonly string[]
  readonly kind: CellKind
  /** Accepts only such cells: the name alone is not enough. */
  readonly only?: RegExp
  /** The name is CloudTrail's own: two of these identify a table of events. */
  readonly isOwn: boolean
}

const own = (kind: CellKind, ...path: string[]): ColumnUse => ({ path, kind, isOwn: true })
const alias = (kind: CellKind, path: readonly string[], only?: RegExp): ColumnUse => ({
  path,
  kind,
  isOwn: false,
  ...(only === undefined ? {} : { only }),
})

const FIELDS: readonly ColumnUse[] = [
  own('id', 'eventID'),
  own('text', 'eventName'),
  own('text', 'eventSource'),
  own('time', 'eventTime'),
  own('text', 'eventType'),
  own('text', 'eventCategory'),
  own('text', 'eventVersion'),
  own('text', 'awsRegion'),
  own('text', 'sourceIPAddress'),
  own('text', 'userAgent'),
  own('text', 'errorCode'),
  own('text', 'errorMessage'),
  own('id', 'requestID'),
  own('account', 'recipientAccountId'),
  own('id', 'sharedEventID'),
  own('text', 'vpcEndpointId'),
  own('account', 'vpcEndpointAccountId'),
  own('boolean', 'readOnly'),
  own('boolean', 'managementEvent'),
  own('struct', 'requestParameters'),
  own('struct', 'responseElements'),
  own('struct', 'additionalEventData'),
  own('struct', 'serviceEventDetails'),
  own('struct', 'tlsDetails'),
  own('identity', 'userIdentity'),
]

/** Paths of userIdentity, and what they contain. */
export const IDENTITY_PATHS: readonly (readonly string[])[] = [
  ['type'],
  ['principalId'],
  ['arn'],
  ['accountId'],
  ['accessKeyId'],
  ['userName'],
  ['invokedBy'],
  ['identityProvider'],
  ['credentialId'],
  ['sessionContext'],
  ['sessionContext', 'sourceIdentity'],
  ['sessionContext', 'sessionIssuer'],
  ['sessionContext', 'sessionIssuer', 'type'],
  ['sessionContext', 'sessionIssuer', 'principalId'],
  ['sessionContext', 'sessionIssuer', 'arn'],
  ['sessionContext', 'sessionIssuer', 'accountId'],
  ['sessionContext', 'sessionIssuer', 'userName'],
  ['sessionContext', 'attributes'],
  ['sessionContext', 'attributes', 'creationDate'],
  ['sessionContext', 'attributes', 'mfaAuthenticated'],
]

const CALLER_ARN = /^arn:aws[\w-]*:(?:iam|sts)::/
const IDENTITY_TYPE =
  /^(?:Root|IAMUser|AssumedRole|Role|FederatedUser|Directory|AWSAccount|AWSService|SAMLUser|WebIdentityUser|IdentityCenterUser|Unknown)$/
const ACCOUNT = /^[\d.,+E-]{9,}$/i

const identity = (field: string, only?: RegExp): ColumnUse => alias('text', ['userIdentity', field], only)

/** Names used by projections, consoles and other products, normalised by columnName(). */
const ALIASES: Readonly<Record<string, ColumnUse>> = {
  resources: own('resources', 'resources'),
  awsaccesskey: identity('accessKeyId'),
  accesskeyid: identity('accessKeyId'),
  username: identity('userName'),
  principalid: identity('principalId'),
  invokedby: identity('invokedBy'),
  arn: identity('arn', CALLER_ARN),
  userarn: identity('arn', CALLER_ARN),
  principalarn: identity('arn', CALLER_ARN),
  type: identity('type', IDENTITY_TYPE),
  identitytype: identity('type', IDENTITY_TYPE),
  usertype: identity('type', IDENTITY_TYPE),
  accountid: alias('account', ['userIdentity', 'accountId'], ACCOUNT),
  bucket: alias('text', ['requestParameters', 'bucketName'], /^[a-z0-9][a-z0-9.-]{2,62}$/),
  bucketname: alias('text', ['requestParameters', 'bucketName'], /^[a-z0-9][a-z0-9.-]{2,62}$/),
  region: alias('text', ['awsRegion'], /^[a-z]{2}(?:-[a-z]+){1,3}-\d$/),
  // Standard attributes of Datadog and Elastic.
  evtname: alias('text', ['eventName']),
  eventaction: alias('text', ['eventName']),
  eventprovider: alias('text', ['eventSource']),
  networkclientip: alias('text', ['sourceIPAddress']),
  sourceaddress: alias('text', ['sourceIPAddress']),
  sourceip: alias('text', ['sourceIPAddress']),
  httpuseragent: alias('text', ['userAgent']),
  useragentoriginal: alias('text', ['userAgent']),
  cloudregion: alias('text', ['awsRegion']),
  cloudaccountid: alias('account', ['recipientAccountId']),
  // Microsoft Sentinel.
  awseventid: alias('id', ['eventID']),
  awsrequestid: alias('id', ['requestID']),
  eventtypename: alias('text', ['eventType']),
  // Time of the row, used if no column has the event's own.
  timestamp: alias('text', ['@timestamp']),
  timegenerated: alias('text', ['@timestamp']),
  timegeneratedutc: alias('text', ['@timestamp']),
  date: alias('text', ['@timestamp'], /^\d{4}-\d\d-\d\d[T ]\d\d:/),
  time: alias('text', ['@timestamp'], /\d{4}-\d\d-\d\d|^\d{10}/),
}

const BY_NAME: ReadonlyMap<string, ColumnUse> = new Map([
  ...IDENTITY_PATHS.flatMap((path) => identityNames(path)),
  ...Object.entries(ALIASES),
  ...FIELDS.map((use) => [columnName(use.path[0] ?? ''), use] as const),
])

function identityNames(path: readonly string[]): (readonly [string, ColumnUse])[] {
  const kind: CellKind = path.at(-1) === 'accountId' ? 'account' : isStruct(path) ? 'identity' : 'text'
  const whole = ['userIdentity', ...path]
  const names: (readonly [string, ColumnUse])[] = [[columnName(whole.join('')), own(kind, ...whole)]]
  // `sessioncontext.sessionissuer.arn`, as a projection names it.
  for (let from = 0; from + 1 < path.length; from++)
    names.push([columnName(path.slice(from).join('')), alias(kind, whole)])
  return names
}

function isStruct(path: readonly string[]): boolean {
  return ['sessionContext', 'sessionIssuer', 'attributes'].includes(path.at(-1) ?? '')
}

/** Objects in a record with open-ended keys. */
const OPEN: ReadonlyMap<string, string> = new Map(
  [
    'requestParameters',
    'responseElements',
    'additionalEventData',
    'serviceEventDetails',
    'tlsDetails',
    'resources',
  ].map((name) => [columnName(name), name]),
)

const PREFIX =
  /^(?:result|_source|fields|attributes|custom|content|detail|aws|cloudtrail|data|log|record|json|event|message|_raw)[._]/i

/** undefined if the name is unknown. */
export function columnUse(name: string): ColumnUse | undefined {
  let rest = name.trim().replace(/^@/, '')
  if (/^_?time$/i.test(rest) && rest.startsWith('_')) rest = 'timestamp'
  for (let turn = 0; turn < 5; turn++) {
    const use = BY_NAME.get(columnName(rest)) ?? within(rest)
    if (use !== undefined) return use
    const next = rest.replace(PREFIX, '')
    if (next === rest) return undefined
    rest = next
  }
  return undefined
}

/** `requestParameters.bucketName`, Splunk's `requestParameters.items{}.instanceId`. */
function within(name: string): ColumnUse | undefined {
  const [first = '', ...inner] = name.match(/\{\}|\[\d*\]|[^./{}[\]]+/g) ?? []
  const field = OPEN.get(columnName(first))
  if (field === undefined || inner.length === 0 || inner.includes('__proto__')) return undefined
  return own('text', field, ...inner.map((part) => (/^(?:\{\}|\[\d*\])$/.test(part) ? '[]' : part)))
}

export function isEventColumns(names: readonly string[]): boolean {
  return countOwn(names) >= 2
}

export function countOwn(names: readonly string[]): number {
  return new Set(names.filter((name) => columnUse(name)?.isOwn === true)).size
}
