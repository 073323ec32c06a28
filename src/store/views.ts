import { FLAG } from '../model/dictionary.js'
import { CALLER_COLUMNS, IDENTITY_COLUMNS } from '../model/principal.js'
import { ACCESS_FIELDS, ACCESS_FROM } from './access-log-schema.js'
import { usesOf } from './event-uses.js'
import { PRINCIPAL_NAME } from './principal-name.js'
import { PROBLEM, SOURCE, type ColumnSpec } from './schema.js'
import { CALLER, SESSION } from './caller-schema.js'
import { TARGET } from './target.js'
import { EVERYDAY_COLUMNS, EVERYDAY_SELECT } from './everyday-facts.js'

/** A readable view. Inner joins only, so that SQLite pushes an equality through it into an index. */
export interface ViewSpec {
  readonly name: string
  readonly meaning: string
  readonly columns: readonly ColumnSpec[]
  readonly sql: string
}

const col = (name: string, type: ColumnSpec['type'], meaning: string): ColumnSpec => ({ name, type, meaning })

/** Of a column in ms; CloudTrail's times have whole seconds. */
export const isoSeconds = (column: string): string =>
  `strftime('%Y-%m-%dT%H:%M:%SZ', ${column} / 1000, 'unixepoch')`

const EVENT_TIME_TEXT = `CASE WHEN e.event_time_ms % 1000 = 0 THEN ${isoSeconds('e.event_time_ms')}
    ELSE strftime('%Y-%m-%dT%H:%M:%fZ', e.event_time_ms / 1000.0, 'unixepoch') END`

const TIME_SOURCE = `CASE WHEN e.event_time_ms IS NULL THEN NULL WHEN e.flags & ${FLAG.timestampTime} THEN '@timestamp'
    WHEN e.flags & ${FLAG.envelopeTime} THEN 'envelope' ELSE 'eventTime' END`

/** Selects every event column; `e` is event. Callers add WHERE and ORDER BY. */
export const EVENT_SELECT = `SELECT ${EVENT_TIME_TEXT} AS event_time,
  a.event_source, a.event_name, p.aws_region, p.recipient_account_id, e.event_id, e.request_id, e.shared_event_id,
  a.event_type, a.event_category, a.event_version, a.read_only, o.error_code, o.error_message,
  g.source_ip_address, h.user_agent, g.vpc_endpoint_id,
  i.principal, c.principal_type, c.credential_class, i.principal_arn, i.principal_id, c.principal_account_id, c.user_name,
  i.access_key_id, c.session_issuer_arn, i.session_name, c.invoked_by, i.mfa_authenticated,
  s.path AS source_path, s.member, e.record_offset, e.record_length, e.appearances,
  ${TIME_SOURCE} AS time_source,
  ${EVERYDAY_SELECT}, ${TARGET} AS target`

export const EVENT_FROM = `FROM event e JOIN action a ON a.id = e.action_id JOIN place p ON p.id = e.place_id
  JOIN session i ON i.id = e.identity_id JOIN caller c ON c.id = i.caller_id JOIN address g ON g.id = e.address_id
  JOIN client h ON h.id = e.client_id JOIN outcome o ON o.id = e.outcome_id
  JOIN source s ON s.id = e.source_id`

