import { rmSync } from 'node:fs'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { RowFile } from '../../src/store/row-file.js'
import type { RowValue } from '../../src/store/row-pages.js'
import { putVarint } from '../../src/store/varint.js'
import { tempFolder } from '../helpers/temp-folder.js'

const folder = tempFolder('row-pages')

const TABLE = { name: 't', ddl: 'CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c)', columns: 4 }
let made = 0

type Row = readonly [rowid: number | bigint, a: RowValue, b: RowValue, c: RowValue]

/** What SQLite reads of the rows, after it has checked the file. */
function readBack(rows: readonly Row[]): unknown[][] {
  const file = path.join(folder, `${made++}.sqlite`)
  const written = new RowFile(file, [{ name: 'empty', ddl: 'CREATE TABLE empty (x)', columns: 1 }, TABLE])
  for (const [rowid, ...values] of rows) written.table('t').append(rowid, [null, ...values])
  written.close()
  const db = new Database(file, { readonly: true })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.prepare('SELECT count(*) FROM empty').pluck().get()).toBe(0)
    return db.prepare('SELECT * FROM t ORDER BY id').safeIntegers().raw().all() as unknown[][]
  } finally {
    db.close()
    rmSync(file)
  }
}

const asRead = (value: RowValue): unknown => (typeof value === 'number' ? BigInt(value) : value)
const expected = (rows: readonly Row[]): unknown[][] => rows.map((row) => row.map(asRead))

const EDGES = [0, 1, 127, 128, 32767, 32768, 8388607, 8388608, 2 ** 31 - 1, 2 ** 31, 2 ** 47 - 1, 2 ** 47]
const integer = fc.oneof(
  fc.constantFrom(...EDGES, ...EDGES.map((edge) => -edge - 1)),
  fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
)
const value: fc.Arbitrary<RowValue> = fc.oneof(
  fc.constant(null),
  integer,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: 400 }),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
)

it('leaves out the page that SQLite locks, in a file of over 1 GiB', () => {
  const bytes = Buffer.alloc(8 << 20, 'x')
  const rows = Array.from({ length: 130 }, (_, n): Row => [n + 1, bytes, null, null])
  const file = path.join(folder, 'large.sqlite')
  const written = new RowFile(file, [TABLE])
  for (const [rowid, ...values] of rows) written.table('t').append(rowid, [null, ...values])
  written.close()
  const db = new Database(file, { readonly: true })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.prepare('SELECT count(*), sum(length(a)) FROM t').raw().get()).toEqual([130, 130 * (8 << 20)])
  db.close()
  rmSync(file)
})

it.each([1090, 1091, 1092, 1093, 2183])('a tree of %i leaves is sound', (leaves) => {
  // One row a page.
  const bytes = Buffer.alloc(9000, 'x')
  const rows = Array.from({ length: leaves }, (_, n): Row => [n + 1, bytes, null, null])
  expect(readBack(rows)).toHaveLength(leaves)
})

describe('rows written as pages', () => {
  it('are what SQLite reads, for all kinds of values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), value, value, value), { maxLength: 400 }),
        (steps) => {
          let rowid = 0
          const rows = steps.map(([step, ...values]): Row => [(rowid += step), ...values])
          expect(readBack(rows)).toEqual(expected(rows))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('spill to overflow pages where they are longer than a page, and fill pages to the byte', () => {
    const lengths = [
      16_300, 16_330, 16_335, 16_336, 16_340, 16_349, 16_350, 16_380, 16_384, 40_000, 1_000_000,
    ]
    const rows = lengths.map((length, index): Row => [
      index + 1,
      'x'.repeat(length),
      index,
      Buffer.alloc(length, 7),
    ])
    expect(readBack(rows)).toEqual(expected(rows))
  })

  it('need several levels when there are many', () => {
    const rows = Array.from({ length: 1_500 }, (_, index): Row => [
      index * 3 + 1,
      'y'.repeat(15_000),
      index,
      null,
    ])
    expect(readBack(rows)).toEqual(expected(rows))
  })

  it('have numbers up to 2^63', () => {
    const rowids = [1, 2 ** 53 - 1, 2n ** 56n - 1n, 2n ** 56n, 2n ** 62n, 2n ** 63n - 1n]
    const rows = rowids.map((rowid): Row => [rowid, null, 1, 'z'])
    expect(readBack(rows)).toEqual(expected(rows))
  })
})

/** Every JavaScript number, by its 64 bits as often as by its value. */
const anyNumber = fc.oneof(
  integer,
  fc.double(),
  fc
    .bigInt({ min: 0n, max: 2n ** 64n - 1n })
    .map((bits) => Buffer.from(BigUint64Array.of(bits).buffer).readDoubleLE()),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 7.5, -0.1, Number.MIN_VALUE, Number.MAX_VALUE),
  fc.constantFrom(2 ** 53 - 1, 2 ** 53, -(2 ** 53), 2 ** 63, -(2 ** 63), 2 ** 64, 12345678901234567890),
)
const anyBigint = fc.oneof(
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
  fc.constantFrom(2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n),
)
/** Of code units, so that surrogates come alone, and NUL. */
const anyString = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })), { maxLength: 90 })
  .map((units) => String.fromCharCode(...units))

