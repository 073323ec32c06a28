/** A small case made by hand: the real tables, views and indexes, and a few events that cover every question and filter. */
import { useNumber } from '../../src/model/event-id.js'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll } from 'vitest'
import type { CredentialClass, PrincipalKind } from '../../src/model/principal.js'
import { RESOURCE_ROLES, type ResourceRole } from '../../src/model/resource.js'
import { APPLICATION_ID, PAGE_SIZE, USER_VERSION } from '../../src/store/format.js'
import { createIndex, INDEXES } from '../../src/store/indexes.js'
import { openReader, type Connection } from '../../src/store/open.js'
import { createTable, FTS_DDL, TABLES } from '../../src/store/schema.js'
import { VIEWS } from '../../src/store/views.js'
import { tempFolder } from './temp-folder.js'

export interface TinyIdentity {
  readonly principal: string
  readonly kind: PrincipalKind
  /** After the kind. */
  readonly key: string
  readonly arn?: string
  readonly credentials: CredentialClass
  readonly accessKey?: string
  /** Name and kind; folded to lower case when written, as the normaliser does. */
  readonly names: readonly (readonly [name: string, kind: string])[]
}

export interface TinyResource {
  readonly arn: string | null
  readonly type: string
  readonly name?: string
  readonly role: ResourceRole
}

export interface TinyEvent {
  readonly eventId: string
  readonly requestId: string | null
  /** ISO time, or null where the record has none that can be read. */
  readonly time: string | null
  readonly service: string
  readonly event: string
  readonly readOnly: 0 | 1 | null
  readonly account: string
  readonly region: string
  readonly sourceIp: string
  readonly error?: string
  /** Failed without an error code. */
  readonly failed?: boolean
  readonly identity: TinyIdentity
  readonly resources: readonly TinyResource[]
  /** Full text of the record. */
  readonly text: string
}

export interface TinyCase {
  readonly path: string
}

const alice = (accessKey: string, credentials: CredentialClass): TinyIdentity => ({
  principal: 'alice',
  kind: 'user',
  key: 'AIDAALICE0000EXAMPLE',
  arn: 'arn:aws:iam::111122223333:user/dev/Alice',
  credentials,
  accessKey,
  names: [
    ['alice', 'name'],
    ['arn:aws:iam::111122223333:user/dev/Alice', 'arn'],
    ['AIDAALICE0000EXAMPLE', 'id'],
    [accessKey, 'access-key'],
    ['111122223333', 'account'],
  ],
})

const ALICE_KEY = alice('AKIAALICE000EXAMPLE1', 'user-key')
const ALICE_CONSOLE = alice('ASIAALICE000EXAMPLE2', 'console-session')

const deploy = (session: string, accessKey: string): TinyIdentity => ({
  principal: `Deploy/${session}`,
  kind: 'role',
  key: 'AROADEPLOY000EXAMPLE',
  arn: 'arn:aws:iam::111122223333:role/service-role/Deploy',
  credentials: 'role-session',
  accessKey,
  names: [
    ['Deploy', 'name'],
    [session, 'session'],
    [`arn:aws:sts::111122223333:assumed-role/Deploy/${session}`, 'session-arn'],
    ['arn:aws:iam::111122223333:role/service-role/Deploy', 'role-arn'],
    ['AROADEPLOY000EXAMPLE', 'id'],
    [accessKey, 'access-key'],
    ['111122223333', 'account'],
  ],
})

const DEPLOY_1 = deploy('build-1', 'ASIADEPLOY00EXAMPLE1')
const DEPLOY_2 = deploy('build*2', 'ASIADEPLOY00EXAMPLE2')

const ROOT: TinyIdentity = {
  principal: 'root',
  kind: 'root',
  key: '444455556666',
  arn: 'arn:aws:iam::444455556666:root',
  credentials: 'root-console',
  names: [
    ['root', 'name'],
    ['arn:aws:iam::444455556666:root', 'arn'],
    ['444455556666', 'account'],
  ],
}

const LOGGING: TinyIdentity = {
  principal: 'delivery.logs.amazonaws.com',
  kind: 'service',
  key: 'delivery.logs.amazonaws.com',
  credentials: 'aws-service',
  names: [
    ['delivery.logs.amazonaws.com', 'service'],
    ['delivery.logs', 'service'],
  ],
}

