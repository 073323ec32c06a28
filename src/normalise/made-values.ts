/**
 * The dictionary rows of an event that is known by its columns and has no record: what several reduced forms say together. The
 * columns are put back where a record has them, and that is normalised as any record.
 */
import type { Entry, NamedEntry, SqlValue } from '../model/dictionary.js'
import { isJsonObject } from '../model/record.js'
import { Normaliser } from './normalise.js'

/** Column → its place in a record. */
const PLACES: Readonly<Record<string, string>> = {
  event_source: 'eventSource',
  event_name: 'eventName',
  event_type: 'eventType',
  event_category: 'eventCategory',
  event_version: 'eventVersion',
  read_only: 'readOnly',
  management_event: 'managementEvent',
  aws_region: 'awsRegion',
  recipient_account_id: 'recipientAccountId',
  principal_type: 'userIdentity.type',
  principal_arn: 'userIdentity.arn',
  principal_id: 'userIdentity.principalId',
  principal_account_id: 'userIdentity.accountId',
  user_name: 'userIdentity.userName',
  access_key_id: 'userIdentity.accessKeyId',
  session_issuer_type: 'userIdentity.sessionContext.sessionIssuer.type',
  session_issuer_arn: 'userIdentity.sessionContext.sessionIssuer.arn',
  session_issuer_id: 'userIdentity.sessionContext.sessionIssuer.principalId',
  session_issuer_account_id: 'userIdentity.sessionContext.sessionIssuer.accountId',
  session_issuer_name: 'userIdentity.sessionContext.sessionIssuer.userName',
  session_created: 'userIdentity.sessionContext.attributes.creationDate',
  mfa_authenticated: 'userIdentity.sessionContext.attributes.mfaAuthenticated',
  source_identity: 'userIdentity.sessionContext.sourceIdentity',
  invoked_by: 'userIdentity.invokedBy',
  identity_provider: 'userIdentity.identityProvider',
  identity_center_user_id: 'userIdentity.onBehalfOf.userId',
  identity_store_arn: 'userIdentity.onBehalfOf.identityStoreArn',
  credential_id: 'userIdentity.credentialId',
  source_ip_address: 'sourceIPAddress',
  user_agent: 'userAgent',
  vpc_endpoint_id: 'vpcEndpointId',
  vpc_endpoint_account_id: 'vpcEndpointAccountId',
  tls_version: 'tlsDetails.tlsVersion',
  cipher_suite: 'tlsDetails.cipherSuite',
  key_exchange: 'tlsDetails.keyExchange',
  signature_version: 'additionalEventData.SignatureVersion',
  authentication_method: 'additionalEventData.AuthenticationMethod',
  mfa_at_sign_in: 'additionalEventData.MFAUsed',
  principal_tags: 'eventContext.tagContext.principalTags',
  bearer_token: 'additionalEventData.callWithBearerToken',
  session_from_console: 'sessionCredentialFromConsole',
  error_code: 'errorCode',
  error_message: 'errorMessage',
}

const BOOLEANS = new Set(['read_only', 'management_event', 'bearer_token', 'session_from_console'])

interface MadeValue {
  readonly dictionary: string
  readonly id: number
  readonly values: readonly SqlValue[]
  readonly text: string
  readonly names?: NamedEntry['names']
}

/** By what an event points to: the row, and those it points to in turn. */
export type MadeValues = Readonly<Record<string, readonly MadeValue[]>>

export function makeValues(columns: ReadonlyMap<string, SqlValue>): MadeValues {
  const record: Record<string, unknown> = {}
  for (const [column, value] of columns) {
    const place = PLACES[column]
    if (place !== undefined) put(record, place.split('.'), recorded(column, value))
  }
  const { action, place, identity, address, client, outcome } = normaliser.normalise(
    { record, text: '', offset: 0, length: 0, index: 0, insight: false, flags: 0 },
    () => undefined,
  )
  return {
    action: [made('action', action)],
    place: [made('place', place)],
    identity: [made('session', identity), made('caller', identity.caller)],
    address: [made('address', address)],
    client: [made('client', client)],
    outcome: [made('outcome', outcome)],
  }
}

function recorded(column: string, value: SqlValue): unknown {
  if (BOOLEANS.has(column)) return value === 1
  return column === 'principal_tags' ? JSON.parse(String(value)) : value
}

/** Of the records that are made here. */
const MAX_DEPTH = 10
/** Its own: nobody ships its entries, so that they keep their values and texts. */
const normaliser = new Normaliser(MAX_DEPTH)

function made(dictionary: string, entry: Entry | NamedEntry): MadeValue {
  const { id, values, text } = entry
  return { dictionary, id, values, text, ...('names' in entry ? { names: entry.names } : {}) }
}

function put(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    record[key] = value
    return
  }
  const inner = (record[key] ??= {})
  if (isJsonObject(inner)) put(inner, rest, value)
}
