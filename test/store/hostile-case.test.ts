/** Case files that somebody else made: each is refused with a reason, or read harmlessly. */
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CaseError, EXIT } from '../../src/model/case-error.js'
import { logicalDigest } from '../../src/query/case/case-facts.js'
import { NO_FILTERS } from '../../src/model/question.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { createCase } from '../../src/store/create.js'
import { APPLICATION_ID, PAGE_SIZE, USER_VERSION } from '../../src/store/format.js'
import { openExistingWriter, openReader } from '../../src/store/open.js'
import { asCaseTrouble } from '../../src/store/open-errors.js'
import { createVerificationTables } from '../../src/store/verification-schema.js'
import { EVENTS, tinyCase, type TinyCase } from '../helpers/tiny-case.js'

let good: TinyCase
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'coldtrail-hostile-'))
  good = tinyCase()
})
afterAll(() => {
  good.dispose()
  rmSync(folder, { recursive: true })
})

let made = 0
function copy(): string {
  const file = path.join(folder, `case-${++made}.sqlite`)
  copyFileSync(good.path, file)
  return file
}

function withSql(...statements: string[]): string {
  const file = copy()
  const db = new Database(file)
  // As another program can: shadow tables of full text are open to it.
  db.unsafeMode()
  for (const sql of statements) db.exec(sql)
  db.close()
  return file
}

/** Changes what SQLite itself would not let change. */
function withSchema(sql: string): string {
  const file = copy()
  const db = new Database(file)
  db.unsafeMode()
  db.exec(`PRAGMA writable_schema = ON; ${sql}`)
  db.close()
  return file
}

function withBytes(change: (bytes: Buffer) => void): string {
  const file = copy()
  const bytes = readFileSync(file)
  change(bytes)
  writeFileSync(file, bytes)
  return file
}

function cutAt(share: number): string {
  const file = copy()
  truncateSync(file, Math.floor(readFileSync(file).length * share))
  return file
}

function noise(seed: string): string {
  return withBytes((bytes) => {
    const pages = bytes.length / PAGE_SIZE
    for (let n = 0; n < 3; n++) {
      const page = 1 + (createHash('sha256').update(`${seed} ${n}`).digest().readUInt32LE(0) % (pages - 1))
      for (let at = 0; at < PAGE_SIZE; at += 32)
        createHash('sha256')
          .update(`${seed} ${n} ${at}`)
          .digest()
          .copy(bytes, page * PAGE_SIZE + at)
    }
  })
}

function rootOf(table: string): number {
  const db = new Database(good.path, { readonly: true })
  const page = db
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table)
  db.close()
  return page!
}

/** Turns a table's root page into an inner page whose children are itself. */
function cyclic(table: string): string {
  const root = rootOf(table)
  return withBytes((bytes) => {
    const at = (root - 1) * PAGE_SIZE
    bytes.fill(0, at, at + PAGE_SIZE)
    bytes[at] = 5
    bytes.writeUInt16BE(1, at + 3)
    bytes.writeUInt16BE(PAGE_SIZE - 5, at + 5)
    bytes.writeUInt32BE(root, at + 8)
    bytes.writeUInt16BE(PAGE_SIZE - 5, at + 12)
    bytes.writeUInt32BE(root, at + PAGE_SIZE - 5)
    bytes[at + PAGE_SIZE - 1] = 1
  })
}

function walCase(): string {
  const file = copy()
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = 0')
  db.exec("INSERT INTO meta VALUES ('extra', 'row')")
  // Copied while it is open: closing would write the rows back.
  const both = path.join(folder, `wal-${++made}.sqlite`)
  for (const end of ['', '-wal']) copyFileSync(file + end, both + end)
  db.close()
  return both
}

function built(pragma: string): string {
  const file = path.join(folder, `built-${++made}.sqlite`)
  const db = new Database(file)
  const source = new Database(good.path, { readonly: true })
  db.pragma(pragma)
  const items = source.prepare<[], { sql: string }>(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB '*_text_*'",
  )
  for (const { sql } of items.all()) db.exec(sql)
  source.close()
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma(`user_version = ${USER_VERSION}`)
  db.close()
  return file
}

function bare(bytes: Buffer | string): string {
  const file = path.join(folder, `bare-${++made}.sqlite`)
  writeFileSync(file, bytes)
  return file
}

/** Opens and asks as a command would; what comes of it. */
function outcome(file: string): { readonly exit: number; readonly message: string } {
  try {
    const db = openReader(file)
    try {
      const { rows } = askQuestion(db, { kind: 'window', window: {}, filters: NO_FILTERS }, { order: 'asc' })
      const found = [...rows].length
      const text = askQuestion(
        db,
        { kind: 'text', value: 'quick', syntax: 'words', window: {}, filters: NO_FILTERS },
        { order: 'asc' },
      )
      const some = [...text.rows].length
      return { exit: 0, message: `${found} ${some} ${logicalDigest(db)}` }
    } finally {
      db.close()
    }
  } catch (error) {
    // As every command does with what it did not expect.
    const told = asCaseTrouble(error) ?? error
    if (told instanceof CaseError) return { exit: told.exit, message: told.message }
    const { code = '' } = error as { code?: string }
    if (code.startsWith('SQLITE_')) return { exit: -1, message: `${code}: ${(error as Error).message}` }
    throw error
  }
}

