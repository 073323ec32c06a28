/** Files that lie next to a database and that SQLite would act on: nothing of somebody else's is changed, rolled back or deleted. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaseError, EXIT } from '../../src/model/case-error.js'
import { writeHandover } from '../../src/handover/write.js'
import { NO_FILTERS } from '../../src/model/question.js'
import { onRollback } from '../../src/store/killed-run.js'
import { lockCase } from '../../src/store/lock.js'
import { openExistingWriter, openReader } from '../../src/store/open.js'
import { tempFolder } from '../helpers/temp-folder.js'
import { tinyCase } from '../helpers/tiny-case.js'

const good = tinyCase()
let folder = ''
let file = ''
let reported: string[] = []
beforeEach(() => {
  folder = tempFolder('journal')
  file = path.join(folder, 'case.sqlite')
  copyFileSync(good.path, file)
  reported = []
  onRollback((line) => reported.push(line))
})
afterEach(() => {
  chmodSync(folder, 0o755)
  onRollback(() => undefined)
})

/** The files of a database whose program was killed in the middle of a transaction that has reached the disk in part. */
function killed(of: string, into: string, sql: string): void {
  const db = new Database(of)
  db.pragma('synchronous = FULL')
  db.pragma('cache_size = 2')
  db.pragma('cache_spill = 1')
  db.exec(`BEGIN; ${sql}`)
  // Pages are written before the commit once the cache is full.
  for (const end of ['', '-journal']) copyFileSync(of + end, into + end)
  db.exec('ROLLBACK')
  db.close()
}

const SPILL =
  'UPDATE event SET flags = 1; UPDATE session SET principal = hex(zeroblob(50000)); UPDATE client SET user_agent = hex(zeroblob(50000))'

function killedCase(): void {
  const other = path.join(folder, 'other.sqlite')
  copyFileSync(good.path, other)
  killed(other, file, SPILL)
  rmSync(other)
  expect(readFileSync(file).equals(readFileSync(good.path))).toBe(false)
}

