/**
 * Indexes, each built by one sort after the bulk load: inserting row by row is several times slower. They are built in
 * table order.
 */
export interface IndexSpec {
  readonly name: string
  readonly table: string
  readonly columns: string
  /** Condition of a partial index. */
  readonly where?: string
  /** The query that needs it. */
  readonly reason: string
}

export const INDEXES: readonly IndexSpec[] = [
  { name: 'event_by_event_id', table: 'event', columns: 'event_id', reason: 'show, duplicates' },
  { name: 'event_by_request_id', table: 'event', columns: 'request_id', reason: 'find request' },
  { name: 'event_by_time', table: 'event', columns: 'event_time_ms', reason: 'find window' },
  {
    name: 'event_by_identity',
    table: 'event',
    columns: 'identity_id, event_time_ms',
    reason: 'find principal',
  },
  {
    name: 'event_by_action',
    table: 'event',
    columns: 'action_id, event_time_ms',
    reason: '--event, --service',
  },
  { name: 'event_by_address', table: 'event', columns: 'address_id, event_time_ms', reason: '--source-ip' },
  { name: 'event_by_client', table: 'event', columns: 'client_id, event_time_ms', reason: 'find text' },
  {
    name: 'event_by_outcome',
    table: 'event',
    columns: 'outcome_id, event_time_ms',
    where: 'outcome_id <> 0',
    reason: '--error',
  },
  { name: 'redelivery_by_event', table: 'redelivery', columns: 'event_rowid', reason: 'appearances' },
  { name: 'reduced_form_by_target', table: 'reduced_form', columns: 'target', reason: 'appearances' },
  {
    name: 'reduced_form_saying_more',
    table: 'reduced_form',
    columns: 'id',
    where: 'says_more = 1',
    reason: 'find text',
  },
  {
    name: 'event_resource_by_resource',
    table: 'event_resource',
    columns: 'resource_id, event_time_ms',
    reason: 'find resource',
  },
  { name: 'resource_by_arn', table: 'resource', columns: 'arn', reason: 'find resource' },
  {
    name: 'resource_by_name',
    table: 'resource',
    columns: 'name COLLATE NOCASE',
    where: 'name IS NOT NULL',
    reason: 'find resource by bare id',
  },
  {
    name: 'source_by_sha256',
    table: 'source',
    // Thousands of copies or empty files can share a hash: status and path find the right one.
    columns: 'sha256, status, path',
    reason: 'already indexed?',
  },
  {
    name: 'source_by_container',
    table: 'source',
    columns: 'container_sha256',
    where: 'container_sha256 IS NOT NULL',
    reason: 'members already indexed?',
  },
  {
    name: 'problem_by_source',
    table: 'problem',
    columns: 'source_id, path',
    reason: 'findings of an earlier attempt',
  },
  {
    name: 'segment_by_source',
    table: 'segment',
    columns: 'source_id, content_offset',
    reason: 'reading a record',
  },
  { name: 'session_by_access_key', table: 'session', columns: 'access_key_id', reason: '--access-key' },
  { name: 'session_by_caller', table: 'session', columns: 'caller_id', reason: 'find principal' },
  { name: 'address_by_ip', table: 'address', columns: 'source_ip_address', reason: '--source-ip' },
  {
    name: 'access_client_by_requester',
    table: 'access_client',
    columns: 'requester',
    reason: 'find principal',
  },
  { name: 'access_client_by_address', table: 'access_client', columns: 'remote_ip', reason: '--source-ip' },
  { name: 'access_log_by_request', table: 'access_log', columns: 'request_id', reason: 'find request' },
  {
    name: 'access_log_by_host_id',
    table: 'access_log',
    // The first characters are as selective as all 76, with a quarter of the index size.
    columns: 'substr(host_id, 1, 16)',
    where: 'host_id IS NOT NULL',
    reason: 'find request by x-amz-id-2',
  },
  {
    name: 'access_log_by_decoded_key',
    table: 'access_log',
    columns: 'coalesce(decoded_key, object_key)',
    where: 'object_key IS NOT NULL',
    reason: 'find resource',
  },
  {
    name: 'access_log_by_client',
    table: 'access_log',
    columns: 'client_id, time_ms',
    reason: 'find principal, --source-ip',
  },
  {
    name: 'access_log_by_call',
    table: 'access_log',
    columns: 'call_id, time_ms',
    reason: 'find resource by bucket, --error, --event',
  },
  { name: 'access_log_by_time', table: 'access_log', columns: 'time_ms', reason: 'find window' },
  { name: 'aggregate_by_time', table: 'aggregate', columns: 'window_start_ms', reason: 'find window' },
  { name: 'action_by_stem', table: 'action', columns: 'event_name_stem', reason: '--event' },
]

export function createIndex(index: IndexSpec): string {
  const where = index.where === undefined ? '' : ` WHERE ${index.where}`
  return `CREATE INDEX IF NOT EXISTS ${index.name} ON ${index.table} (${index.columns})${where}`
}