const ENDLESS = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT * FROM n'

/** Refused before a row is read; why. */
const REFUSED: readonly (readonly [what: string, make: () => string, exit: number, reason: string])[] = [
  ['only the magic', () => bare('SQLite format 3\0'), EXIT.notACase, 'not a case file'],
  ['zero bytes', () => bare(''), EXIT.notACase, 'not a case file'],
  [
    'text',
    () => bare('not SQLite at all, but longer than a header '.repeat(20)),
    EXIT.notACase,
    'not a case file',
  ],
  [
    'encrypted',
    () => withBytes((bytes) => createHash('sha256').update('x').digest().copy(bytes, 0)),
    EXIT.notACase,
    'not a case file',
  ],
  ['another application id', () => withSql('PRAGMA application_id = 1'), EXIT.notACase, 'another program'],
  ['a newer format', () => withSql('PRAGMA user_version = 9000'), EXIT.notACase, 'case format 9.0'],
  [
    'events as an endless view',
    () => withSql('DROP VIEW events', `CREATE VIEW events AS ${ENDLESS}`),
    EXIT.verificationFailed,
    'view events is not the one',
  ],
  [
    'event as an endless view',
    () => withSql('ALTER TABLE event RENAME TO event_2', `CREATE VIEW event AS ${ENDLESS}`),
    EXIT.verificationFailed,
    'which coldtrail does not make',
  ],
  [
    'a trigger',
    () => withSql('CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM event; END'),
    EXIT.verificationFailed,
    'trigger t',
  ],
  [
    'a view that calls a function',
    () => withSql("CREATE VIEW more AS SELECT record('x')"),
    EXIT.verificationFailed,
    'view more',
  ],
  [
    'a virtual table',
    () => withSql('CREATE VIRTUAL TABLE v USING fts5(x)'),
    EXIT.verificationFailed,
    'table v',
  ],
  [
    'an index with an expression',
    () => withSql('CREATE INDEX i ON event (abs(randomblob(8)))'.replace('abs(randomblob(8))', 'abs(flags)')),
    EXIT.verificationFailed,
    'index i',
  ],
  [
    'a generated column',
    () => withSql('ALTER TABLE meta ADD COLUMN g AS (value || value)'),
    EXIT.verificationFailed,
    'table meta is not the one',
  ],
  [
    'a column with an escape sequence in its name',
    () => withSql('ALTER TABLE meta ADD COLUMN "\u001b[31mred" TEXT'),
    EXIT.verificationFailed,
    'table meta is not the one',
  ],
  [
    'a table of 2,000 columns',
    () => withSql(`CREATE TABLE wide (${Array.from({ length: 2000 }, (_, n) => `c${n}`).join(', ')})`),
    EXIT.verificationFailed,
    'table wide',
  ],
  ['a table that is missing', () => withSql('DROP TABLE redelivery'), EXIT.verificationFailed, 'redelivery'],
  [
    'a schema that can not be parsed',
    () => withSchema("UPDATE sqlite_schema SET sql = 'CREATE TABLE meta (' WHERE name = 'meta'"),
    EXIT.verificationFailed,
    'is damaged',
  ],
  [
    'two objects on one page',
    () =>
      withSchema(
        "UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'meta'; UPDATE sqlite_schema SET sql = 'CREATE TABLE meta (key)' WHERE name = 'meta'",
      ),
    EXIT.verificationFailed,
    'meta',
  ],
  ['WAL mode with more rows beside it', walCase, EXIT.verificationFailed, 'WAL mode'],
]

/** Not told by header and schema: the rows are damaged, or only odd. `exit` 0 is read. */
const HARMLESS: readonly (readonly [what: string, make: () => string])[] = [
  ...[0.02, 0.2, 0.5, 0.8, 0.99].map((share) => [`cut at ${share}`, () => cutAt(share)] as const),
  ...[1, 2, 3, 4, 5].map((n) => [`noise ${n}`, () => noise(`noise ${n}`)] as const),
  ['a cyclic tree', () => cyclic('event')],
  ['a cyclic tree of sources', () => cyclic('source')],
  ['damaged full text', () => withSql("UPDATE event_text_data SET block = x'ffffffffffffffff'")],
  ['a huge cell', () => withSql('UPDATE outcome SET error_message = hex(zeroblob(8000000))')],
  ['cells that are not UTF-8', () => withSql("UPDATE origin SET user_agent = CAST(x'ff80fe' AS TEXT)")],
  ['values of other types', () => withSql("UPDATE event SET event_time_ms = 'soon', record_offset = x'00'")],
  [
    'a symbolic link',
    () => {
      const link = path.join(folder, `link-${++made}`)
      symlinkSync(good.path, link)
      return link
    },
  ],
  ['pages of 65536 bytes', () => built('page_size = 65536')],
  ['UTF-16', () => built("encoding = 'UTF-16'")],
]

