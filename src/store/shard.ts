/**
 * A worker's own small database: the same tables as the case, filled in one transaction, thrown away after the merge.
 * It needs no durability: what is not merged is done again.
 */
import Database from 'better-sqlite3'
import type { SourceRow } from '../model/batch.js'
import type { AccessDraft, ClientEntry } from '../model/access-draft.js'
import type { Entry, EventDraft, IdentityEntry, SqlValue } from '../model/dictionary.js'
import type { Problem } from '../model/problem.js'
import type { SegmentEncoding } from '../model/source.js'
import { PAGE_SIZE } from './format.js'
import { ACCESS_CALL, ACCESS_CLIENT, ACCESS_LOG, accessValues, REQUESTER_NAME } from './access-log-schema.js'
import { inKeyOrder, RowDigest } from './row-digest.js'
import {
  ACTION,
  AGGREGATE,
  createTable,
  EVENT,
  EVENT_RESOURCE,
  IDENTITY,
  IDENTITY_NAME,
  ORIGIN,
  OUTCOME,
  PLACE,
  PROBLEM,
  RESOURCE,
  SEGMENT,
  SOURCE,
  type TableSpec,
} from './schema.js'

export const SHARD_TABLES: readonly TableSpec[] = [
  SOURCE,
  SEGMENT,
  PROBLEM,
  ACTION,
  PLACE,
  IDENTITY,
  IDENTITY_NAME,
  ORIGIN,
  OUTCOME,
  RESOURCE,
  EVENT,
  EVENT_RESOURCE,
  ACCESS_CLIENT,
  REQUESTER_NAME,
  ACCESS_CALL,
  ACCESS_LOG,
  AGGREGATE,
]

/** Text on its way to the case's full-text indexes; only shards have it. */
const BODY_DDL = [
  'CREATE TABLE body (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
  'CREATE TABLE value_body (id INTEGER, dictionary TEXT, body TEXT NOT NULL)',
  // What a line says beside its columns, when there is something.
  'CREATE TABLE access_body (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
]

export interface Place {
  readonly sourceId: number
  readonly offset: number
  readonly length: number
  /** The way to a wrapped record; null when it is the value itself. */
  readonly locator: string | null
}

type Insert = Database.Statement

export class Shard {
  readonly #db: Database.Database
  readonly #runId: number
  readonly #event: Insert
  readonly #body: Insert
  readonly #valueBody: Insert
  readonly #use: Insert
  readonly #resource: Insert
  readonly #action: Insert
  readonly #place: Insert
  readonly #identity: Insert
  readonly #name: Insert
  readonly #origin: Insert
  readonly #outcome: Insert
  readonly #segment: Insert
  readonly #source: Insert
  readonly #problem: Insert
  readonly #accessLine: Insert
  readonly #accessBody: Insert
  readonly #client: Insert
  readonly #requesterName: Insert
  readonly #call: Insert
  readonly #aggregate: Insert
  #events = 0
  #accessLines = 0
  #problems = 0
  readonly #digest = new RowDigest()

