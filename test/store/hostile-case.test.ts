/** Case files that somebody else made: each is refused with a reason, or read harmlessly. */
import { copyFileSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CaseError, EXIT } from '../../src/model/case-error.js'
import { logicalDigest } from '../../src/query/case/case-facts.js'
import { NO_FILTERS } from '../../src/model/question.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { completeForReading, schemaObstacle } from '../../src/store/case-schema.js'
import { createCase } from '../../src/store/create.js'
import { APPLICATION_ID, PAGE_SIZE, USER_VERSION } from '../../src/store/format.js'
import { openExistingWriter, openReader } from '../../src/store/open.js'
import { asCaseTrouble } from '../../src/store/open-errors.js'
import { stageOf } from '../../src/store/column-spec.js'
import { createTable, OUTCOME, TABLES } from '../../src/store/schema.js'
import { NAME_OF_SESSION } from '../../src/store/caller-schema.js'
import { createVerificationTables } from '../../src/store/verification-schema.js'
import { tempFolder } from '../helpers/temp-folder.js'
import { EVENTS, tinyCase } from '../helpers/tiny-case.js'

const folder = tempFolder('hostile')
const good = tinyCase()

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
    const reported = asCaseTrouble(error) ?? error
    if (reported instanceof CaseError) return { exit: reported.exit, message: reported.message }
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
    'event as an endless view',
    () => withSql('ALTER TABLE event RENAME TO event_2', `CREATE VIEW event AS ${ENDLESS}`),
    EXIT.verificationFailed,
    'its event is a view',
  ],
  [
    'a trigger',
    () => withSql('CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM event; END'),
    EXIT.verificationFailed,
    'a trigger, t',
  ],
  [
    'a trigger of the name of a table',
    () => withSql('CREATE TRIGGER event AFTER INSERT ON runs BEGIN DELETE FROM event; END'),
    EXIT.verificationFailed,
    'a trigger, event',
  ],
  [
    'a table that is a virtual one',
    () => withSql('DROP TABLE redelivery', 'CREATE VIRTUAL TABLE redelivery USING fts5(x)'),
    EXIT.verificationFailed,
    'redelivery is a virtual table',
  ],
  [
    'a column that is computed',
    () =>
      withSql(
        'ALTER TABLE meta RENAME COLUMN value TO other',
        'ALTER TABLE meta ADD COLUMN value TEXT AS (key || key)',
      ),
    EXIT.verificationFailed,
    'column meta.value is computed otherwise',
  ],
  [
    'a column of another type',
    () => withSql('DROP TABLE meta', 'CREATE TABLE meta (key INTEGER PRIMARY KEY, value BLOB)'),
    EXIT.verificationFailed,
    'column meta.key is another one',
  ],
  [
    'an index of our name over other columns',
    () => withSql('DROP INDEX event_by_time', 'CREATE INDEX event_by_time ON event (flags)'),
    EXIT.verificationFailed,
    'index event_by_time is not the one',
  ],
  [
    'full text that is cut into other words',
    () => withSql('DROP TABLE event_text', 'CREATE VIRTUAL TABLE event_text USING fts5(body)'),
    EXIT.verificationFailed,
    'full text event_text is not the one',
  ],
  ['a table that is missing', () => withSql('DROP TABLE redelivery'), EXIT.verificationFailed, 'redelivery'],
  [
    'a schema that cannot be parsed',
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
  ['WAL mode with more rows next to it', walCase, EXIT.verificationFailed, 'WAL mode'],
]