/** Of all files: folders that a lock makes are another test's. */
function allBytes(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${name} ${readFileSync(path.join(folder, name)).toString('latin1')}`)
}

function refused(open: (path: string) => { close(): unknown }): CaseError {
  try {
    open(file).close()
  } catch (error) {
    if (error instanceof CaseError) return error
    throw error
  }
  throw new Error('it was opened')
}

describe('a database that is not ours', () => {
  it('keeps its journal and its bytes, whoever asks for it', () => {
    const foreign = path.join(folder, 'foreign.sqlite')
    const db = new Database(foreign)
    db.exec('CREATE TABLE t (a, b)')
    const insert = db.prepare('INSERT INTO t VALUES (?, zeroblob(5000))')
    for (let n = 0; n < 100; n++) insert.run(n)
    db.close()
    killed(foreign, file, 'UPDATE t SET b = zeroblob(5001)')
    const before = allBytes()
    for (const open of [openReader, openExistingWriter]) expect(refused(open).exit).toBe(EXIT.notACase)
    expect(allBytes()).toEqual(before)
  })

  it('keeps its write-ahead log', () => {
    const foreign = path.join(folder, 'foreign.sqlite')
    const db = new Database(foreign)
    db.pragma('journal_mode = WAL')
    db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)')
    for (const end of ['', '-wal']) copyFileSync(foreign + end, file + end)
    db.close()
    const before = allBytes()
    for (const open of [openReader, openExistingWriter]) expect(refused(open).exit).toBe(EXIT.notACase)
    expect(allBytes()).toEqual(before)
  })
})

describe('a case whose run was killed', () => {
  it('is rolled back by a reader, which says so in one line', () => {
    killedCase()
    const db = openReader(file)
    expect(db.prepare('SELECT count(*) FROM event WHERE flags = 1').pluck().get()).toBe(0)
    db.close()
    expect(reported).toEqual([expect.stringContaining('rolled back')])
    expect(readdirSync(folder)).toEqual(['case.sqlite'])
    expect(readFileSync(file).equals(readFileSync(good.path))).toBe(true)
    openReader(file).close()
    expect(reported.length).toBe(1)
  })

  it('is rolled back by a writer', () => {
    killedCase()
    const db = openExistingWriter(file)
    expect(db.prepare('SELECT count(*) FROM event WHERE flags = 1').pluck().get()).toBe(0)
    db.close()
    expect(reported.length).toBe(1)
  })

  it('is left alone while a writer holds the lock', () => {
    killedCase()
    const lock = lockCase(file)
    const before = allBytes()
    // Nobody writes here, so that SQLite sees the journal for what it is, and a reader may not roll back.
    expect(refused(openReader).exit).toBe(EXIT.locked)
    expect(allBytes()).toEqual(before)
    lock.release()
  })

  it('says what to do if it is not writable', () => {
    killedCase()
    mkdirSync(`${file}.work`)
    writeFileSync(path.join(`${file}.work`, 'notes'), '')
    const { exit, hint } = refused(openReader)
    expect({ exit, hint }).toEqual({
      exit: EXIT.usage,
      hint: expect.stringContaining('copy the case and its journal') as string,
    })
    expect(existsSync(`${file}-journal`)).toBe(true)
  })
})

describe('a journal that is not of this case', () => {
  const notes = (): string => path.join(folder, 'notes.txt')

  /** As SQLite ends the journal of a transaction over several files: the file of that name goes when it is rolled back. */
  function nameSuperJournal(): void {
    const name = Buffer.from(notes())
    const tail = Buffer.alloc(20)
    tail.writeUInt32BE(0x40000000 / 16384 + 1, 0)
    tail.writeUInt32BE(name.length, 4)
    tail.writeUInt32BE(
      name.reduce((sum, byte) => sum + byte, 0),
      8,
    )
    Buffer.from('d9d505f920a163d7', 'hex').copy(tail, 12)
    const journal = readFileSync(`${file}-journal`)
    writeFileSync(`${file}-journal`, Buffer.concat([journal, tail.subarray(0, 4), name, tail.subarray(4)]))
  }

  it.each([
    [
      'notes of a user',
      () => {
        writeFileSync(`${file}-journal`, 'my journal '.repeat(100))
      },
    ],
    [
      'a short file of a user',
      () => {
        writeFileSync(`${file}-journal`, 'me')
      },
    ],
    [
      'zeros',
      () => {
        writeFileSync(`${file}-journal`, Buffer.alloc(5000))
      },
    ],
    [
      'a folder',
      () => {
        mkdirSync(`${file}-journal`)
      },
    ],
    [
      'a link to a file',
      () => {
        symlinkSync(notes(), `${file}-journal`)
      },
    ],
    [
      'one that names a file of the user',
      () => {
        killedCase()
        nameSuperJournal()
      },
    ],
    [
      'a stale one of the same case',
      () => {
        killedCase()
        const journal = readFileSync(`${file}-journal`)
        rmSync(`${file}-journal`)
        copyFileSync(good.path, file)
        const db = new Database(file)
        for (let n = 0; n < 3; n++) db.exec(`INSERT INTO meta VALUES ('later-${n}', zeroblob(40000))`)
        db.close()
        writeFileSync(`${file}-journal`, journal)
      },
    ],
    [
      'one of another database',
      () => {
        const foreign = path.join(folder, 'foreign.sqlite')
        const db = new Database(foreign)
        db.pragma('page_size = 16384')
        db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000))')
        db.close()
        killed(foreign, path.join(folder, 'copy.sqlite'), 'UPDATE t SET a = zeroblob(900000)')
        copyFileSync(path.join(folder, 'copy.sqlite-journal'), `${file}-journal`)
      },
    ],
    [
      'one page of an empty database',
      () => {
        const header = Buffer.alloc(512)
        Buffer.from('d9d505f920a163d7', 'hex').copy(header)
        for (const [at, value] of [
          [16, 1],
          [20, 512],
          [24, 16384],
        ] as const)
          header.writeUInt32BE(value, at)
        writeFileSync(`${file}-journal`, header)
      },
    ],
    [
      'a write-ahead log',
      () => {
        writeFileSync(`${file}-wal`, 'mine')
      },
    ],
    [
      'an index of one',
      () => {
        writeFileSync(`${file}-shm`, '')
      },
    ],
  ])('%s: the case is refused, and all stays as it is', (_what, make) => {
    writeFileSync(notes(), 'kept')
    make()
    const before = allBytes()
    for (const open of [openReader, openExistingWriter])
      expect(refused(open)).toMatchObject({
        exit: EXIT.verificationFailed,
        hint: expect.stringContaining('move it away') as string,
      })
    expect(allBytes()).toEqual(before)
    expect(reported).toEqual([])
  })

  it.each(['-journal', '-wal', '-shm'])('OUT%s of a user: no hand-over is made, and it stays', (end) => {
    const out = path.join(folder, 'out.sqlite')
    writeFileSync(out + end, 'mine')
    const db = openReader(file)
    const plan = { casePath: file, out, toolVersion: '', redactor: null, onProgress: () => undefined }
    const question = { kind: 'window', window: {}, filters: NO_FILTERS } as const
    const write = (): unknown =>
      writeHandover(db, { ...plan, question, kinds: ['event'] }, {} as Parameters<typeof writeHandover>[2])
    expect(write).toThrow(/is there already/)
    db.close()
    expect(readFileSync(out + end, 'utf8')).toBe('mine')
    expect(existsSync(out)).toBe(false)
  })

  it('an empty journal, as a killed run leaves between two transactions, holds nothing', () => {
    writeFileSync(`${file}-journal`, '')
    openReader(file).close()
    openExistingWriter(file).close()
  })
})
