/**
 * A worker's own small database: the tables of the case, written as finished pages, deleted after the merge. It needs
 * no durability, since anything not merged is redone.
 */
import { clean } from '../model/clean-text.js'
import { rowNumber, useNumber } from '../model/event-id.js'
import type { SourceRow } from '../model/batch.js'
import type { AccessDraft, ClientEntry } from '../model/access-draft.js'
import type { Entry, EventDraft, IdentityEntry, NamedEntry, SqlValue } from '../model/dictionary.js'
import type { Problem } from '../model/problem.js'
import type { SegmentEncoding } from '../model/source.js'
import {
  ACCESS_CALL,
  ACCESS_CLIENT,
  ACCESS_LOG,
  accessValues,
  accessWords,
  REQUESTER_NAME,
} from './access-log-schema.js'
import { RowDigest, type Place } from './row-digest.js'
import { InsertedFile } from './inserted-file.js'
import type { PlainSqlite } from './plain-sqlite.js'
import { RowFile, type RowTable, type ShardFile, type ShardTable } from './row-file.js'
import type { RowValue } from './row-pages.js'
import { AGGREGATE } from './aggregate-schema.js'
import {
  ACTION,
  createTable,
  EVENT,
  EVENT_RESOURCE,
  OUTCOME,
  PLACE,
  PROBLEM,
  RESOURCE,
  SEGMENT,
  SOURCE,
  type TableSpec,
} from './schema.js'
import { ADDRESS, CALLER, CLIENT, NAME_OF_CALLER, NAME_OF_SESSION, SESSION } from './caller-schema.js'
import { stageOf } from './column-spec.js'
import { NOTICE } from './notice-schema.js'
import { textTables, WORKER_TEXTS } from './text-segments.js'
import { closeText, openText, type TextSink } from './text-sink.js'

export const SHARD_TABLES: readonly TableSpec[] = [
  SOURCE,
  SEGMENT,
  PROBLEM,
  ACTION,
  PLACE,
  CALLER,
  NAME_OF_CALLER,
  SESSION,
  NAME_OF_SESSION,
  ADDRESS,
  CLIENT,
  OUTCOME,
  RESOURCE,
  EVENT,
  EVENT_RESOURCE,
  ACCESS_CLIENT,
  REQUESTER_NAME,
  ACCESS_CALL,
  ACCESS_LOG,
  AGGREGATE,
  NOTICE,
]

/** Copied into the case as bytes, so they are declared identically; rows of the others are read one by one. */
const COPIED: ReadonlySet<TableSpec> = new Set([EVENT, EVENT_RESOURCE, SEGMENT, ACCESS_LOG])

const ROW_TABLES: readonly RowTable[] = [
  ...SHARD_TABLES.map((table) => ({
    name: table.name,
    ddl: createTable(COPIED.has(table) ? table : stageOf(table)),
    columns: table.columns.filter(({ generated }) => generated === undefined).length,
  })),
  { name: 'value_body', ddl: 'CREATE TABLE value_body (id, dictionary, body)', columns: 3 },
  ...WORKER_TEXTS.flatMap(textTables),
]

interface NoticeRow {
  readonly key: string
  readonly bucket: string | null
  readonly eventName: string | null
  readonly offset: number
  readonly length: number
}

export class Shard {
  readonly #file: ShardFile
  readonly #runId: number
  readonly #firstId: number
  readonly #eventText: TextSink
  readonly #accessText: TextSink
  readonly #event: ShardTable
  readonly #use: ShardTable
  readonly #access: ShardTable
  #events = 0
  #accessLines = 0
  #problems = 0
  readonly #digest = new RowDigest()

  /** @param firstId first of the batch's own IDs: see model/event-id.ts. */
  constructor(path: string, runId: number, firstId: number, plain: PlainSqlite) {
    this.#runId = runId
    this.#firstId = firstId
    this.#file = plain.rows ? new InsertedFile(path, ROW_TABLES) : new RowFile(path, ROW_TABLES)
    this.#event = this.#file.table('event')
    this.#use = this.#file.table('event_resource')
    this.#access = this.#file.table('access_log')
    this.#eventText = openText('event_text', this.#file, plain)
    this.#accessText = openText('access_text', this.#file, plain)
  }

  get events(): number {
    return this.#events
  }

  get problems(): number {
    return this.#problems
  }

