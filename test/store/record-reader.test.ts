/** Stored bytes of a case that somebody else made: no more is inflated than a row says, and a record lies where it can lie. */
import { deflateRawSync, gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { NO_FILTERS } from '../../src/model/question.js'
import { askQuestion } from '../../src/query/find/run-question.js'
import { inflateSegment } from '../../src/store/inflate-segment.js'
import { openReader } from '../../src/store/open.js'
import { RecordReader } from '../../src/store/record-reader.js'
import { MOST_TEXT } from '../../src/store/reader.js'
import { StoredContent } from '../../src/verify/case/stored-content.js'
import { FindingList } from '../../src/verify/case/finding.js'
import { EVENTS, recordText, tinyCase } from '../helpers/tiny-case.js'

function changed(sql: string, ...values: readonly unknown[]): string {
  const made = tinyCase()
  const db = new Database(made.path)
  db.prepare(sql).run(...values)
  db.close()
  return made.path
}

const PACKED = { gzip: gzipSync, deflate: deflateRawSync } as const
const LENGTH = EVENTS.map(recordText).join('').length

describe.each(['gzip', 'deflate'] as const)('a segment stored as %s', (encoding) => {
  it('that inflates to more than its row says is refused, by who shows records and by verify', () => {
    const bomb = PACKED[encoding](Buffer.alloc(300_000_000), { level: 1 })
    const file = changed('UPDATE segment SET bytes = ?, encoding = ?', bomb, encoding)
    const db = openReader(file)
    const before = process.memoryUsage().rss
    expect(() => new RecordReader(db).read(1, 0, 10)).toThrow(
      expect.objectContaining({ exit: 12, message: expect.stringContaining('holds more than') as string }),
    )
    const findings = new FindingList('x')
    const source = { id: 1, storage: 'deflated', gzip_members: null } as never
    const pieces = new StoredContent(db).pieces(source, findings)
    while (pieces.next().done !== true);
    expect(findings.all.map(({ detail }) => detail).join()).toContain('does not inflate to what was stored')
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
    db.close()
  })

  it('whose row says a length that no segment has is refused', () => {
    const bytes = PACKED[encoding](Buffer.from('{}'))
    for (const content_length of [-1, 1.5, NaN, 2 ** 40])
      expect(() => inflateSegment({ rowid: 1, content_offset: 0, content_length, encoding }, bytes)).toThrow(
        expect.objectContaining({ exit: 12 }),
      )
  })

  it('gives what its row says', () => {
    const content = EVENTS.map(recordText).join('')
    const file = changed('UPDATE segment SET bytes = ?, encoding = ?', PACKED[encoding](content), encoding)
    const db = openReader(file)
    expect(new RecordReader(db).read(1, 0, LENGTH).toString()).toBe(content)
    db.close()
  })
})

it.each([
  ['bytes that are none', 'UPDATE segment SET bytes = NULL'],
  ['bytes that are a number', 'UPDATE segment SET bytes = 7'],
  ['a record of -5 bytes', 'UPDATE event SET record_length = -5'],
  ['a record of no bytes', 'UPDATE event SET record_length = 0'],
  ['a record behind the end', 'UPDATE event SET record_offset = 1000000'],
  ['a record of 2^53 bytes', 'UPDATE event SET record_length = 9007199254740992'],
  ['a segment that says less', 'UPDATE segment SET content_length = 3'],
])('%s: exit 12', (_what, sql) => {
  const db = openReader(changed(sql))
  const records = new RecordReader(db)
  const question = { kind: 'window', window: {}, filters: NO_FILTERS } as const
  expect(() => [...askQuestion(db, question, { order: 'asc' }, { records }).rows]).toThrow(
    expect.objectContaining({ exit: 12 }),
  )
})

it('a user agent that is longer than any record is refused', () => {
  const db = openReader(
    changed("UPDATE client SET user_agent = replace(hex(zeroblob(?)), '00', 'ab')", MOST_TEXT / 2 + 1),
  )
  const question = { kind: 'window', window: {}, filters: NO_FILTERS } as const
  expect(() => [...askQuestion(db, question, { order: 'asc' }).rows]).toThrow(
    expect.objectContaining({ exit: 12, message: expect.stringContaining('in one column') as string }),
  )
})
