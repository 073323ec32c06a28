import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { RowFile } from '../../src/store/row-file.js'
import { putVarint, type RowValue } from '../../src/store/row-pages.js'

const folder = mkdtempSync(path.join(tmpdir(), 'row-pages-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

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
  fc.string({ unit: 'binary', maxLength: 80 }).map((text) => text.replaceAll('\0', ' ')),
  fc.string({ maxLength: 400 }).map((text) => text.replaceAll('\0', ' ')),
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
