import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { RowFile } from '../../src/store/row-file.js'
import { FTS_DDL } from '../../src/store/schema.js'
import {
  countTextSegments,
  joinTextSegments,
  mergeTextSegments,
  TextIndex,
  textTables,
} from '../../src/store/text-segments.js'
import { formatStructure, parseStructure } from '../../src/store/text-structure.js'
import { tempFolder } from '../helpers/temp-folder.js'

const folder = tempFolder('text-segments')

const [EVENT_TEXT_DDL = ''] = FTS_DDL
const index = new TextIndex('event_text', EVENT_TEXT_DDL)

function words(row: number): string {
  return `common word${row % 50} arn:aws:s3:::bucket-${row % 7}/key-${row} ${row % 3 === 0 ? 'third' : ''}`
}

/** A shard with the words of some rows; `spillAt` writes a segment after that row. */
function shard(rows: readonly number[], spillAt?: number): string {
  const file = path.join(folder, `${rows[0]}.shard`)
  const made = new RowFile(file, textTables('event_text'))
  index.begin(made)
  for (const row of rows) {
    index.add(row, words(row))
    if (row === spillAt) index.spill()
  }
  index.spill()
  made.close()
  return file
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

function merged(shards: readonly string[]): Database.Database {
  const db = new Database(path.join(folder, `case${shards.length}.sqlite`))
  db.exec(EVENT_TEXT_DDL)
  db.close()
  const writer = new Database(db.name)
  for (const file of shards) {
    writer.prepare('ATTACH ? AS shard0').run(file)
    writer.transaction(() => {
      mergeTextSegments(writer, 'shard0', 'event_text')
    })()
    writer.exec('DETACH shard0')
  }
  return writer
}

function found(db: Database.Database, match: string): number[] {
  return db
    .prepare('SELECT rowid FROM event_text WHERE event_text MATCH ? ORDER BY rowid')
    .pluck()
    .all(match) as number[]
}

describe('full text made by workers', () => {
  const parts = [range(1, 900), range(5_000, 5_700), range(131_072, 132_000)]
  const all = parts.flat()

  it('is found in the case as if FTS5 had indexed it there, before and after segments are joined', () => {
    const db = merged(parts.map((rows) => shard(rows, rows[300])))
    const check = (): void => {
      db.exec("INSERT INTO event_text (event_text) VALUES ('integrity-check')")
      expect(found(db, 'common')).toEqual(all)
      expect(found(db, 'word7')).toEqual(all.filter((row) => row % 50 === 7))
      expect(found(db, '"bucket 3 key 5003"')).toEqual(all.filter((row) => row === 5_003 && row % 7 === 3))
      expect(found(db, 'third NOT word9')).toEqual(all.filter((row) => row % 3 === 0 && row % 50 !== 9))
    }
    expect(countTextSegments(db, 'event_text')).toBe(6)
    check()
    joinTextSegments(db, 'event_text')
    expect(countTextSegments(db, 'event_text')).toBe(1)
    check()
    db.close()
  })

  it('begins anew for each shard, also after a batch that failed', () => {
    const file = new RowFile(path.join(folder, 'failed.shard'), textTables('event_text'))
    index.begin(file)
    index.add(77, 'lost words')
    file.abandon()
    const db = merged([shard(range(200_000, 200_010))])
    expect(found(db, 'lost')).toEqual([])
    expect(found(db, 'common')).toHaveLength(10)
    db.close()
  })

  it('keeps the structure as FTS5 writes it', () => {
    const db = new Database(':memory:')
    db.exec(EVENT_TEXT_DDL)
    db.exec("INSERT INTO event_text (event_text, rank) VALUES ('automerge', 0)")
    for (const row of range(1, 40))
      db.prepare('INSERT INTO event_text (rowid, body) VALUES (?, ?)').run(row, words(row))
    const block = db.prepare('SELECT block FROM event_text_data WHERE id = 10').pluck().get() as Buffer
    expect(formatStructure(parseStructure(block))).toEqual(block)
    db.close()
  })
})
