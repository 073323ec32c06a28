/** SQLite's own INSERT and FTS5's own index in place of what is written by hand: slower, and the same case. */
import { copyFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { NO_FILTERS, type Subject } from '../../src/model/question.js'
import { logicalDigest } from '../../src/query/case/case-facts.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { openReader } from '../../src/store/open.js'
import { KNOWN_SQLITE, plainSqliteFor } from '../../src/store/plain-sqlite.js'
import { parseStructure } from '../../src/store/text-structure.js'
import { makeArchive, makeRecord, putLog } from '../helpers/archive.js'
import { putBothKinds } from '../helpers/both-kinds.js'
import { query } from '../helpers/cli-case.js'
import { makeZip } from '../helpers/containers.js'
import { put } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'

const TABLES = [
  'event',
  'event_resource',
  'resource',
  'caller',
  'name_of_caller',
  'session',
  'name_of_session',
  'action',
  'place',
  'address',
  'client',
  'outcome',
]
const OTHERS = ['access_log', 'access_client', 'access_call', 'aggregate', 'segment', 'problem', 'redelivery']

let folder: string
let more: string
let handmade: string

beforeAll(async () => {
  folder = scratch()
  makeArchive(path.join(folder, 'in'), { files: 6, recordsPerFile: 40, redeliveredEvery: 3 })
  putBothKinds(path.join(folder, 'in'))
  put(path.join(folder, 'in'), 'bad.json', '{"Records":[{"eventVersion":"1.08"')
  const zipped = Buffer.from(JSON.stringify({ Records: [makeRecord(900), makeRecord(901)] }))
  put(path.join(folder, 'in'), 'more.zip', makeZip([{ name: 'a.json', bytes: zipped }]))
  more = path.join(folder, 'later')
  putLog(
    more,
    'later.json.gz',
    Array.from({ length: 30 }, (_, n) => makeRecord(1000 + n)),
  )
  handmade = path.join(folder, 'handmade.sqlite')
  await index(handmade, [path.join(folder, 'in')])
})

function answers(casePath: string): unknown {
  const subjects: Subject[] = [
    { kind: 'window' },
    ...['alice', 'GetObject', 'arn', 'report', 'us-east-1'].map((value): Subject => ({
      kind: 'text',
      value,
      syntax: 'words',
    })),
    { kind: 'resource', value: 'arn:aws:s3:::*' },
    { kind: 'principal', value: 'alice' },
  ]
  const db = openReader(casePath)
  try {
    return subjects.map((subject) => {
      try {
        const question = { ...subject, filters: NO_FILTERS, window: {} }
        return [...askQuestion(db, question, { order: 'asc' }).rows].map(({ event_id }) => event_id)
      } catch (error) {
        return String(error)
      }
    })
  } finally {
    db.close()
  }
}

function digest(casePath: string): string {
  const db = openReader(casePath)
  try {
    return logicalDigest(db)
  } finally {
    db.close()
  }
}

/** Whether FTS5 finds its own index sound. */
function expectSoundText(casePath: string): void {
  const db = new Database(casePath)
  for (const name of ['event_text', 'value_text', 'access_text'])
    db.exec(`INSERT INTO ${name} (${name}) VALUES ('integrity-check')`)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
}

/** FTS5's later form of the structure record, which it reads and writes back as such: as another version would leave it. */
function writeOtherStructure(casePath: string): void {
  const db = new Database(casePath)
  db.unsafeMode(true)
  for (const name of ['event_text', 'access_text']) {
    const block = db.prepare(`SELECT block FROM ${name}_data WHERE id = 10`).pluck().get() as Buffer
    const { cookie, writes, levels } = parseStructure(block)
    const total = levels.reduce((sum, { segments }) => sum + segments.length, 0)
    const numbers = [levels.length, total, writes]
    for (const { merging, segments } of levels) {
      numbers.push(merging, segments.length)
      for (const { id, firstPage, lastPage } of segments) numbers.push(id, firstPage, lastPage, 1, 1, 0, 0, 0)
    }
    expect(numbers.every((number) => number < 0x80)).toBe(true)
    const other = Buffer.concat([cookie, Buffer.from([0xff, 0, 0, 1]), Buffer.from(numbers)])
    db.prepare(`UPDATE ${name}_data SET block = ? WHERE id = 10`).run(other)
  }
  db.close()
}

describe('without what is written by hand', () => {
  it('a case is the same, row for row and by its answers', async () => {
    const plain = path.join(folder, 'plain.sqlite')
    await index(plain, [path.join(folder, 'in')], { plainSqlite: true })
    expectSoundText(plain)
    expect(digest(plain)).toBe(digest(handmade))
    expect(answers(plain)).toEqual(answers(handmade))
    for (const table of [...TABLES, ...OTHERS])
      expect(query(plain, `SELECT * FROM ${table} ORDER BY 1, 2, 3`), table).toEqual(
        query(handmade, `SELECT * FROM ${table} ORDER BY 1, 2, 3`),
      )
    // Nobody wrote segments into its full text: FTS5 counts what it wrote itself.
    expect(query(plain, 'SELECT count(*) > 0 AS n FROM event_text_data')).toEqual([{ n: 1 }])
  })

  it('more can be added either way to a case made either way', async () => {
    const digests: string[] = []
    const found: unknown[] = []
    for (const [first, second] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const casePath = path.join(folder, `${String(first)}-${String(second)}.sqlite`)
      await index(casePath, [path.join(folder, 'in')], { plainSqlite: first! })
      await index(casePath, [more], { plainSqlite: second! })
      expectSoundText(casePath)
      digests.push(digest(casePath))
      found.push(answers(casePath))
    }
    expect(new Set(digests).size).toBe(1)
    for (const one of found) expect(one).toEqual(found[0])
  })

  it('FTS5 indexes the text itself where the case has a structure record that is not known', async () => {
    const expected = path.join(folder, 'expected.sqlite')
    const other = path.join(folder, 'other.sqlite')
    copyFileSync(handmade, expected)
    copyFileSync(handmade, other)
    writeOtherStructure(other)
    const db = openReader(other)
    expect(plainSqliteFor(db, false)).toEqual({ rows: false, text: true })
    db.close()
    await index(expected, [more])
    await index(other, [more])
    expectSoundText(other)
    expect(digest(other)).toBe(digest(expected))
    expect(answers(other)).toEqual(answers(expected))
  })
})

it('the version of SQLite in use is one that segments were tried with', () => {
  const db = openReader(handmade)
  expect(KNOWN_SQLITE).toContain(db.prepare('SELECT sqlite_version()').pluck().get())
  expect(plainSqliteFor(db, false)).toEqual({ rows: false, text: false })
  expect(plainSqliteFor(db, true)).toEqual({ rows: true, text: true })
  db.close()
})
