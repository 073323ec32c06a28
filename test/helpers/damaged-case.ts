/** Cases that somebody else made, or that a disk has damaged: each number of a series gives the same damage. */
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { deflateRawSync, gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { PAGE_SIZE } from '../../src/store/format.js'

/** Numbers that look random and are the same each time. */
class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = createHash('sha256').update(String(seed)).digest().readUInt32LE(0)
  }

  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * end)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }
}

const LONG = 'long '.repeat(400_000)

/** What a column can hold of which its type says nothing. */
const VALUES: readonly (readonly [what: string, value: string | number | bigint | Buffer | null])[] = [
  ['NULL', null],
  ['-5', -5],
  ['0', 0],
  ['1', 1],
  ['2^53', 2 ** 53],
  ['2^63 - 1', 2n ** 63n - 1n],
  ['-2^63', -(2n ** 63n)],
  ['a fraction', 1.5],
  ['1e300', 1e300],
  ['infinity', Infinity],
  ['a word', 'soon'],
  ['no character', ''],
  ['bytes', Buffer.from([0, 255, 128])],
  ['broken JSON', '{"a":[1,'],
  ['JSON null', 'null'],
  ['a JSON string', '"x"'],
  ['a JSON list', '[1,{"a":null}]'],
  ['a JSON object', '{"files":7,"digests":[]}'],
  ['controls', '\u001b[31m\u0000\r\n=1+1'],
  ['2 MB', LONG],
  ['a locator', '$[0]|gunzip|base64["x"]'],
]

const DAMAGES: readonly (readonly [what: string, damage: (file: string, dice: Dice) => string])[] = [
  ['bytes', flipped],
  ['page', replacedPage],
  ['cut', cut],
  ...Array.from({ length: 6 }, () => ['column', changedColumn] as const),
  ['rows', removedRows],
  ['segment', changedSegment],
  ['place', changedPlace],
]

/** @returns what was done, in words. */
export function damagedCopy(good: string, file: string, seed: number): string {
  copyFileSync(good, file)
  const dice = new Dice(seed)
  const [, damage] = dice.pick(DAMAGES)
  return damage(file, dice)
}

function flipped(file: string, dice: Dice): string {
  const bytes = readFileSync(file)
  const places = Array.from({ length: 1 + dice.below(40) }, () => dice.below(bytes.length))
  for (const at of places) bytes[at] = dice.below(256)
  writeFileSync(file, bytes)
  return `${places.length} bytes`
}

function replacedPage(file: string, dice: Dice): string {
  const bytes = readFileSync(file)
  const pages = bytes.length / PAGE_SIZE
  const [from, to] = [dice.below(pages), 1 + dice.below(pages - 1)]
  bytes.copy(bytes, to * PAGE_SIZE, from * PAGE_SIZE, (from + 1) * PAGE_SIZE)
  writeFileSync(file, bytes)
  return `page ${from} over page ${to}`
}

function cut(file: string, dice: Dice): string {
  const at = dice.below(readFileSync(file).length)
  truncateSync(file, at)
  return `cut at ${at}`
}

function changed(file: string, change: (db: Database.Database) => string): string {
  const db = new Database(file)
  try {
    // As another program can: shadow tables of full text are open to it.
    db.unsafeMode()
    db.pragma('synchronous = OFF')
    return change(db)
  } finally {
    db.close()
  }
}

function tablesOf(db: Database.Database): string[] {
  return db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )
    .pluck()
    .all()
    .filter((table) => db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined)
}

/** True for one row of `part`. */
function chance(db: Database.Database, dice: Dice, part: number): string {
  db.function('chance', () => (dice.below(part) === 0 ? 1 : 0))
  return 'chance()'
}

function changedColumn(file: string, dice: Dice): string {
  return changed(file, (db) => {
    const table = dice.pick(tablesOf(db))
    const columns = db
      .prepare<[], string>(`SELECT name FROM pragma_table_xinfo('${table}') WHERE hidden = 0`)
      .pluck()
      .all()
    const column = dice.pick(columns)
    const [what, value] = dice.pick(VALUES)
    const part = dice.pick([1, 3])
    try {
      db.prepare(`UPDATE OR IGNORE ${table} SET ${column} = ? WHERE ${chance(db, dice, part)}`).run(value)
    } catch (error) {
      // What a rule of the table forbids stays as it was; of a key, a word that is no number.
      if (!/mismatch/.test((error as Error).message)) throw error
    }
    return `${table}.${column} = ${what} in one row of ${part}`
  })
}

function removedRows(file: string, dice: Dice): string {
  return changed(file, (db) => {
    const table = dice.pick(tablesOf(db))
    const part = 1 + dice.below(3)
    db.exec(`DELETE FROM ${table} WHERE ${chance(db, dice, part)}`)
    return `one row of ${part} removed from ${table}`
  })
}

function changedSegment(file: string, dice: Dice): string {
  return changed(file, (db) => {
    const content = dice.pick([
      Buffer.alloc(0),
      Buffer.alloc(100, 'x'),
      Buffer.alloc(200_000_000),
      Buffer.from('{"Records":[{}]}'),
    ])
    const packed = dice.pick([gzipSync, deflateRawSync])(content)
    const encoding = dice.pick(['gzip', 'plain', 'deflate', 'zstd'])
    db.prepare('UPDATE segment SET bytes = ?, encoding = ?').run(packed, encoding)
    return `segments of ${content.length} bytes as ${encoding}`
  })
}

function changedPlace(file: string, dice: Dice): string {
  return changed(file, (db) => {
    const table = dice.pick(['event', 'redelivery', 'access_log', 'aggregate'])
    const column = dice.pick(['record_offset', 'record_length'])
    const value = dice.pick([-5, 0, 1, 7, 1e9, 2 ** 31, 2 ** 53 - 1])
    db.prepare(`UPDATE ${table} SET ${column} = ?`).run(value)
    return `${table}.${column} = ${value}`
  })
}
