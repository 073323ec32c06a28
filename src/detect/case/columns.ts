/** Which fields of a rule the columns of a case hold. Names of CloudTrail and of the view events both work. */
import { ACTION, OUTCOME, PLACE, type TableSpec } from '../../store/schema.js'
import { ADDRESS, CALLER, CLIENT, SESSION } from '../../store/caller-schema.js'

export type DictionaryName = 'action' | 'place' | 'identity' | 'address' | 'client' | 'outcome'

export interface DictionaryColumn {
  readonly dictionary: DictionaryName
  readonly column: string
}

/** Columns of 1 and 0, which are true and false in a record. */
const BOOLEANS: ReadonlySet<string> = new Set([
  'read_only',
  'management_event',
  'failed',
  'denied',
  'console',
  'bearer_token',
  'session_from_console',
])

const OF_RECORDS: readonly (readonly [string, DictionaryName, string])[] = [
  ['eventSource', 'action', 'event_source'],
  ['eventName', 'action', 'event_name'],
  ['eventType', 'action', 'event_type'],
  ['eventCategory', 'action', 'event_category'],
  ['eventVersion', 'action', 'event_version'],
  ['readOnly', 'action', 'read_only'],
  ['managementEvent', 'action', 'management_event'],
  ['awsRegion', 'place', 'aws_region'],
  ['recipientAccountId', 'place', 'recipient_account_id'],
  ['errorCode', 'outcome', 'error_code'],
  ['errorMessage', 'outcome', 'error_message'],
  ['sourceIPAddress', 'address', 'source_ip_address'],
  ['vpcEndpointId', 'address', 'vpc_endpoint_id'],
  ['vpcEndpointAccountId', 'address', 'vpc_endpoint_account_id'],
  ['userAgent', 'client', 'user_agent'],
  ['tlsDetails.tlsVersion', 'client', 'tls_version'],
  ['tlsDetails.keyExchange', 'client', 'key_exchange'],
  ['additionalEventData.SignatureVersion', 'client', 'signature_version'],
  ['additionalEventData.AuthenticationMethod', 'client', 'authentication_method'],
  ['userIdentity.type', 'identity', 'principal_type'],
  ['userIdentity.arn', 'identity', 'principal_arn'],
  ['userIdentity.principalId', 'identity', 'principal_id'],
  ['userIdentity.accountId', 'identity', 'principal_account_id'],
  ['userIdentity.userName', 'identity', 'user_name'],
  ['userIdentity.accessKeyId', 'identity', 'access_key_id'],
  ['userIdentity.credentialId', 'identity', 'credential_id'],
  ['userIdentity.invokedBy', 'identity', 'invoked_by'],
  ['userIdentity.sessionContext.sessionIssuer.type', 'identity', 'session_issuer_type'],
  ['userIdentity.sessionContext.sessionIssuer.arn', 'identity', 'session_issuer_arn'],
  ['userIdentity.sessionContext.sessionIssuer.principalId', 'identity', 'session_issuer_id'],
  ['userIdentity.sessionContext.sessionIssuer.accountId', 'identity', 'session_issuer_account_id'],
  ['userIdentity.sessionContext.sessionIssuer.userName', 'identity', 'session_issuer_name'],
  ['userIdentity.sessionContext.attributes.creationDate', 'identity', 'session_created'],
  ['userIdentity.sessionContext.attributes.mfaAuthenticated', 'identity', 'mfa_authenticated'],
  ['userIdentity.sessionContext.sourceIdentity', 'identity', 'source_identity'],
  ['userIdentity.onBehalfOf.userId', 'identity', 'identity_center_user_id'],
  ['userIdentity.onBehalfOf.identityStoreArn', 'identity', 'identity_store_arn'],
]

const DICTIONARIES: readonly (readonly [DictionaryName, TableSpec])[] = [
  ['action', ACTION],
  ['place', PLACE],
  ['identity', CALLER],
  ['identity', SESSION],
  ['address', ADDRESS],
  ['client', CLIENT],
  ['outcome', OUTCOME],
]

const COLUMNS: ReadonlyMap<string, DictionaryColumn> = new Map([
  ...DICTIONARIES.flatMap(([dictionary, { columns }]) =>
    columns
      .filter(({ name }) => name !== 'id' && name !== 'caller_id')
      .map(({ name }) => [name, { dictionary, column: name }] as const),
  ),
  ...OF_RECORDS.map(([field, dictionary, column]) => [field, { dictionary, column }] as const),
])

/** null for a field that only the record, or the event itself, has. */
export function columnOf(field: string | null): DictionaryColumn | null {
  return field === null ? null : (COLUMNS.get(field) ?? null)
}

/** Fields that are columns of the event itself. */
const OF_EVENT: ReadonlyMap<string, string> = new Map([
  ['eventTime', 'event_time_ms'],
  ['event_time', 'event_time_ms'],
  ['eventID', 'event_id'],
  ['event_id', 'event_id'],
  ['requestID', 'request_id'],
  ['request_id', 'request_id'],
  ['sharedEventID', 'shared_event_id'],
  ['shared_event_id', 'shared_event_id'],
])

export function eventColumnOf(field: string | null): string | null {
  return field === null ? null : (OF_EVENT.get(field) ?? null)
}

/** How records spell a value of a column. */
export function spelledValue(column: string, value: string | number | null): string | number | null {
  if (value === null || !BOOLEANS.has(column)) return value
  return value === 1 ? 'true' : 'false'
}
