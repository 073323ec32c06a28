import { isJsonObject, type JsonObject } from '../../model/record.js'
import { fieldsOf, timeText, parseJson } from '../fields.js'
import type { Part, ValueShape } from './shape.js'

/** API Activity. Security Lake has sign-ins and changes of accounts of CloudTrail in classes of their own. */
const CLASS = 6003
/** Keys under which a SIEM nests the whole document. */
const HOMES = ['aws', 'data', 'event', '_source', 'detail'] as const

/** OCSF, as in Security Lake's Parquet files and from other parsers: a reduced form of the record. */
export const ocsf: ValueShape = {
  name: 'ocsf',
  claims: (value) => isJsonObject(value) && activity(value) !== undefined,
  parts: (value): Part[] => {
    const found = isJsonObject(value) ? activity(value) : undefined
    return found === undefined ? [] : [{ reduced: reduced(found) }]
  },
}

function activity(value: JsonObject): JsonObject | undefined {
  if (isClass(value)) return typeof at(value, 'api', 'operation') === 'string' ? value : undefined
  for (const home of HOMES) {
    const inner = value[home]
    if (isJsonObject(inner) && isClass(inner)) return activity(inner)
  }
  return undefined
}

function isClass(value: JsonObject): boolean {
  if (Number(value['class_uid']) === CLASS) return true
  return (
    value['class_uid'] !== undefined && /cloudtrail/i.test(String(at(value, 'metadata', 'product', 'name')))
  )
}

function reduced(value: JsonObject): JsonObject {
  const unmapped = objectOf(value['unmapped'])
  const status = String(value['status_id']) === '2' || value['status'] === 'Failure' ? 'Failure' : undefined
  const errorCode = at(value, 'api', 'response', 'error')
  const message = at(value, 'api', 'response', 'error_message') ?? at(value, 'api', 'response', 'message')
  const failure =
    value['status_detail'] ?? (errorCode === undefined || errorCode === null ? status : undefined)
  return fieldsOf({
    eventID: at(value, 'metadata', 'uid') ?? value['ref_event_uid'],
    eventName: at(value, 'api', 'operation'),
    eventSource: at(value, 'api', 'service', 'name'),
    eventTime: timeOf(value),
    eventVersion: at(value, 'metadata', 'product', 'version'),
    eventType: at(value, 'metadata', 'event_code') ?? unmapped['eventType'],
    eventCategory: at(value, 'metadata', 'product', 'feature', 'name'),
    awsRegion: at(value, 'cloud', 'region'),
    recipientAccountId:
      unmapped['recipientAccountId'] ??
      at(value, 'cloud', 'account', 'uid') ??
      at(value, 'cloud', 'account_uid'),
    sourceIPAddress: at(value, 'src_endpoint', 'ip') ?? at(value, 'src_endpoint', 'domain'),
    userAgent: at(value, 'http_request', 'user_agent'),
    errorCode,
    errorMessage: message ?? failure,
    requestID: at(value, 'api', 'request', 'uid'),
    sharedEventID: unmapped['sharedEventID'],
    readOnly: unmapped['readOnly'],
    managementEvent: unmapped['managementEvent'],
    vpcEndpointId: at(value, 'src_endpoint', 'uid'),
    userIdentity: identity(isJsonObject(value['actor']) ? value['actor'] : objectOf(value['identity'])),
    requestParameters: dataOf(at(value, 'api', 'request', 'data')),
    responseElements: dataOf(at(value, 'api', 'response', 'data')),
    resources: resources(value['resources']),
    // The whole document, so that all values are searchable.
    ocsf: value,
  })
}

function identity(actor: JsonObject): JsonObject | undefined {
  const user = objectOf(actor['user'])
  const session = objectOf(actor['session'])
  const { uid, uid_alt: other } = user
  const isArn = typeof uid === 'string' && uid.startsWith('arn:')
  const issuer = session['issuer']
  const created = session['created_time_dt'] ?? session['created_time']
  const who = fieldsOf({
    type: user['type'],
    arn: isArn ? uid : user['uuid'],
    principalId: isArn ? other : (uid ?? other),
    accountId: at(user, 'account', 'uid') ?? user['account_uid'],
    accessKeyId: user['credential_uid'] ?? session['credential_uid'],
    userName: user['name'],
    invokedBy: actor['invoked_by'],
    sessionContext: withContent({
      sessionIssuer: withContent({ arn: issuer }),
      attributes: withContent({
        creationDate: typeof created === 'number' ? timeText(created) : created,
        mfaAuthenticated: booleanText(session['is_mfa'] ?? session['mfa']),
      }),
    }),
  })
  return Object.keys(who).length === 0 ? undefined : who
}

function withContent(fields: JsonObject): JsonObject | undefined {
  const found = fieldsOf(fields)
  return Object.keys(found).length === 0 ? undefined : found
}

function booleanText(value: unknown): string | undefined {
  return typeof value === 'boolean' ? String(value) : undefined
}

function resources(value: unknown): unknown[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return (value as unknown[]).filter(isJsonObject).map((item) => {
    const { uid } = item
    const isArn = typeof uid === 'string' && uid.startsWith('arn:')
    return fieldsOf({
      [isArn ? 'ARN' : 'resourceName']: uid ?? item['name'],
      type: item['type'],
      accountId: at(item, 'owner', 'account', 'uid') ?? item['account_uid'],
    })
  })
}

/** Security Lake writes ms since 1970, and as text with the profile `datetime`. */
function timeOf(value: JsonObject): unknown {
  const text = value['time_dt']
  if (typeof text === 'string') return text
  const time = Number(value['time'])
  return Number.isFinite(time) && value['time'] !== null ? timeText(time) : undefined
}

/** Security Lake's Parquet has a map; some tools write its pairs as lists. */
function objectOf(value: unknown): JsonObject {
  if (isJsonObject(value)) return value
  if (typeof value === 'string') return objectOf(parseJson(value) ?? {})
  if (!Array.isArray(value)) return {}
  const pairs = (value as unknown[]).flatMap((item) => {
    if (Array.isArray(item) && item.length === 2) return [[String(item[0]), item[1] as unknown] as const]
    return isJsonObject(item) && typeof item['key'] === 'string'
      ? [[item['key'], item['value']] as const]
      : []
  })
  return Object.fromEntries(pairs)
}

function dataOf(value: unknown): unknown {
  return typeof value === 'string' ? (parseJson(value) ?? value) : value
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let inner = value
  for (const key of keys) inner = isJsonObject(inner) ? inner[key] : undefined
  return inner ?? undefined
}
