/**
 * One event, several appearances. Records are compared only if they share an eventID: byte for byte, then token for
 * token (a re-serialised copy is the same record). Different content under one eventID stays several events and becomes
 * a problem.
 *
 * Which record stays is decided by path order, not by row number, so the order of files and runs does not affect the
 * case.
 */
import { hash } from 'node:crypto'
import { FLAG } from '../model/dictionary.js'
import { FIRST_OVERFLOW } from '../model/event-id.js'
import { ConflictRows } from './conflict-rows.js'
import { usesOf } from './event-uses.js'
import type { Connection } from './connection.js'
import { canonicalContent } from './record-content.js'
import { nameByFirstPath } from './first-path.js'
import { FirstPlace } from './first-place.js'
import { FormFold, type FoldedForms } from './form-fold.js'
import { RecordReader, type RecordPlace } from './record-reader.js'
import { SourceOrder } from './source-order.js'
import { SourceTally } from './source-tally.js'
import type { MakeValues } from './united-event.js'

interface Row extends RecordPlace {
  readonly id: number
  readonly event_id: string
  readonly flags: number
  readonly appearances: number
}

export interface Deduplication {
  readonly runId: number
  readonly makeValues: MakeValues
}

/** Rows already compared, per region of event IDs: see event-id.ts. */
export interface ComparedTo {
  readonly room: number
  readonly overflow: number
}

/**
 * Folds events that share an eventID with one not compared yet. Needs event_by_event_id. One transaction.
 *
 * @returns how many conflicts are new.
 */
export function deduplicate(
  db: Connection,
  compared: ComparedTo,
  { runId, makeValues }: Deduplication,
): number {
  return db.transaction(() => {
    const renamed = nameByFirstPath(db)
    findRepeated(db, compared, renamed)
    const conflicts = new Folder(db, { runId, makeValues }, renamed.length > 0).fold()
    db.exec('DROP TABLE temp.repeated')
    return conflicts
  })()
}

/** In location order of the later copies, so that each stored piece is inflated once. */
function findRepeated(db: Connection, { room, overflow }: ComparedTo, renamed: readonly number[]): void {
  db.exec('DROP TABLE IF EXISTS temp.repeated')
  const again = (range: string): string =>
    `SELECT n.event_id FROM event n WHERE ${range} AND EXISTS
     (SELECT 1 FROM event o INDEXED BY event_by_event_id WHERE o.event_id = n.event_id AND o.id <> n.id)`
  // In a first load everything is new, so the index alone answers.
  const ids =
    room === 0 && overflow === 0
      ? 'SELECT event_id FROM event INDEXED BY event_by_event_id GROUP BY event_id HAVING count(*) > 1'
      : `${again(`n.id > ${room} AND n.id < ${FIRST_OVERFLOW}`)}
         UNION ${again(`n.id >= ${FIRST_OVERFLOW} AND n.id > ${overflow}`)}`
  const list = renamed.join(',')
  const moved =
    renamed.length === 0
      ? ''
      : `UNION ${again(`n.source_id IN (${list})`)}
         UNION SELECT event_id FROM event WHERE source_id IN (${list}) AND appearances > 1
         UNION SELECT e.event_id FROM redelivery r JOIN event e ON e.id = r.event_rowid WHERE r.source_id IN (${list})
         UNION SELECT event_id FROM reduced_form WHERE source_id IN (${list})`
  db.exec(`CREATE TEMP TABLE repeated AS SELECT event_id FROM event WHERE event_id IN (${ids} ${moved})
    GROUP BY event_id ORDER BY max(source_id), max(record_offset)`)
}

class Folder {
  readonly #db: Connection
  readonly #reader: RecordReader
  readonly #order: SourceOrder
  readonly #first: FirstPlace | null
  readonly #conflicts: ConflictRows
  readonly #forms: FormFold
  readonly #tally = new SourceTally()
  readonly #rows
  readonly #keep
  #conflictsAdded = 0

