/**
 * Tables of S3 server access logs. Callers and calls repeat from line to line, so they are dictionaries like those of
 * events: rows are half as long, and their words are indexed once.
 */
import type { AccessDraft } from '../model/access-draft.js'
import type { SqlValue } from '../model/dictionary.js'
import { LINE_FIELDS } from '../model/event.js'
import { hashId, int, text, type ColumnSpec, type TableSpec } from './column-spec.js'

export const ACCESS_CLIENT: TableSpec = {
  name: 'access_client',
  meaning: 'Requesters in access logs: one row per distinct combination.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('remote_ip', 'Address of the caller'),
    text('requester', 'ARN, or canonical user id; null when not authenticated'),
    text('user_agent', 'User-Agent as received'),
    text('principal', 'Best readable name of the requester'),
    text('principal_kind', 'As in identity, concluded from the ARN'),
    text('principal_key', 'As in identity; of users it is made of the ARN, since the log has no unique id'),
    text('principal_account_id', 'Account in the ARN; ANONYMOUS_PRINCIPAL without credentials'),
    text('session_name', 'Role session or federated user name, from the ARN'),
  ],
}

export const REQUESTER_NAME: TableSpec = {
  name: 'requester_name',
  meaning: 'Every string that finds a requester of access logs, folded to lower case.',
  sharded: true,
  columns: [
    text('name', 'Lower-case name, id or ARN', 'NOT NULL'),
    text('requester', 'access_client.requester; - where that is null', 'NOT NULL'),
    text('kind', 'What the name is, as in identity_name', 'NOT NULL'),
  ],
  primaryKey: 'name, requester, kind',
  withoutRowid: true,
}

export const ACCESS_CALL: TableSpec = {
  name: 'access_call',
  meaning: 'Operation, bucket, method and outcome of requests: one row per distinct combination.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('bucket_owner', 'Canonical user id of the bucket’s owner'),
    text('bucket', 'Bucket'),
    text('operation', 'e.g. REST.GET.OBJECT, S3.EXPIRE.OBJECT'),
    int('http_status', 'HTTP status'),
    text('error_code', 'Error code of S3'),
    text('signature_version', 'SigV2, SigV4'),
    text('cipher_suite', 'TLS cipher'),
    text('authentication_type', 'AuthHeader, QueryString'),
    text('host_header', 'Host header'),
    text('tls_version', 'TLS version'),
    text('access_point_arn', 'Access point'),
    text('acl_required', 'Yes when an ACL was needed'),
    text('source_region', 'Region of the request'),
  ],
}

export const ACCESS_LOG: TableSpec = {
  name: 'access_log',
  meaning: 'One row per line of an S3 server access log. Read it through the view access_logs.',
  sharded: true,
  columns: [
    int('id', 'Row number; no meaning outside this file', 'PRIMARY KEY'),
    int('time_ms', 'Time of the request in ms since 1970 UTC; whole seconds'),
    int('client_id', 'access_client.id', 'NOT NULL'),
    int('call_id', 'access_call.id', 'NOT NULL'),
    text('request_id', 'Request id: equals requestID of the CloudTrail data event'),
    text('host_id', 'x-amz-id-2: equals additionalEventData."x-amz-id-2" of the CloudTrail data event'),
    text('object_key', 'Key as written, URL-encoded'),
    text('request_uri', 'Request-URI as received'),
    int('bytes_sent', 'Bytes of the response'),
    int('object_size', 'Size of the object'),
    int('total_ms', 'Total time in ms'),
    int('turn_around_ms', 'Turn-around time in ms'),
    text('referer', 'Referer as received'),
    text('version_id', 'Version of the object'),
    text('decoded_key', 'Key without its encoding, a plus as a space; null where that is the same'),
    int('source_id', 'source.id', 'NOT NULL'),
    int('record_offset', 'First byte of the line in the decompressed content', 'NOT NULL'),
    int('record_length', 'Bytes of the line', 'NOT NULL'),
  ],
}

/** Columns of a line between its row number and its location, in table order. */
export function accessValues(draft: AccessDraft): SqlValue[] {
  return [
    draft.timeMs,
    draft.client.id,
    draft.call.id,
    draft.requestId,
    draft.hostId,
    draft.objectKey,
    draft.requestUri,
    draft.bytesSent,
    draft.objectSize,
    draft.totalMs,
    draft.turnAroundMs,
    draft.referer,
    draft.versionId,
    draft.decodedKey,
  ]
}

/** What access_text finds a line by. The URI of a request holds its key, so that most lines have its words once. */
export function accessWords({
  objectKey,
  requestUri,
  referer,
  versionId,
  text,
}: Pick<AccessDraft, 'objectKey' | 'requestUri' | 'referer' | 'versionId' | 'text'>): string {
  const isSaid =
    typeof requestUri === 'string' && typeof objectKey === 'string' && requestUri.includes(objectKey)
  return [isSaid ? null : objectKey, requestUri, referer, versionId, text]
    .filter((words) => words !== null)
    .join(' ')
}

const TABLE_LETTERS = [
  ['l', ACCESS_LOG],
  ['c', ACCESS_CLIENT],
  ['k', ACCESS_CALL],
] as const

export interface AccessField {
  readonly column: ColumnSpec
  /** Column name prefixed with its table in ACCESS_FROM. */
  readonly sql: string
}

export const ACCESS_FIELDS: readonly AccessField[] = LINE_FIELDS.map(accessField)

/** `l` is access_log, `c` access_client, `k` access_call. */
export const ACCESS_FROM =
  'FROM access_log l JOIN access_client c ON c.id = l.client_id JOIN access_call k ON k.id = l.call_id'

export function accessField(name: string): AccessField {
  for (const [letter, table] of TABLE_LETTERS) {
    const column = table.columns.find((spec) => spec.name === name)
    if (column !== undefined) return { column, sql: `${letter}.${name}` }
  }
  throw new Error(`no table of access logs has ${name}`)
}