/** What is added is passed over, and what is ours in name only is not asked: it is read as any other case. */
const ADDED: readonly (readonly [what: string, sql: readonly string[]])[] = [
  ['events as an endless view', ['DROP VIEW events', `CREATE VIEW events AS ${ENDLESS}`]],
  ['events as a table', ['DROP VIEW events', 'CREATE TABLE events (a)']],
  [
    'no view at all',
    [
      'events',
      'appearances',
      'event_resources',
      'principals',
      'access_logs',
      'sources',
      'problems',
      'coverage',
    ].map((name) => `DROP VIEW ${name}`),
  ],
  ['a view of a user', ["CREATE VIEW more AS SELECT record('x')"]],
  ['a virtual table', ['CREATE VIRTUAL TABLE v USING fts5(x)']],
  ['an index of a user', ['CREATE INDEX i ON event (abs(flags))', 'CREATE INDEX j ON event (event_time_ms)']],
  [
    'no index at all',
    ['DROP INDEX event_by_time', 'DROP INDEX event_by_identity', 'DROP INDEX resource_by_name'],
  ],
  [
    'a column more',
    ['ALTER TABLE event ADD COLUMN more TEXT', 'ALTER TABLE source ADD COLUMN "\u001b[31mred" TEXT'],
  ],
  ['a computed column more', ['ALTER TABLE meta ADD COLUMN g AS (value || value)']],
  [
    'a table of 2,000 columns',
    [`CREATE TABLE wide (${Array.from({ length: 2000 }, (_, n) => `c${n}`).join(', ')})`],
  ],
  [
    'a table that points to events',
    [
      'CREATE TABLE tags (event INTEGER REFERENCES event (id), tag TEXT)',
      'INSERT INTO tags SELECT id, 1 FROM event',
    ],
  ],
  ['full text in the words of another SQLite', []],
  ['statistics', ['ANALYZE']],
]