export const EVENTS: ViewSpec = {
  name: 'events',
  meaning: 'Each distinct event once, readable.',
  sql: `${EVENT_SELECT},
  e.event_time_ms, a.event_name_stem, a.management_event, c.principal_kind, c.principal_key, i.session_created,
  c.identity_center_user_id, h.tls_version, h.cipher_suite, h.key_exchange,
  h.signature_version, h.authentication_method, e.flags, e.id AS event_rowid
  ${EVENT_FROM}`,
  columns: [
    col('event_time', 'TEXT', 'eventTime, UTC; for ranges use event_time_ms, which is indexed'),
    col('event_source', 'TEXT', 'Service as recorded'),
    col('event_name', 'TEXT', 'Name of the call as recorded'),
    col('aws_region', 'TEXT', 'Region'),
    col('recipient_account_id', 'TEXT', 'Account whose trail received the record'),
    col('event_id', 'TEXT', 'eventID; "sha256:…" where the record has none'),
    col('request_id', 'TEXT', 'requestID'),
    col('shared_event_id', 'TEXT', 'sharedEventID'),
    col('event_type', 'TEXT', 'eventType'),
    col('event_category', 'TEXT', 'eventCategory'),
    col('event_version', 'TEXT', 'eventVersion'),
    col('read_only', 'INTEGER', '1 read, 0 write, null if absent'),
    col('error_code', 'TEXT', 'errorCode'),
    col('error_message', 'TEXT', 'errorMessage'),
    col('source_ip_address', 'TEXT', 'sourceIPAddress'),
    col('user_agent', 'TEXT', 'userAgent'),
    col('vpc_endpoint_id', 'TEXT', 'vpcEndpointId'),
    col('principal', 'TEXT', 'Best readable name of the caller'),
    col('principal_type', 'TEXT', 'userIdentity.type'),
    col('credential_class', 'TEXT', 'Which credentials were used'),
    col('principal_arn', 'TEXT', 'userIdentity.arn'),
    col('principal_id', 'TEXT', 'userIdentity.principalId'),
    col('principal_account_id', 'TEXT', 'userIdentity.accountId'),
    col('user_name', 'TEXT', 'userIdentity.userName'),
    col('access_key_id', 'TEXT', 'userIdentity.accessKeyId'),
    col('session_issuer_arn', 'TEXT', 'Role or user of the session'),
    col('session_name', 'TEXT', 'Session name'),
    col('invoked_by', 'TEXT', 'userIdentity.invokedBy'),
    col('mfa_authenticated', 'TEXT', 'mfaAuthenticated as recorded'),
    col('source_path', 'TEXT', 'File of the first appearance'),
    col('member', 'TEXT', 'Name inside a container'),
    col('record_offset', 'INTEGER', 'First byte of the record in the decompressed content'),
    col('record_length', 'INTEGER', 'Bytes of the record'),
    col('appearances', 'INTEGER', 'How often the event was delivered'),
    col(
      'time_source',
      'TEXT',
      'What event_time is: eventTime, @timestamp of a shipper, or the time of the envelope; null without one',
    ),
    ...EVERYDAY_COLUMNS,
    col(
      'target',
      'TEXT',
      'What it acted on, + what it made or attached, → who got access, ↛ who lost it; … for more than three',
    ),
    col('event_time_ms', 'INTEGER', 'eventTime in ms since 1970 UTC (indexed)'),
    col('event_name_stem', 'TEXT', 'event_name without an API date'),
    col('management_event', 'INTEGER', 'managementEvent'),
    col('principal_kind', 'TEXT', 'Kind of principal'),
    col('principal_key', 'TEXT', 'Canonical key of the principal'),
    col('session_created', 'TEXT', 'When the session began'),
    col('identity_center_user_id', 'TEXT', 'onBehalfOf.userId'),
    col('tls_version', 'TEXT', 'tlsDetails.tlsVersion'),
    col('cipher_suite', 'TEXT', 'tlsDetails.cipherSuite, or additionalEventData.CipherSuite'),
    col('key_exchange', 'TEXT', 'tlsDetails.keyExchange'),
    col('signature_version', 'TEXT', 'additionalEventData.SignatureVersion: SigV2, SigV4'),
    col(
      'authentication_method',
      'TEXT',
      'additionalEventData.AuthenticationMethod: QueryString is a presigned URL',
    ),
    col('flags', 'INTEGER', 'As in event'),
    col('event_rowid', 'INTEGER', 'event.id, joins the other tables'),
  ],
}

const IDENTITY: ViewSpec = {
  name: 'identity',
  meaning: 'One row per distinct caller with its session and key: userIdentity, flattened.',
  sql: `SELECT s.id, ${IDENTITY_COLUMNS.map((name) => `${isOfCaller(name) ? 'c' : 's'}.${name}`).join(', ')}, s.caller_id
    FROM session s JOIN caller c ON c.id = s.caller_id`,
  columns: [
    col('id', 'INTEGER', 'session.id'),
    ...IDENTITY_COLUMNS.map((name) => {
      const column = [...CALLER.columns, ...SESSION.columns].find((one) => one.name === name)
      return col(name, 'TEXT', column?.meaning ?? name)
    }),
    col('caller_id', 'INTEGER', 'caller.id'),
  ],
}

