/** Columns of CloudTrail Lake and of the console's CSV → the fields of a record, as far as they go. */
import type { JsonObject } from '../model/record.js'
import { fieldsOf, listOf, parseJson } from './fields.js'

/** Column names are compared in lower case without punctuation: `Event ID`, `eventId` and `eventid` are one. */
export function columnName(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** What both name alike, and how a record calls it. */
const FIELDS: Readonly<Record<string, string>> = {
  eventid: 'eventID',
  eventname: 'eventName',
  eventsource: 'eventSource',
  eventtime: 'eventTime',
  eventtype: 'eventType',
  eventcategory: 'eventCategory',
  eventversion: 'eventVersion',
  awsregion: 'awsRegion',
  sourceipaddress: 'sourceIPAddress',
  useragent: 'userAgent',
  errorcode: 'errorCode',
  errormessage: 'errorMessage',
  requestid: 'requestID',
  recipientaccountid: 'recipientAccountId',
  sharedeventid: 'sharedEventID',
  vpcendpointid: 'vpcEndpointId',
  vpcendpointaccountid: 'vpcEndpointAccountId',
  readonly: 'readOnly',
  managementevent: 'managementEvent',
  requestparameters: 'requestParameters',
  responseelements: 'responseElements',
  additionaleventdata: 'additionalEventData',
  serviceeventdetails: 'serviceEventDetails',
}

/** A row that has none of these tells nothing of an event. */
const TELLING = ['eventid', 'eventname', 'eventtime']

/** @returns undefined when the columns are not of an event. */
export function lakeFields(cells: ReadonlyMap<string, string>): JsonObject | undefined {
  if (!TELLING.some((name) => (cells.get(name) ?? '') !== '')) return undefined
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = cells.get(name)
    if (value !== undefined && value !== 'null') fields[field] = value
  }
  fields['userIdentity'] = identity(cells)
  fields['resources'] = resources(cells.get('resources'))
  return fieldsOf(fields)
}

export function isEventColumns(names: readonly string[]): boolean {
  return names.filter((name) => Object.hasOwn(FIELDS, name) || name === 'useridentity').length >= 2
}

function identity(cells: ReadonlyMap<string, string>): JsonObject | undefined {
  const struct = cells.get('useridentity')
  if (struct !== undefined) return structFields(struct)
  const userName = cells.get('username')
  const root = userName === 'root' ? 'Root' : undefined
  const found = fieldsOf({ type: root, userName, accessKeyId: cells.get('awsaccesskey') })
  return Object.keys(found).length === 0 ? undefined : found
}

const IDENTITY_FIELDS: Readonly<Record<string, string>> = {
  type: 'type',
  principalid: 'principalId',
  arn: 'arn',
  accountid: 'accountId',
  accesskeyid: 'accessKeyId',
  username: 'userName',
  invokedby: 'invokedBy',
}

/**
 * `{type=AssumedRole, principalid=…, sessioncontext={…}}`, the engine's own notation: values are not quoted, so this is as good
 * as it gets; the row's text is kept. Only the outer level is read, and the first value of a name counts.
 */
function structFields(struct: string): JsonObject | undefined {
  const json = parseJson(struct)
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject
  const fields: Record<string, unknown> = {}
  for (const [, name = '', value = ''] of outerLevel(struct).matchAll(/(?:^|, )([a-z]+)=([^,{}]*)/g)) {
    const field = Object.hasOwn(IDENTITY_FIELDS, name) ? IDENTITY_FIELDS[name] : undefined
    if (field !== undefined && value !== 'null') fields[field] ??= value
  }
  return Object.keys(fields).length === 0 ? undefined : fields
}

function outerLevel(struct: string): string {
  let depth = 0
  let text = ''
  for (const char of struct.slice(0, 65_536)) {
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (depth <= 1) text += char
  }
  return text
}

/** The console writes JSON, Lake its own notation: of that only the ARNs are sure. */
function resources(text: string | undefined): unknown[] | undefined {
  if (text === undefined || text === '' || text === 'null') return undefined
  const json = parseJson(text)
  if (Array.isArray(json)) return listOf(json, 'resourceType', 'resourceName')
  return Array.from(text.matchAll(/\barn=(arn:[^,{}\]]+)/g), ([, arn]) => ({ ARN: arn }))
}