const bucket = (arn: string): TinyResource => ({ arn, type: 'AWS::S3::Bucket', role: 'target' })
const object = (arn: string, role: ResourceRole = 'target'): TinyResource => ({
  arn,
  type: 'AWS::S3::Object',
  role,
})

const EVENT: Omit<TinyEvent, 'eventId' | 'requestId' | 'time' | 'event'> = {
  service: 's3.amazonaws.com',
  readOnly: 1,
  account: '111122223333',
  region: 'us-east-1',
  sourceIp: '203.0.113.7',
  identity: ALICE_KEY,
  resources: [],
  text: '',
}

const eventId = (number: number) => `00000000-aaaa-4000-8000-${String(number).padStart(12, '0')}`

/** In the order of indexing, which is not the order of time. */
export const EVENTS: readonly TinyEvent[] = [
  {
    ...EVENT,
    eventId: eventId(1),
    requestId: '4KMY2V7X0C9RT1EH',
    time: '2023-07-10T11:42:00Z',
    event: 'GetObject',
    resources: [bucket('arn:aws:s3:::evidence'), object('arn:aws:s3:::evidence/Reports/q2.pdf')],
    text: 'evidence Reports/q2.pdf alice aws-cli/2.13 100%_sure "quoted" 日本語 straße',
  },
  {
    ...EVENT,
    eventId: eventId(2),
    requestId: '4KMY2V7X0C9RT1EH',
    time: '2023-07-10T11:42:00Z',
    event: 'PutObject',
    readOnly: 0,
    resources: [
      bucket('arn:aws:s3:::evidence'),
      object('arn:aws:s3:::evidence/a*b'),
      object('arn:aws:s3:::evidence/a*b', 'source'),
    ],
    text: 'evidence a*b alice aws-cli/2.13 the quick brown fox',
  },
  {
    ...EVENT,
    eventId: eventId(3),
    requestId: 'aaaa0000-0000-4000-8000-00000000000c',
    time: '2023-07-10T11:40:00.250Z',
    service: 'lambda.amazonaws.com',
    event: 'CreateFunction20150331',
    readOnly: 0,
    identity: ALICE_CONSOLE,
    resources: [
      {
        arn: 'arn:aws:lambda:us-east-1:111122223333:function:Tidy',
        type: 'AWS::Lambda::Function',
        name: 'Tidy',
        role: 'created',
      },
      {
        arn: 'arn:aws:iam::111122223333:role/service-role/Deploy',
        type: 'AWS::IAM::Role',
        name: 'Deploy',
        role: 'mentioned',
      },
    ],
    text: 'Tidy arn:aws:iam::111122223333:role/service-role/Deploy alice É AND quick fox brown',
  },
  {
    ...EVENT,
    eventId: eventId(4),
    requestId: null,
    time: '2023-07-10T11:50:00Z',
    service: 'signin.amazonaws.com',
    event: 'ConsoleLogin',
    readOnly: null,
    account: '444455556666',
    region: 'us-west-2',
    sourceIp: '198.51.100.20',
    identity: ROOT,
    failed: true,
    text: 'root console login failure NOT OR NEAR',
  },
  {
    ...EVENT,
    eventId: eventId(5),
    requestId: 'bbbb0000-0000-4000-8000-00000000000d',
    time: '2023-07-10T11:45:00Z',
    service: 'ec2.amazonaws.com',
    event: 'TerminateInstances',
    readOnly: 0,
    identity: DEPLOY_1,
    error: 'Client.UnauthorizedOperation',
    resources: [
      {
        arn: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0abc',
        type: 'AWS::EC2::Instance',
        name: 'i-0abc',
        role: 'target',
      },
      { arn: null, type: 'AWS::EC2::Image', name: 'ami-0def', role: 'mentioned' },
    ],
    text: 'i-0abc You are not authorized to perform this operation. quick',
  },
  {
    ...EVENT,
    eventId: eventId(6),
    requestId: 'cccc0000-0000-4000-8000-00000000000e',
    time: '2023-07-10T11:45:00Z',
    event: 'PutBucketAcl',
    readOnly: 0,
    identity: DEPLOY_2,
    error: 'AccessDenied',
    account: '444455556666',
    resources: [bucket('arn:aws-cn:s3:::evidence')],
    text: 'evidence acl quick',
  },
  {
    ...EVENT,
    eventId: eventId(7),
    requestId: 'dddd0000-0000-4000-8000-00000000000f',
    time: '2023-07-11T00:00:00Z',
    event: 'ListBuckets',
    sourceIp: 'delivery.logs.amazonaws.com',
    region: 'us-west-2',
    identity: LOGGING,
    text: 'ListBuckets delivery.logs.amazonaws.com',
  },
  {
    ...EVENT,
    eventId: eventId(8),
    requestId: '',
    time: null,
    event: 'GetObject',
    identity: DEPLOY_1,
    resources: [bucket('arn:aws:s3:::evidence'), object('arn:aws:s3:::evidence/Reports/q3.pdf')],
    text: 'evidence Reports/q3.pdf quick brown',
  },
]