function isOfCaller(column: (typeof IDENTITY_COLUMNS)[number]): boolean {
  return CALLER_COLUMNS.some((name) => name === column)
}

const IDENTITY_NAME: ViewSpec = {
  name: 'identity_name',
  meaning: 'Every string that finds an identity, folded to lower case.',
  sql: `SELECT name, session_id AS identity_id, kind FROM name_of_session
  UNION ALL
  SELECT o.name, s.id, o.kind FROM name_of_caller o JOIN session s ON s.caller_id = o.caller_id`,
  columns: [
    col('name', 'TEXT', 'Lower-case name, id, ARN or key'),
    col('identity_id', 'INTEGER', 'identity.id'),
    col(
      'kind',
      'TEXT',
      'What the name is: arn, role-arn, name, id, access-key, session, account, service, …',
    ),
  ],
}

const APPEARANCES: ViewSpec = {
  name: 'appearances',
  meaning: 'Every place where an event was delivered.',
  sql: `SELECT e.event_id, s.path AS source_path, s.member, e.record_offset, e.record_length, e.locator, e.source_id, e.id AS event_rowid
    FROM event e JOIN source s ON s.id = e.source_id
  UNION ALL
  SELECT e.event_id, s.path, s.member, r.record_offset, r.record_length, r.locator, r.source_id, e.id
    FROM redelivery r JOIN event e ON e.id = r.event_rowid JOIN source s ON s.id = r.source_id
  UNION ALL
  SELECT e.event_id, s.path, s.member, f.record_offset, f.record_length, f.locator, f.source_id, e.id
    FROM reduced_form f JOIN event e ON e.id = f.target JOIN source s ON s.id = f.source_id WHERE f.id <> f.target`,
  columns: [
    col('event_id', 'TEXT', 'eventID'),
    col('source_path', 'TEXT', 'File'),
    col('member', 'TEXT', 'Name inside a container'),
    col('record_offset', 'INTEGER', 'First byte of the record in the decompressed content'),
    col('record_length', 'INTEGER', 'Bytes of the record'),
    col('locator', 'TEXT', 'Path to a wrapped record'),
    col('source_id', 'INTEGER', 'source.id'),
    col('event_rowid', 'INTEGER', 'event.id'),
  ],
}

const EVENT_RESOURCES: ViewSpec = {
  name: 'event_resources',
  meaning: 'Which event names which resource.',
  sql: `SELECT e.event_id, r.arn, r.type, l.role, r.name, r.derived, x.event_rowid, x.event_time_ms
    FROM event_resource x JOIN event e ON e.id = x.event_rowid AND ${usesOf('x', 'e.id')} JOIN resource r ON r.id = x.resource_id
    JOIN resource_role l ON l.id = x.role_id`,
  columns: [
    col('event_id', 'TEXT', 'eventID'),
    col('arn', 'TEXT', 'ARN'),
    col('type', 'TEXT', 'Type'),
    col('role', 'TEXT', 'Part it plays: target, source, key, grantee, created, policy, mentioned, revoked'),
    col('name', 'TEXT', 'Bare id or name'),
    col('derived', 'INTEGER', '1 when the ARN was put together'),
    col('event_rowid', 'INTEGER', 'event.id'),
    col('event_time_ms', 'INTEGER', 'Time of the event'),
  ],
}

