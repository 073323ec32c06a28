/**
 * One event, several appearances. Events are compared only where two share an eventID: byte for byte, then as JSON (a
 * re-serialised copy is the same record). Different content under one eventID stays two events and becomes a problem.
 */
import { FLAG } from '../model/dictionary.js'
import type { Connection } from './open.js'
import { RecordReader, type RecordPlace } from './record-reader.js'
import { usesOf } from './event-uses.js'

interface Row extends RecordPlace {
  readonly id: number
  readonly event_id: string
  readonly flags: number
}

export interface DeduplicationCounts {
  duplicates: number
  conflicts: number
}

/** Folds events with rowid over `from` into earlier ones. Needs event_by_event_id. One transaction. */
export function deduplicate(db: Connection, from: number, runId: number): DeduplicationCounts {
  return db.transaction(() => {
    findRepeated(db, from)
    const counts = new Folder(db, runId).fold()
    db.exec('DROP TABLE temp.repeated')
    return counts
  })()
}

/** In the order of the later copies' places: the pieces they lie in are then inflated once. */
function findRepeated(db: Connection, from: number): void {
  db.exec('DROP TABLE IF EXISTS temp.repeated')
  const all = from === 0
  const ids = all
    ? `SELECT event_id FROM event INDEXED BY event_by_event_id GROUP BY event_id HAVING count(*) > 1`
    : `SELECT n.event_id FROM event n WHERE n.id > ${from} AND EXISTS
       (SELECT 1 FROM event o INDEXED BY event_by_event_id WHERE o.event_id = n.event_id AND o.id <> n.id)`
  db.exec(`CREATE TEMP TABLE repeated AS SELECT e.id, e.event_id, e.source_id, e.record_offset, e.record_length, e.locator, e.flags
    FROM event e WHERE e.id > ${from} AND e.event_id IN (${ids}) ORDER BY e.source_id, e.record_offset`)
}

class Folder {
  readonly #db: Connection
  readonly #runId: number
  readonly #reader: RecordReader
  readonly #earlier
  readonly #keep
  readonly #perSource = new Map<number, { duplicates: number; replaced: number }>()
  readonly #counts: DeduplicationCounts = { duplicates: 0, conflicts: 0 }

  constructor(db: Connection, runId: number) {
    this.#db = db
    this.#runId = runId
    this.#reader = new RecordReader(db)
    this.#earlier = db.prepare<[string, number]>(
      `SELECT id, event_id, source_id, record_offset, record_length, locator, flags FROM event INDEXED BY event_by_event_id
       WHERE event_id = ? AND id < ? ORDER BY id`,
    )
    this.#keep = {
      redelivery: db.prepare('INSERT INTO redelivery VALUES (?,?,?,?,?)'),
      uses: db.prepare(`DELETE FROM event_resource AS x WHERE ${usesOf('x', '@id')}`),
      event: db.prepare('DELETE FROM event WHERE id = ?'),
      count: db.prepare('UPDATE event SET appearances = appearances + 1 WHERE id = ?'),
      add: db.prepare('UPDATE event SET appearances = appearances + ? WHERE id = ?'),
      repeats: db.prepare<[number], number>('SELECT source_id FROM redelivery WHERE event_rowid = ?').pluck(),
      move: db.prepare('UPDATE redelivery SET event_rowid = ? WHERE event_rowid = ?'),
      source: db.prepare(
        'UPDATE source SET events = events - ?, duplicates = duplicates + ?, replaced = replaced + ? WHERE id = ?',
      ),
      conflict: db.prepare(
        `INSERT INTO problem (run_id, kind, source_id, path, member, byte_offset, byte_length, event_id, detail)
         SELECT ?, 'conflict', id, path, member, ?, ?, ?, ? FROM source WHERE id = ?`,
      ),
    }
  }

  fold(): DeduplicationCounts {
    const later = this.#db.prepare('SELECT * FROM temp.repeated WHERE rowid > ? ORDER BY rowid LIMIT 1000')
    const rowids = this.#db.prepare('SELECT max(rowid) AS n FROM temp.repeated').get() as { n: number | null }
    for (let done = 0; done < (rowids.n ?? 0); done += 1000) {
      for (const row of later.all(done) as Row[]) this.#foldRow(row)
    }
    for (const [sourceId, { duplicates, replaced }] of this.#perSource)
      this.#keep.source.run(duplicates + replaced, duplicates, replaced, sourceId)
    return this.#counts
  }

  #foldRow(row: Row): void {
    const earlier = this.#earlier.all(row.event_id, row.id) as Row[]
    if (earlier.length === 0) return
    const full = earlier.filter((candidate) => !isReduced(candidate))
    // A reduced form can only agree with what it was made from: any full record of its eventID stands for it.
    const same = isReduced(row)
      ? (full[0] ?? earlier[0])
      : full.find((candidate) => this.#isSame(candidate, row))
    if (same !== undefined) {
      this.#fold(row, same)
      return
    }
    if (full.length > 0) this.#conflict(row, full.length)
    for (const reduced of earlier.filter(isReduced)) this.#replace(reduced, row)
  }

  /** `row` stays as an appearance of `kept`. */
  #fold(row: Row, kept: Row): void {
    this.#keep.redelivery.run(kept.id, row.source_id, row.record_offset, row.record_length, row.locator)
    this.#keep.uses.run({ id: row.id })
    this.#keep.event.run(row.id)
    this.#keep.count.run(kept.id)
    const counts = this.#countsOf(row.source_id)
    if (isReduced(row) && !isReduced(kept)) counts.replaced++
    else counts.duplicates++
    this.#counts.duplicates++
  }

  /** The full record takes the place of an earlier reduced form, with all appearances of that. */
  #replace(reduced: Row, full: Row): void {
    // What was a repeat of the reduced form is of a replaced one now, in whatever order they came.
    for (const sourceId of this.#keep.repeats.all(reduced.id)) {
      const counts = this.#countsOf(sourceId)
      counts.duplicates--
      counts.replaced++
    }
    const moved = this.#keep.move.run(full.id, reduced.id).changes
    this.#keep.add.run(moved, full.id)
    this.#fold(reduced, full)
  }

  #countsOf(sourceId: number): { duplicates: number; replaced: number } {
    const known = this.#perSource.get(sourceId)
    if (known !== undefined) return known
    const counts = { duplicates: 0, replaced: 0 }
    this.#perSource.set(sourceId, counts)
    return counts
  }

  #isSame(a: Row, b: Row): boolean {
    const left = this.#read(a)
    const right = this.#read(b)
    return left.equals(right) || canonical(left) === canonical(right)
  }

  #read(row: Row): Buffer {
    return this.#reader.readAt(row)
  }

  #conflict(row: Row, others: number): void {
    const detail = `the same eventID has different content in ${others} other place${others === 1 ? '' : 's'}; all are kept`
    this.#keep.conflict.run(
      this.#runId,
      row.record_offset,
      row.record_length,
      row.event_id,
      detail,
      row.source_id,
    )
    this.#counts.conflicts++
  }
}

function isReduced({ flags }: Row): boolean {
  return (flags & FLAG.reduced) !== 0
}

/** Key order and white space do not make another record. */
function canonical(record: Buffer): string {
  const text = record.toString('utf8')
  try {
    // Two long numbers can be one double: their digits are compared as written.
    const longNumbers = (text.match(/\d{16,}/g) ?? []).sort().join(' ')
    return `${JSON.stringify(sorted(JSON.parse(text)))} ${longNumbers}`
  } catch {
    return record.toString('latin1')
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return { members: members.map(([key, inner]) => [key, sorted(inner)]) }
}