/** The text of an event's record as in its source, not as JSON.stringify would write it. */
export function recordText({ eventId, event }: TinyEvent): string {
  return `{ "eventID":"${eventId}", "eventName":"${event}", "n": 1.10, "big": 12345678901234567890 }`
}

/** Writes a case into a folder of its own. `indexes: false` leaves it as a load in progress does. */
export function tinyCase(
  events = EVENTS,
  options: { readonly indexes?: boolean; readonly state?: string } = {},
): TinyCase {
  const path = join(tempFolder('case'), 'case.sqlite')
  const db = new Database(path)
  try {
    db.pragma(`page_size = ${PAGE_SIZE}`)
    db.transaction(() => {
      writeSchema(db, options.state ?? 'ready')
      writeEvents(db, events)
      if (options.indexes !== false) for (const index of INDEXES) db.exec(createIndex(index))
    })()
  } finally {
    db.close()
  }
  return { path }
}

/** One that is open until the tests of the file are done. */
export function openTinyCase(): Connection {
  const db = openReader(tinyCase().path)
  afterAll(() => db.close())
  return db
}

function writeSchema(db: Database.Database, state: string): void {
  for (const table of TABLES) db.exec(createTable(table))
  for (const ddl of FTS_DDL) db.exec(ddl)
  for (const view of VIEWS) db.exec(`CREATE VIEW ${view.name} AS ${view.sql}`)
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma(`user_version = ${USER_VERSION}`)
  db.prepare("INSERT INTO meta VALUES ('state', ?)").run(state)
  RESOURCE_ROLES.forEach((role, id) => db.prepare('INSERT INTO resource_role VALUES (?, ?)').run(id, role))
  db.exec('INSERT INTO outcome (id, failed, denied) VALUES (0, 0, 0)')
  insert(db, 'source', {
    id: 1,
    run_id: 1,
    path: 'AWSLogs/a.json',
    size: 1,
    status: 'indexed',
    records: 1,
    events: 1,
    duplicates: 0,
    replaced: 0,
    rejected: 0,
  })
}

type Row = Readonly<Record<string, string | number | bigint | Buffer | null>>