const PRINCIPALS: ViewSpec = {
  name: 'principals',
  meaning: 'Each principal once, with what it did in numbers.',
  sql: `SELECT i.principal_key, i.principal_kind,
    ${PRINCIPAL_NAME} AS principal, max(i.principal_account_id) AS account_id,
    max(coalesce(i.session_issuer_arn, i.principal_arn)) AS arn, count(DISTINCT i.access_key_id) AS access_keys,
    sum(n.events) AS events, ${isoSeconds('min(n.first_ms)')} AS first_seen,
    ${isoSeconds('max(n.last_ms)')} AS last_seen
    FROM identity i JOIN (SELECT identity_id, count(*) AS events, min(event_time_ms) AS first_ms, max(event_time_ms) AS last_ms
      FROM event GROUP BY identity_id) n ON n.identity_id = i.id
    GROUP BY i.principal_key, i.principal_kind`,
  columns: [
    col('principal_key', 'TEXT', 'Canonical key'),
    col('principal_kind', 'TEXT', 'Kind of principal'),
    col('principal', 'TEXT', 'Best readable name: of a role the role’s own, not that of a session'),
    col('account_id', 'TEXT', 'Account'),
    col('arn', 'TEXT', 'ARN of the principal or of the role of its sessions'),
    col('access_keys', 'INTEGER', 'Distinct access keys'),
    col('events', 'INTEGER', 'Events'),
    col('first_seen', 'TEXT', 'First event, UTC'),
    col('last_seen', 'TEXT', 'Last event, UTC'),
  ],
}

export const ACCESS_LOGS: ViewSpec = {
  name: 'access_logs',
  meaning: 'S3 server access logs, readable: one row per request.',
  sql: `SELECT ${isoSeconds('l.time_ms')} AS time,
    ${ACCESS_FIELDS.map(({ sql }) => sql).join(', ')},
    s.path AS source_path, s.member, l.record_offset, l.record_length, l.source_id, l.id AS access_log_rowid,
    c.principal, c.principal_kind, c.principal_key, c.principal_account_id, c.session_name
    ${ACCESS_FROM} JOIN source s ON s.id = l.source_id`,
  columns: [
    col('time', 'TEXT', 'Time of the request, UTC; for ranges use time_ms, which is indexed'),
    ...ACCESS_FIELDS.map(({ column }) => col(column.name, column.type, column.meaning)),
    col('source_path', 'TEXT', 'File'),
    col('member', 'TEXT', 'Name inside a container'),
    col('record_offset', 'INTEGER', 'First byte of the line in the decompressed content'),
    col('record_length', 'INTEGER', 'Bytes of the line'),
    col('source_id', 'INTEGER', 'source.id'),
    col('access_log_rowid', 'INTEGER', 'access_log.id'),
    col('principal', 'TEXT', 'Best readable name of the requester'),
    col('principal_kind', 'TEXT', 'Kind of principal'),
    col('principal_key', 'TEXT', 'Canonical key of the principal'),
    col('principal_account_id', 'TEXT', 'Account in the ARN'),
    col('session_name', 'TEXT', 'Session name'),
  ],
}

const SOURCES: ViewSpec = {
  name: 'sources',
  meaning: 'Every file that was given to index.',
  sql: `SELECT ${SOURCE.columns.map((c) => c.name).join(', ')} FROM source`,
  columns: SOURCE.columns.map(({ name, type, meaning, since = 0 }) => ({ name, type, meaning, since })),
}

const PROBLEMS: ViewSpec = {
  name: 'problems',
  meaning: 'Everything found wrong with the evidence.',
  sql: `SELECT ${PROBLEM.columns.map((c) => c.name).join(', ')} FROM problem`,
  columns: PROBLEM.columns.map((c) => col(c.name, c.type, c.meaning)),
}

const COVERAGE: ViewSpec = {
  name: 'coverage',
  meaning: 'Events by account, region and day of the event.',
  sql: `SELECT p.recipient_account_id AS account_id, p.aws_region, date(n.day * 86400, 'unixepoch') AS day, sum(n.events) AS events
    FROM (SELECT place_id, event_time_ms / 86400000 AS day, count(*) AS events FROM event GROUP BY 1, 2) n
    JOIN place p ON p.id = n.place_id GROUP BY 1, 2, 3`,
  columns: [
    col('account_id', 'TEXT', 'recipientAccountId'),
    col('aws_region', 'TEXT', 'awsRegion'),
    col('day', 'TEXT', 'YYYY-MM-DD, UTC'),
    col('events', 'INTEGER', 'Distinct events'),
  ],
}

export const VIEWS: readonly ViewSpec[] = [
  EVENTS,
  IDENTITY,
  IDENTITY_NAME,
  APPEARANCES,
  EVENT_RESOURCES,
  PRINCIPALS,
  ACCESS_LOGS,
  SOURCES,
  PROBLEMS,
  COVERAGE,
]
