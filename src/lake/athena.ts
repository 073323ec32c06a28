/**
 * Columns under the names of AWS's own Athena table of CloudTrail, taken from the record's exact text: objects and arrays
 * are slices of it, never written anew. The fields of useridentity are flat, since readers differ in what they do with structs.
 */
import { membersOf } from '../decode/member-text.js'
import { columnsOf, OUT_EVENTS } from '../handover/schema.js'
import { isJsonObject } from '../model/record.js'
import { text } from '../store/column-spec.js'
import type { Cell, LakeTableSpec } from './parquet-file.js'

/** Field → our column with the same meaning, for rows whose record is not a JSON object, as in exports to CSV. */
const FIELDS: Readonly<Record<string, string | null>> = {
  eventVersion: 'event_version',
  eventTime: 'event_time',
  eventSource: 'event_source',
  eventName: 'event_name',
  awsRegion: 'aws_region',
  sourceIPAddress: 'source_ip_address',
  userAgent: 'user_agent',
  errorCode: 'error_code',
  errorMessage: 'error_message',
  requestParameters: null,
  responseElements: null,
  additionalEventData: null,
  requestID: 'request_id',
  eventID: 'event_id',
  eventType: 'event_type',
  apiVersion: null,
  recipientAccountId: 'recipient_account_id',
  serviceEventDetails: null,
  sharedEventID: 'shared_event_id',
  vpcEndpointId: 'vpc_endpoint_id',
  vpcEndpointAccountId: null,
  eventCategory: 'event_category',
  readOnly: null,
  tlsDetails: null,
}

/** Field of userIdentity → our column. */
const IDENTITY: Readonly<Record<string, string | null>> = {
  type: null,
  principalId: 'principal_id',
  arn: 'principal_arn',
  accountId: 'principal_account_id',
  invokedBy: 'invoked_by',
  accessKeyId: 'access_key_id',
  userName: 'user_name',
  sessionContext: null,
}

const columnFor = (field: string, prefix = '') =>
  text(`${prefix}${field.toLowerCase()}`, `${field} of the record, as in AWS's Athena table`)

export const LAKE_EVENTS: LakeTableSpec = {
  ...OUT_EVENTS,
  columns: [
    ...OUT_EVENTS.columns,
    { name: 'event_timestamp', type: 'TIMESTAMP', meaning: 'event_time_ms as a timestamp in UTC' },
    ...Object.keys(FIELDS).map((field) => columnFor(field)),
    ...Object.keys(IDENTITY).map((field) => columnFor(field, 'useridentity_')),
  ],
}

const COLUMN = columnsOf(OUT_EVENTS)
const TIME_AT = COLUMN.indexOf('event_time_ms')
const RECORD_AT = COLUMN.indexOf('record')
const FIELD_PLACES = placesOf(FIELDS)
const IDENTITY_PLACES = placesOf(IDENTITY)

/** @param row of OUT_EVENTS @returns a row of LAKE_EVENTS */
export function withAthenaColumns(row: readonly Cell[]): Cell[] {
  const record = row[RECORD_AT]
  const fields = typeof record === 'string' && isObject(record) ? membersOf(record) : null
  const identity = fields === null ? null : membersOf(fields.get('userIdentity') ?? '')
  const time = row[TIME_AT] ?? null
  return [...row, time, ...cells(row, fields, FIELD_PLACES), ...cells(row, identity, IDENTITY_PLACES)]
}

type Places = readonly (readonly [field: string, at: number])[]

function placesOf(fields: Readonly<Record<string, string | null>>): Places {
  return Object.entries(fields).map(([field, ours]) => [field, ours === null ? -1 : COLUMN.indexOf(ours)])
}

function cells(row: readonly Cell[], members: ReadonlyMap<string, string> | null, places: Places): Cell[] {
  return places.map(([field, at]) => (members === null ? (row[at] ?? null) : textOf(members.get(field))))
}

/** Strings without their quotes and escapes, everything else as it is in the record. */
function textOf(slice: string | undefined): string | null {
  if (slice === undefined || slice === 'null') return null
  return slice.startsWith('"') ? (JSON.parse(slice) as string) : slice
}

function isObject(json: string): boolean {
  try {
    return isJsonObject(JSON.parse(json))
  } catch {
    return false
  }
}