/** @returns how many rows: none when it is known. */
function insert(db: Database.Database, table: string, row: Row): number {
  const names = Object.keys(row)
  const holes = names.map(() => '?').join(', ')
  return db
    .prepare(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${holes})`)
    .run(...Object.values(row)).changes
}

/** Ids as large as real ones: a 63-bit resource id does not fit a JavaScript number. */
class Ids {
  readonly #known = new Map<string, number>()

  of(row: unknown): number {
    const key = JSON.stringify(row)
    const id = this.#known.get(key) ?? 2 ** 51 + this.#known.size
    this.#known.set(key, id)
    return id
  }
}

function writeEvents(db: Database.Database, events: readonly TinyEvent[]): void {
  const ids = new Ids()
  let offset = 0
  events.forEach((event, index) => {
    const record = recordText(event)
    writeEvent(db, ids, event, { rowid: index + 1, offset, length: record.length })
    offset += record.length
  })
  const bytes = Buffer.from(events.map(recordText).join(''))
  const place = { source_id: 1, content_offset: 0, content_length: bytes.length }
  insert(db, 'segment', { ...place, encoding: 'plain', bytes })
}

interface Place {
  readonly rowid: number
  readonly offset: number
  readonly length: number
}

function writeEvent(
  db: Database.Database,
  ids: Ids,
  event: TinyEvent,
  { rowid, offset, length }: Place,
): void {
  const ms = event.time === null ? null : Date.parse(event.time)
  const { caller, session, ...shared } = sharedRows(event)
  const callerId = writeShared(db, ids, 'caller', caller)
  const identity = writeShared(db, ids, 'session', { caller_id: callerId, ...session })
  const dictionaryIds = Object.entries(shared).map(([table, row]) => {
    return [`${table}_id`, row === null ? 0 : writeShared(db, ids, table, row)]
  })
  insert(db, 'event', {
    id: rowid,
    event_time_ms: ms,
    identity_id: identity,
    ...(Object.fromEntries(dictionaryIds) as Row),
    event_id: event.eventId,
    request_id: event.requestId,
    source_id: 1,
    record_offset: offset,
    record_length: length,
    flags: 0,
    appearances: 1,
  })
  insert(db, 'event_text', { rowid, body: event.text })
  for (const [name, kind] of event.identity.names) {
    const isOfSession = OF_SESSION.has(kind)
    const owner = isOfSession ? { session_id: identity } : { caller_id: callerId }
    const table = isOfSession ? 'name_of_session' : 'name_of_caller'
    insert(db, table, { name: name.toLowerCase(), ...owner, kind })
  }
  for (const [index, { role, arn, type, name }] of event.resources.entries()) {
    const row = { arn, type, name: name ?? null, derived: 0 }
    const id = 2n ** 62n + BigInt(ids.of(['resource', row]))
    insert(db, 'resource', { id, ...row })
    const use = { id: useNumber(rowid, index), resource_id: id, role_id: RESOURCE_ROLES.indexOf(role) }
    insert(db, 'event_resource', { ...use, event_time_ms: ms })
  }
}

function writeShared(db: Database.Database, ids: Ids, table: string, row: Row): number {
  const id = ids.of([table, row])
  if (insert(db, table, { id, ...row }) > 0) insert(db, 'value_text', { rowid: id, body: sharedText(row) })
  return id
}

/** Kinds of name that differ from session to session. */
const OF_SESSION = new Set(['session', 'session-arn', 'access-key', 'source-identity'])

interface SharedRows extends Record<'action' | 'place' | 'address' | 'client', Row> {
  readonly caller: Row
  readonly session: Row
  /** null is success. */
  readonly outcome: Row | null
}

/** Dictionary rows of an event. */
function sharedRows(event: TinyEvent): SharedRows {
  const { principal, kind, key, arn, credentials, accessKey } = event.identity
  return {
    action: {
      event_source: event.service,
      event_name: event.event,
      event_name_stem: stemOf(event),
      read_only: event.readOnly,
    },
    place: { aws_region: event.region, recipient_account_id: event.account },
    caller: { credential_class: credentials, principal_kind: kind, principal_key: `${kind}:${key}` },
    session: { principal, access_key_id: accessKey ?? null, principal_arn: arn ?? null },
    address: { source_ip_address: event.sourceIp },
    client: { user_agent: 'aws-cli/2.13' },
    outcome: isFailed(event) ? { error_code: event.error ?? null, failed: 1 } : null,
  }
}

const NOT_TEXT = new Set(['principal_kind', 'principal_key', 'principal_arn'])

/** As the normaliser writes it: the values that are text. */
function sharedText(row: Row): string {
  return Object.entries(row)
    .flatMap(([name, value]) => (typeof value === 'string' && !NOT_TEXT.has(name) ? [value] : []))
    .join(' ')
}

/** Texts of an event: a phrase is within one of them. */
export function textsOf(event: TinyEvent): string[] {
  const rows: (Row | null)[] = Object.values<Row | null>({ ...sharedRows(event) })
  return [event.text, ...rows.map((row) => (row === null ? '' : sharedText(row)))]
}

export function isFailed({ error, failed }: TinyEvent): boolean {
  return error !== undefined || failed === true
}

export function stemOf({ event }: TinyEvent): string {
  return event.replace(/\d{8}$/, '')
}