  addEvent(draft: EventDraft, place: Place): void {
    const id = rowNumber(this.#firstId, this.#events++)
    if (!draft.action.shipped) this.#ship(draft.action, 'action')
    if (!draft.place.shipped) this.#ship(draft.place, 'place')
    if (!draft.address.shipped) this.#ship(draft.address, 'address')
    if (!draft.client.shipped) this.#ship(draft.client, 'client')
    if (!draft.outcome.shipped) this.#ship(draft.outcome, 'outcome')
    if (!draft.identity.shipped) this.#shipIdentity(draft.identity)
    this.#event.append(id, [
      null,
      draft.eventTimeMs,
      draft.action.id,
      draft.place.id,
      draft.identity.id,
      draft.address.id,
      draft.client.id,
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
      draft.bytesIn,
      draft.bytesOut,
      draft.targetUse,
    ])
    this.#eventText.add(id, draft.text)
    let uses = ''
    let index = 0
    for (const { resource, role } of draft.resources) {
      if (!resource.shipped) {
        const { arn, type, name, derived } = resource
        this.#add('resource', [resource.id, arn, type, name, derived])
        resource.shipped = true
      }
      this.#use.append(useNumber(id, index++), [null, resource.id, role, draft.eventTimeMs])
      uses += ` ${resource.label}.${role}`
    }
    this.#digest.event(place, draft, uses)
  }

  addProblem(problem: Problem, source: { id: number | null; path: string; member: string | null }): void {
    this.#problems++
    this.#add('problem', [
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
      clean(problem.detail),
    ])
    this.#digest.problem(problem)
  }

  addAccessLine(draft: AccessDraft, place: Omit<Place, 'locator'>): void {
    const id = rowNumber(this.#firstId, this.#accessLines++)
    if (!draft.client.shipped) this.#shipClient(draft.client)
    if (!draft.call.shipped) this.#ship(draft.call, 'access_call')
    const values = accessValues(draft)
    const { sourceId, offset, length } = place
    this.#access.append(id, [null, ...values, sourceId, offset, length])
    this.#accessText.add(id, accessWords(draft))
    this.#digest.accessLine(place, values)
  }

  addAggregate(counts: readonly (readonly SqlValue[])[], place: Place): void {
    for (const count of counts)
      this.#add('aggregate', [null, ...count, place.sourceId, place.offset, place.length, place.locator])
    this.#digest.aggregate(place, counts)
  }

  addNotice({ key, bucket, eventName, offset, length }: NoticeRow, sourceId: number): void {
    const texts = [key, bucket, eventName].map((text) => (text === null ? null : clean(text)))
    this.#add('notice', [null, ...texts, sourceId, offset, length])
  }

  addSegment(
    sourceId: number,
    offset: number,
    length: number,
    encoding: SegmentEncoding,
    bytes: Buffer,
  ): void {
    this.#add('segment', [sourceId, offset, length, encoding, bytes])
  }

  addSource(row: Omit<SourceRow, 'rowDigest'>): void {
    const hints = row.hints
    this.#add('source', [
      row.id,
      this.#runId,
      row.path,
      row.pathHex,
      row.member,
      row.size,
      wholeOrNull(row.mtimeMs),
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
      null,
    ])
  }

  close(): void {
    for (const text of [this.#eventText, this.#accessText]) closeText(text)
    this.#file.close()
  }

  /** After a failure its content does not count, and a second failure must not hide the first. */
  abandon(): void {
    this.#file.abandon()
  }

  #add(name: string, values: readonly RowValue[]): void {
    const table = this.#file.table(name)
    table.append(table.rows + 1, values)
  }

  #ship(entry: Entry, dictionary: string): void {
    this.#add(dictionary, [entry.id, ...entry.values])
    this.#add('value_body', [entry.id, dictionary, entry.text])
    entry.shipped = true
    entry.values = []
    entry.text = ''
  }

  #shipIdentity(entry: IdentityEntry): void {
    if (!entry.caller.shipped) this.#shipNamed(entry.caller, 'caller')
    this.#shipNamed(entry, 'session')
  }

  #shipNamed(entry: NamedEntry, dictionary: 'caller' | 'session'): void {
    this.#ship(entry, dictionary)
    for (const { name, kind } of entry.names) this.#add(`name_of_${dictionary}`, [name, entry.id, kind])
    entry.names = []
  }

  #shipClient(entry: ClientEntry): void {
    this.#ship(entry, 'access_client')
    for (const { name, kind } of entry.names) this.#add('requester_name', [name, entry.requester, kind])
    entry.names = []
  }
}

/** A file system can store times billions of years away. */
function wholeOrNull(ms: number): number | null {
  const whole = Math.trunc(ms)
  return Number.isSafeInteger(whole) ? whole : null
}
