/** The records of an event, each with all of its appearances: `coldtrail show`. */
import { CaseError } from '../../model/case-error.js'
import { textRepeatsKey } from '../../decode/repeated-keys.js'
import type { Connection } from '../../store/open.js'
import { RecordReader, type RecordPlace } from '../../store/record-reader.js'
import { afterPrefix, asStored, idSpellings } from './value.js'

export interface Appearance {
  readonly source_path: string
  readonly member: string | null
  readonly sha256: string | null
  readonly content_sha256: string | null
  readonly record_offset: number
  readonly record_length: number
}

/** A file or member with the same bytes as an indexed one. */
export interface Copy {
  readonly source_path: string
  readonly member: string | null
}

/** Files with the same bytes; their records are not counted as appearances. */
export function readCopies(db: Connection, { sha256 }: Appearance): Copy[] {
  const copies = db.prepare<[string | null], Copy>(
    "SELECT path AS source_path, member FROM source WHERE sha256 = ? AND status = 'duplicate' ORDER BY id",
  )
  return copies.all(sha256)
}

export interface ShownRecord {
  /** null for an access-log line. */
  readonly event_id: string | null
  readonly record: Buffer
  /** One of several reduced forms that are one event. */
  readonly is_form?: true
  /** An object in it repeats a key, which JSON.parse hides. */
  readonly repeats_key: boolean
  readonly appearances: readonly Appearance[]
}

interface EventPlace extends RecordPlace {
  readonly id: number
  readonly event_id: string
}

/** Several if one eventID was delivered with different content, or as different reduced forms. */
export function readRecords(db: Connection, eventId: string): ShownRecord[] {
  const events = db
    .prepare(
      'SELECT id, event_id, source_id, record_offset, record_length, locator FROM event WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY id',
    )
    .all(JSON.stringify(idSpellings(eventId))) as EventPlace[]
  const isUnited = db.prepare('SELECT 1 FROM reduced_form WHERE id = ?')
  const reader = new RecordReader(db)
  return events.flatMap((event): ShownRecord[] =>
    // Of an event that has its record, that is all that there is to show.
    isUnited.get(event.id) === undefined
      ? [shown(event.event_id, reader.readAt(event), readAppearances(db, event.id))]
      : readForms(db, reader, event),
  )
}

function shown(event_id: string, record: Buffer, appearances: readonly Appearance[]): ShownRecord {
  return { event_id, record, repeats_key: textRepeatsKey(record.toString('utf8')), appearances }
}

/** What an event is made of that is known by reduced forms only: each text once, with all of its places. */
function readForms(db: Connection, reader: RecordReader, { id, event_id }: EventPlace): ShownRecord[] {
  const forms = db
    .prepare(
      `SELECT s.path AS source_path, s.member, s.sha256, s.content_sha256, f.record_offset, f.record_length, f.source_id, f.locator
       FROM reduced_form f JOIN source s ON s.id = f.source_id WHERE f.target = ? ORDER BY f.id <> f.target, f.id`,
    )
    .all(id) as (Appearance & RecordPlace)[]
  const texts = new Map<string, { readonly record: Buffer; readonly places: Appearance[] }>()
  for (const { source_id, locator, ...place } of forms) {
    const record = reader.readAt({ ...place, source_id, locator })
    const key = record.toString('latin1')
    const same = texts.get(key)
    if (same === undefined) texts.set(key, { record, places: [place] })
    else same.places.push(place)
  }
  return Array.from(texts.values(), ({ record, places }) => ({
    ...shown(event_id, record, places),
    is_form: true,
  }))
}

/** Shorter beginnings are those of too many. */
const LEAST_BEGINNING = 8
/** Of an ambiguous beginning. */
const MOST_LISTED = 20

/** IDs of events that begin like this, in order: tables show the first 8 characters. */
export function idsBeginning(db: Connection, typed: string): string[] {
  const text = asStored(typed).toLowerCase()
  const end = afterPrefix(text)
  if (text.replace(/^sha256:/, '').length < LEAST_BEGINNING || end === undefined) return []
  return db
    .prepare<[string, string, number], string>(
      'SELECT DISTINCT event_id FROM event WHERE event_id >= ? AND event_id < ? ORDER BY event_id LIMIT ?',
    )
    .pluck()
    .all(text, end, MOST_LISTED)
}

/** The one ID that begins as typed, or what was typed. @throws CaseError if several do. */
export function idOfBeginning(db: Connection, typed: string): string {
  const ids = idsBeginning(db, typed)
  const [only = typed, ...others] = ids
  if (others.length === 0) return only
  throw new CaseError(`${typed} is the beginning of ${ids.length} event IDs`, {
    hint: 'type more of the one that is meant:',
    choices: ids.map((value) => ({ value, what: 'event' })),
  })
}

/** Access-log lines by request ID or host ID; copying an object logs two lines for one request. */
export function readAccessLines(db: Connection, id: string): ShownRecord[] {
  const lines = db
    .prepare(
      `SELECT s.path AS source_path, s.member, s.sha256, s.content_sha256, l.record_offset, l.record_length, l.source_id
       FROM access_log l JOIN source s ON s.id = l.source_id
       WHERE l.request_id = @id OR (substr(l.host_id, 1, 16) = substr(@id, 1, 16) AND l.host_id = @id) ORDER BY l.id`,
    )
    .all({ id }) as (Appearance & { readonly source_id: number })[]
  const reader = new RecordReader(db)
  return lines.map(({ source_id, ...place }) => ({
    event_id: null,
    record: reader.read(source_id, place.record_offset, place.record_length),
    repeats_key: false,
    appearances: [place],
  }))
}

function readAppearances(db: Connection, rowid: number): Appearance[] {
  return db
    .prepare(
      `SELECT a.source_path, a.member, s.sha256, s.content_sha256, a.record_offset, a.record_length
       FROM appearances a JOIN source s ON s.id = a.source_id WHERE a.event_rowid = ? ORDER BY a.source_id, a.record_offset`,
    )
    .all(rowid) as Appearance[]
}