  constructor(path: string, runId: number) {
    this.#runId = runId
    this.#db = new Database(path)
    this.#db.pragma(`page_size = ${PAGE_SIZE}`)
    this.#db.pragma('journal_mode = OFF')
    this.#db.pragma('synchronous = OFF')
    this.#db.pragma('locking_mode = EXCLUSIVE')
    this.#db.pragma('cache_size = -32768')
    for (const table of SHARD_TABLES) this.#db.exec(createTable(table))
    for (const ddl of BODY_DDL) this.#db.exec(ddl)
    const into = (table: TableSpec, conflict = ''): Insert =>
      this.#db.prepare(
        `INSERT ${conflict} INTO ${table.name} VALUES (${table.columns.map(() => '?').join(',')})`,
      )
    this.#event = into(EVENT)
    this.#body = this.#db.prepare('INSERT INTO body VALUES (?,?)')
    this.#valueBody = this.#db.prepare('INSERT INTO value_body VALUES (?,?,?)')
    this.#use = into(EVENT_RESOURCE, 'OR IGNORE')
    this.#resource = into(RESOURCE, 'OR IGNORE')
    this.#action = into(ACTION, 'OR IGNORE')
    this.#place = into(PLACE, 'OR IGNORE')
    this.#identity = into(IDENTITY, 'OR IGNORE')
    this.#name = into(IDENTITY_NAME, 'OR IGNORE')
    this.#origin = into(ORIGIN, 'OR IGNORE')
    this.#outcome = into(OUTCOME, 'OR IGNORE')
    this.#segment = into(SEGMENT)
    this.#source = into(SOURCE)
    this.#problem = into(PROBLEM)
    this.#accessLine = into(ACCESS_LOG)
    this.#accessBody = this.#db.prepare('INSERT INTO access_body VALUES (?,?)')
    this.#client = into(ACCESS_CLIENT, 'OR IGNORE')
    this.#requesterName = into(REQUESTER_NAME, 'OR IGNORE')
    this.#call = into(ACCESS_CALL, 'OR IGNORE')
    this.#aggregate = into(AGGREGATE)
    this.#db.exec('BEGIN')
  }

  get events(): number {
    return this.#events
  }

  get problems(): number {
    return this.#problems
  }

  addEvent(draft: EventDraft, place: Place): void {
    const id = ++this.#events
    if (!draft.action.shipped) this.#ship(draft.action, 'action', this.#action)
    if (!draft.place.shipped) this.#ship(draft.place, 'place', this.#place)
    if (!draft.origin.shipped) this.#ship(draft.origin, 'origin', this.#origin)
    if (!draft.outcome.shipped) this.#ship(draft.outcome, 'outcome', this.#outcome)
    if (!draft.identity.shipped) this.#shipIdentity(draft.identity)
    this.#event.run(
      id,
      draft.eventTimeMs,
      draft.action.id,
      draft.place.id,
      draft.identity.id,
      draft.origin.id,
      draft.outcome.id,
      draft.eventId,
      draft.requestId,
      draft.sharedEventId,
      place.sourceId,
      place.offset,
      place.length,
      place.locator,
      draft.flags,
      1,
    )
    this.#body.run(id, draft.text)
    let uses = ''
    for (const { resource, role } of inKeyOrder(draft.resources)) {
      if (!resource.shipped) {
        this.#resource.run(resource.id, resource.arn, resource.type, resource.name, resource.derived)
        resource.shipped = true
      }
      this.#use.run(id, resource.id, role, draft.eventTimeMs)
      uses += ` ${resource.id}.${role}`
    }
    this.#digest.event(place, draft, uses)
  }

  addProblem(problem: Problem, source: { id: number | null; path: string; member: string | null }): void {
    this.#problems++
    this.#problem.run(
      null,
      this.#runId,
      problem.kind,
      source.id,
      source.path,
      source.member,
      problem.recordIndex ?? null,
      problem.byteOffset ?? null,
      problem.byteLength ?? null,
      problem.eventId ?? null,
      problem.detail,
    )
    this.#digest.problem(problem)
  }

  addAccessLine(draft: AccessDraft, place: Omit<Place, 'locator'>): void {
    const id = ++this.#accessLines
    if (!draft.client.shipped) this.#shipClient(draft.client)
    if (!draft.call.shipped) this.#ship(draft.call, 'access_call', this.#call)
    const values = accessValues(draft)
    this.#accessLine.run(id, ...values, place.sourceId, place.offset, place.length)
    if (draft.text !== null) this.#accessBody.run(id, draft.text)
    this.#digest.accessLine(place, values)
  }

  addAggregate(counts: readonly (readonly SqlValue[])[], place: Place): void {
    for (const count of counts)
      this.#aggregate.run(null, ...count, place.sourceId, place.offset, place.length, place.locator)
    this.#digest.aggregate(place, counts)
  }

  addSegment(
    sourceId: number,
    offset: number,
    length: number,
    encoding: SegmentEncoding,
    bytes: Buffer,
  ): void {
    this.#segment.run(sourceId, offset, length, encoding, bytes)
  }

  addSource(row: Omit<SourceRow, 'rowDigest'>): void {
    const hints = row.hints
    this.#source.run(
      row.id,
      this.#runId,
      row.path,
      row.pathHex,
      row.member,
      row.size,
      Math.trunc(row.mtimeMs),
      row.sha256,
      row.contentSize,
      row.contentSha256,
      row.kind,
      row.shape,
      row.status,
      null,
      row.storage,
      row.gzipMembers,
      row.trailingBytes,
      row.records,
      row.events,
      0,
      0,
      row.rejected,
      this.#digest.take(),
      hints.accountId ?? null,
      hints.region ?? null,
      hints.deliveredAt ?? null,
      row.containerSha256,
      row.otherRows,
    )
  }

  close(): void {
    this.#db.exec('COMMIT')
    this.#db.close()
  }

  /** After a failure: what is in it does not count, and a second failure must not hide the first. */
  abandon(): void {
    this.#db.close()
  }

  #ship(entry: Entry, dictionary: string, insert: Insert): void {
    insert.run(entry.id, ...entry.values)
    this.#valueBody.run(entry.id, dictionary, entry.text)
    entry.shipped = true
  }

  #shipIdentity(entry: IdentityEntry): void {
    this.#ship(entry, 'identity', this.#identity)
    for (const { name, kind } of entry.names) this.#name.run(name, entry.id, kind)
  }

  #shipClient(entry: ClientEntry): void {
    this.#ship(entry, 'access_client', this.#client)
    for (const { name, kind } of entry.names) this.#requesterName.run(name, entry.requester, kind)
  }
}