describe('any value', () => {
  const inserted = new Database(':memory:')
  afterAll(() => inserted.close())
  inserted.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c BLOB)')
  const insert = inserted.prepare('INSERT OR REPLACE INTO t VALUES (1, @a, @b, @c)')

  /** What SQLite's own INSERT makes of it: its type and value; null for what it refuses. */
  function bySqlite(value: RowValue): unknown[] | null {
    const column = typeof value === 'string' ? 'b' : typeof value === 'object' ? 'c' : 'a'
    try {
      insert.run({ a: null, b: null, c: null, [column]: value })
    } catch {
      return null
    }
    return inserted
      .prepare(`SELECT typeof(${column}), ${column} FROM t`)
      .safeIntegers()
      .raw()
      .get() as unknown[]
  }

  function byUs(value: RowValue): unknown[] | null {
    const file = path.join(folder, `${made++}.sqlite`)
    const written = new RowFile(file, [TABLE])
    try {
      written.table('t').append(1, [null, value, null, null])
    } catch (error) {
      expect((error as Error).message).toMatch(/^a row cannot hold (number|bigint|text) .*exactly$/)
      written.abandon()
      rmSync(file)
      return null
    }
    written.close()
    const db = new Database(file, { readonly: true })
    try {
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      return db.prepare('SELECT typeof(a), a FROM t').safeIntegers().raw().get() as unknown[]
    } finally {
      db.close()
      rmSync(file)
    }
  }

  /** What the writer has to take: the rest would come back as another value. */
  function isExact(value: RowValue): boolean {
    if (typeof value === 'number') return Number.isSafeInteger(value)
    if (typeof value === 'bigint') return value === BigInt.asIntN(64, value)
    return typeof value !== 'string' || value.isWellFormed()
  }

  it('is stored as SQLite stores it, or refused where it would come back as another', () => {
    const any = fc.oneof(
      anyNumber,
      anyBigint,
      anyString,
      fc.uint8Array({ maxLength: 99 }).map((b) => Buffer.from(b)),
    )
    let refused = 0
    fc.assert(
      fc.property(any, (value) => {
        const stored = byUs(value)
        if (stored === null) refused++
        expect(stored === null).toBe(!isExact(value))
        if (stored !== null) expect(stored).toEqual(bySqlite(value))
      }),
      { numRuns: 1500 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  it.each([
    7.5,
    1e400,
    12345678901234567890,
    -(2 ** 53),
    2n ** 63n,
    -(2n ** 63n) - 1n,
    '\ud83d',
    `${'x'.repeat(90)}\udc00`,
  ])('%s is refused', (value) => {
    expect(byUs(value)).toBeNull()
  })

  it.each([-1, 1.5, 2 ** 53, NaN, 2n ** 63n, -1n])('row number %s is refused', (rowid) => {
    const file = path.join(folder, `${made++}.sqlite`)
    const written = new RowFile(file, [TABLE])
    expect(() => {
      written.table('t').append(rowid, [null, 1, 2, 3])
    }).toThrow('cannot hold')
    written.abandon()
  })
})

/** Of buffers that are still in use. */
function bufferBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // What the first found unused is counted off by the second.
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}

it('gives back the memory that a long row took', () => {
  const file = path.join(folder, `${made++}.sqlite`)
  const written = new RowFile(file, [TABLE])
  const bytes = Buffer.alloc(64 << 20, 7)
  const before = bufferBytes()
  written.table('t').append(1, [null, bytes, null, 'x'])
  written.table('t').append(2, [null, 1, 'after', bytes.subarray(0, 600_000)])
  written.table('t').append(3, [null, 'é'.repeat(4_000_000), null, null])
  expect(bufferBytes() - before).toBeLessThan(2 << 20)
  written.close()
  const db = new Database(file, { readonly: true })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.prepare('SELECT length(a), b, length(c) FROM t').raw().all()).toEqual([
    [64 << 20, null, 1],
    [1, 'after', 600_000],
    [4_000_000, null, null],
  ])
  db.close()
  rmSync(file)
})

describe('putVarint', () => {
  /** As the file format has it: seven bits a byte, the highest first. */
  function bytesOf(value: number): number[] {
    const bytes = [value % 0x80]
    for (let rest = Math.floor(value / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
      bytes.unshift(0x80 | (rest % 0x80))
    return bytes
  }

  it('writes any number up to 2^53 in as many bytes as it needs', () => {
    const edges = Array.from({ length: 54 }, (_, bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]).flat()
    const into = Buffer.alloc(12)
    const check = (value: number): void => {
      into.fill(0xee)
      const end = putVarint(into, 1, value)
      expect([value, ...into.subarray(1, end), into[end]]).toEqual([value, ...bytesOf(value), 0xee])
    }
    for (const value of edges) if (value <= Number.MAX_SAFE_INTEGER) check(value)
    fc.assert(fc.property(fc.maxSafeNat(), check))
  })
})