  /** @param hasMoved whether sources got other paths, so that other places of events may be the first. */
  constructor(db: Connection, { runId, makeValues }: Deduplication, hasMoved: boolean) {
    this.#db = db
    this.#reader = new RecordReader(db)
    this.#order = new SourceOrder(db)
    this.#first = hasMoved ? new FirstPlace(db, this.#order, this.#tally) : null
    this.#conflicts = new ConflictRows(db, runId)
    this.#forms = new FormFold(db, this.#tally, makeValues)
    this.#rows = db.prepare<[string], Row>(
      `SELECT id, event_id, source_id, record_offset, record_length, locator, flags, appearances
       FROM event INDEXED BY event_by_event_id WHERE event_id = ?`,
    )
    this.#keep = {
      redelivery: db.prepare('INSERT INTO redelivery VALUES (?,?,?,?,?)'),
      uses: db.prepare(`DELETE FROM event_resource AS x WHERE ${usesOf('x', '@id')}`),
      event: db.prepare('DELETE FROM event WHERE id = ?'),
      add: db.prepare('UPDATE event SET appearances = appearances + ? WHERE id = ?'),
      move: db.prepare('UPDATE redelivery SET event_rowid = ? WHERE event_rowid = ?'),
    }
  }

  fold(): number {
    const ids = this.#db
      .prepare<[number], string>(
        'SELECT event_id FROM temp.repeated WHERE rowid > ? ORDER BY rowid LIMIT 1000',
      )
      .pluck()
    const last = this.#db.prepare('SELECT max(rowid) AS n FROM temp.repeated').get() as { n: number | null }
    for (let done = 0; done < (last.n ?? 0); done += 1000)
      for (const eventId of ids.all(done)) this.#foldAll(eventId)
    this.#forms.end()
    this.#tally.write(this.#db)
    return this.#conflictsAdded
  }

  #foldAll(eventId: string): void {
    this.#forms.unfold(eventId)
    const found = this.#rows.all(eventId)
    const rows = this.#inOrder(found.map((row) => (isReduced(row) ? row : (this.#first?.of(row) ?? row))))
    const full = this.#foldEqual(rows.filter((row) => !isReduced(row)))
    const forms = this.#forms.fold(rows.filter(isReduced), full)
    const [, second] = this.#inOrder([...full, ...forms.kept])
    if (second === undefined) {
      this.#conflicts.forget(eventId)
      return
    }
    const detail = conflictDetail(full.length, forms)
    if (this.#conflicts.put(second, detail)) this.#conflictsAdded++
  }

  #inOrder(rows: readonly Row[]): Row[] {
    return rows.toSorted((a, b) => this.#order.compare(a, b))
  }

  /** @returns the first row of each content. */
  #foldEqual(rows: readonly Row[]): Row[] {
    const [first] = rows
    if (first === undefined || rows.length === 1) return [...rows]
    const firstBytes = this.#exactBytes(first)
    const kept = new Map<string, Row>()
    for (const row of rows.slice(1)) {
      const bytes = this.#exactBytes(row)
      // Copies are usually equal byte for byte, which needs no hashing.
      if (bytes.equals(firstBytes)) {
        this.#fold(row, first)
        continue
      }
      if (kept.size === 0) kept.set(keyOf(firstBytes), first)
      const key = keyOf(bytes)
      const same = kept.get(key)
      if (same === undefined) kept.set(key, row)
      else this.#fold(row, same)
    }
    return kept.size === 0 ? [first] : [...kept.values()]
  }

  /** `row` and all of its appearances become appearances of `kept`. */
  #fold(row: Row, kept: Row): void {
    if (row.appearances > 1) this.#keep.move.run(kept.id, row.id)
    this.#keep.redelivery.run(kept.id, row.source_id, row.record_offset, row.record_length, row.locator)
    this.#keep.uses.run({ id: row.id })
    this.#keep.event.run(row.id)
    this.#keep.add.run(row.appearances, kept.id)
    this.#tally.add(row.source_id, 'duplicates', 1)
  }

  /**
   * A nested record is returned as text, with U+FFFD in place of invalid UTF-8, so it is compared by the bytes of its
   * outer value.
   */
  #exactBytes(row: Row): Buffer {
    const record = this.#reader.readAt(row)
    if (row.locator === null || !record.includes(REPLACEMENT)) return record
    return Buffer.concat([this.#reader.readAt({ ...row, locator: null }), Buffer.from(`\0${row.locator}`)])
  }
}

const REPLACEMENT = Buffer.from('\ufffd')

function keyOf(bytes: Buffer): string {
  return hash('sha256', canonicalContent(bytes), 'base64')
}

function conflictDetail(records: number, { forms, differences }: FoldedForms<Row>): string {
  if (forms === 0) return `${records} different records have this eventID; all are kept`
  const what = records === 0 ? `${forms} reduced forms` : `${records + forms} records and reduced forms`
  return `${what} of this eventID ${differences.text()}; all are kept`
}

function isReduced({ flags }: Row): boolean {
  return (flags & FLAG.reduced) !== 0
}