describe('a hostile case', () => {
  it.each(REFUSED)('%s is refused', (_what, make, exit, reason) => {
    const file = make()
    const { exit: got, message } = outcome(file)
    expect({ got, message }).toMatchObject({ got: exit, message: expect.stringContaining(reason) as string })
    expect(() => openExistingWriter(file).close()).toThrow(CaseError)
  })

  it.each(HARMLESS)('%s is refused or read', (_what, make) => {
    const file = make()
    const before = readFileSync(file)
    const { exit, message } = outcome(file)
    expect([0, EXIT.notACase, EXIT.verificationFailed], message).toContain(exit)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('is at least 25 files', () => {
    expect(REFUSED.length + HARMLESS.length).toBeGreaterThanOrEqual(25)
  })
})

describe('a case with other tables', () => {
  const hintOf = (file: string): string | undefined => {
    try {
      openReader(file).close()
    } catch (error) {
      if (error instanceof CaseError && error.exit === EXIT.verificationFailed) return error.hint
    }
    throw new Error('it was not refused with 12')
  }
  const run = (id: number, version: string, started: string): string =>
    `INSERT INTO runs (id, started, status, arguments, versions) VALUES (${id}, '${started}', 'done', '[]', '${version}')`
  const maker = (id: number, version: string, day: string): string =>
    run(id, JSON.stringify({ coldtrail: version }), `${day}T10:00:00.000Z`)

  it('is of another build, which its runs name, or was changed by somebody', () => {
    const other = 'ALTER TABLE event ADD COLUMN more TEXT'
    const file = withSql(maker(11, '0.0.9', '2026-01-02'), maker(12, '0.1.0', '2026-01-03'), other)
    expect(hintOf(file)).toBe(
      'an older or newer build made it (by its runs it was indexed by coldtrail 0.1.0 on 2026-01-03, coldtrail 0.0.9 on 2026-01-02), or somebody changed it: use that build, ask where it comes from, or index the archive again',
    )
  })

  it.each([
    ['runs that are a view', () => withSql('DROP TABLE runs', `CREATE VIEW runs AS ${ENDLESS}`)],
    ['runs with another column', () => withSql('ALTER TABLE runs ADD COLUMN more TEXT')],
    ['runs that say nothing', () => withSql('DELETE FROM runs', 'CREATE TABLE more (x)')],
    [
      'versions that are no JSON',
      () => withSql('DELETE FROM runs', run(1, '{', ''), 'CREATE TABLE more (x)'),
    ],
  ])('says so with %s', (_what, make) => {
    expect(hintOf(make())).toContain('(runs does not say by which), or somebody changed it')
  })
})

describe('a case of ours', () => {
  it('is read in every state that an index run leaves', () => {
    for (const options of [{}, { indexes: false, state: 'loading' }]) {
      const tiny = tinyCase(EVENTS, options)
      expect(outcome(tiny.path).exit).toBe(0)
      tiny.dispose()
    }
    const fresh = path.join(folder, 'fresh.sqlite')
    createCase(fresh, '0.0.0-test').close()
    expect(outcome(fresh).exit).toBe(0)
    const db = openExistingWriter(fresh)
    createVerificationTables(db)
    db.exec('ANALYZE')
    db.close()
    expect(outcome(fresh).exit).toBe(0)
  })

  it('of a newer minor format may have more tables, and nothing that acts', () => {
    const newer = `PRAGMA user_version = ${USER_VERSION + 1}`
    expect(outcome(withSql(newer, 'CREATE TABLE more (x)', 'CREATE INDEX m ON more (x)')).exit).toBe(0)
    expect(outcome(withSql(newer, 'CREATE VIEW more AS SELECT 1')).message).toContain('view more')
    expect(outcome(withSql(newer, 'DROP VIEW events', `CREATE VIEW events AS ${ENDLESS}`)).exit).toBe(
      EXIT.verificationFailed,
    )
  })

  it('costs under 5 ms more to open', () => {
    openReader(good.path).close()
    const times = Array.from({ length: 15 }, () => {
      const began = performance.now()
      openReader(good.path).close()
      return performance.now() - began
    }).sort((a, b) => a - b)
    expect(times[7]).toBeLessThan(5)
  })

  it('trusts no schema', () => {
    const db = openReader(good.path)
    expect(db.pragma('trusted_schema', { simple: true })).toBe(0)
    expect(db.pragma('query_only', { simple: true })).toBe(1)
    db.close()
  })
})