/** Not visible in header and schema: the rows are damaged, or only odd. `exit` 0 is read. */
const HARMLESS: readonly (readonly [what: string, make: () => string])[] = [
  ...[0.02, 0.2, 0.5, 0.8, 0.99].map((share) => [`cut at ${share}`, () => cutAt(share)] as const),
  ...[1, 2, 3, 4, 5].map((n) => [`noise ${n}`, () => noise(`noise ${n}`)] as const),
  ['a cyclic tree', () => cyclic('event')],
  ['a cyclic tree of sources', () => cyclic('source')],
  ['damaged full text', () => withSql("UPDATE event_text_data SET block = x'ffffffffffffffff'")],
  ['a huge cell', () => withSql('UPDATE outcome SET error_message = hex(zeroblob(8000000))')],
  ['cells that are not UTF-8', () => withSql("UPDATE client SET user_agent = CAST(x'ff80fe' AS TEXT)")],
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

describe('a case with additions', () => {
  it.each(ADDED)('%s: it answers as before', (what, sql) => {
    const file = withSql(...sql)
    if (what.startsWith('full text')) {
      const db = new Database(file)
      db.unsafeMode()
      db.exec(
        `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'CREATE TABLE ''event_text_idx''', 'CREATE TABLE  event_text_idx') WHERE name = 'event_text_idx'`,
      )
      db.close()
    }
    expect(outcome(file)).toEqual(outcome(good.path))
  })

  it.each([0, 1, 500])(
    'of minor format %i: a newer one is read, with tables, columns and views that are not known here',
    (minor) => {
      const more = [
        'CREATE TABLE later (x)',
        'ALTER TABLE event ADD COLUMN later TEXT',
        'CREATE VIEW laters AS SELECT x FROM later',
        'CREATE INDEX l ON event (later)',
      ]
      expect(outcome(withSql(`PRAGMA user_version = ${USER_VERSION + minor}`, ...more))).toEqual(
        outcome(good.path),
      )
    },
  )

  it('is read, and is not written to with tables that are not ours to the letter', () => {
    for (const sql of [
      'ALTER TABLE event ADD COLUMN more TEXT',
      'CREATE UNIQUE INDEX mine ON source (path)',
    ]) {
      const file = withSql(sql)
      expect(outcome(file).exit).toBe(0)
      expect(() => openExistingWriter(file).close()).toThrow(
        /not the one that this version makes|unique index, mine/,
      )
    }
    openExistingWriter(
      withSql('CREATE TABLE tags (event INTEGER REFERENCES event (id))', 'CREATE INDEX i ON event (flags)'),
    ).close()
  })

  it('of an older minor format is read without what came later', () => {
    const later = {
      ...OUTCOME,
      columns: [...OUTCOME.columns, { name: 'later', type: 'TEXT', meaning: '', since: 3 }],
    } as const
    const table = {
      name: 'later',
      meaning: '',
      columns: [{ name: 'x', type: 'TEXT', meaning: '' }],
      since: 3,
    } as const
    const tables = [...TABLES.filter(({ name }) => name !== 'outcome'), later, table]
    const db = new Database(good.path, { readonly: true })
    expect(schemaObstacle(db, { isWritten: false, minor: 2, tables })).toBeNull()
    expect(schemaObstacle(db, { isWritten: false, minor: 3, tables })).toContain('no column outcome.later')
    expect(schemaObstacle(db, { isWritten: true, minor: 2, tables })).toContain('table outcome')
    completeForReading(db, { tables })
    expect(db.prepare('SELECT DISTINCT failed, later FROM outcome ORDER BY failed').all()).toEqual([
      { failed: 0, later: null },
      { failed: 1, later: null },
    ])
    expect(db.prepare('SELECT count(*) FROM later').pluck().get()).toBe(0)
    expect(db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(EVENTS.length)
    db.close()
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
    const other = 'DROP TABLE redelivery'
    const file = withSql(maker(11, '0.0.9', '2026-01-02'), maker(12, '0.1.0', '2026-01-03'), other)
    expect(hintOf(file)).toBe(
      'an older or newer build made it (by its runs it was indexed by coldtrail 0.1.0 on 2026-01-03, coldtrail 0.0.9 on 2026-01-02), or somebody changed it: use that build, ask where it comes from, or index the archive again',
    )
  })

  it.each([
    ['runs that are a view', () => withSql('DROP TABLE runs', `CREATE VIEW runs AS ${ENDLESS}`)],
    [
      'runs with another column',
      () => withSql('ALTER TABLE runs ADD COLUMN more TEXT', 'DROP TABLE redelivery'),
    ],
    ['runs that say nothing', () => withSql('DELETE FROM runs', 'DROP TABLE redelivery')],
    [
      'versions that are no JSON',
      () => withSql('DELETE FROM runs', run(1, '{', ''), 'DROP TABLE redelivery'),
    ],
  ])('says so with %s', (_what, make) => {
    expect(hintOf(make())).toContain('(runs does not say by which), or somebody changed it')
  })
})

describe('a case of ours', () => {
  it('is read in every state that an index run leaves', () => {
    for (const options of [{}, { indexes: false, state: 'loading' }]) {
      expect(outcome(tinyCase(EVENTS, options).path).exit).toBe(0)
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

  it('that is half loaded finds callers by the names that wait to be sorted in', () => {
    const waiting = stageOf(NAME_OF_SESSION, 'name_of_session_stage')
    const file = withSql(
      createTable(waiting),
      'INSERT INTO name_of_session_stage SELECT * FROM name_of_session UNION ALL SELECT * FROM name_of_session',
      'DELETE FROM name_of_session',
      "UPDATE meta SET value = 'loading' WHERE key = 'state'",
    )
    const callsOf = (path: string): number => {
      const db = openReader(path)
      try {
        const question = { kind: 'principal', value: 'alice', window: {}, filters: NO_FILTERS } as const
        return [...askQuestion(db, question, { order: 'asc' }).rows].length
      } finally {
        db.close()
      }
    }
    expect(callsOf(good.path)).toBeGreaterThan(0)
    expect(callsOf(file)).toBe(callsOf(good.path))
  })

  it('has every write reach the disk, on macOS too', () => {
    const db = openExistingWriter(copy())
    expect([db.pragma('synchronous', { simple: true }), db.pragma('fullfsync', { simple: true })]).toEqual([
      2, 1,
    ])
    db.close()
  })

  it('that another program holds for too long ends with 11', () => {
    const file = copy()
    const [reader, writer] = [openReader(file), openExistingWriter(file)]
    writer.pragma('busy_timeout = 10')
    const rows = reader.prepare('SELECT * FROM event').iterate()
    rows.next()
    let trouble: CaseError | null = null
    try {
      writer.exec("UPDATE meta SET value = 'x'")
    } catch (error) {
      trouble = asCaseTrouble(error)
    }
    expect(trouble).toMatchObject({ exit: EXIT.locked, message: expect.stringContaining('held') as string })
    rows.return?.()
    reader.close()
    writer.close()
  })

  it('trusts no schema', () => {
    const db = openReader(good.path)
    expect(db.pragma('trusted_schema', { simple: true })).toBe(0)
    expect(db.pragma('query_only', { simple: true })).toBe(1)
    db.close()
  })
})
