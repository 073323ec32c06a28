import { writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { MAX_USES, ROOM, rowNumber, useNumber } from '../../src/model/event-id.js'
import { index, scratch } from '../verify/indexed.js'

describe('row numbers', () => {
  it('stay apart for batches of any size, and keep the order of rows', () => {
    const firsts = [0, ROOM, 2 * ROOM, 1_000 * ROOM]
    const numbers = firsts.flatMap((first) =>
      [0, ROOM - 1, ROOM, ROOM + 1, ROOM + 2 ** 27 - 1].map((at) => rowNumber(first, at)),
    )
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.every(Number.isSafeInteger)).toBe(true)
    for (const first of firsts) expect(rowNumber(first, ROOM)).toBeGreaterThan(rowNumber(first, ROOM - 1))
    expect(() => rowNumber(0, ROOM + 2 ** 27)).toThrow('in one batch')
  })

  it('of uses lead back to their event, beyond 2^53 too', () => {
    for (const event of [1, ROOM, 2 ** 38, rowNumber(1_000 * ROOM, ROOM + 5)])
      for (const at of [0, 1, MAX_USES - 1]) expect(BigInt(useNumber(event, at)) >> 14n).toBe(BigInt(event))
  })
})

const record = (n: number, more = ''): string =>
  `{"eventVersion":"1.08","eventTime":"2024-05-14T00:00:00Z","eventID":"e${n}","eventName":"N"${more}}`

describe('a batch of more events than its room', () => {
  it('has them all, in their order, and the next batch comes before what overflowed', async () => {
    const folder = scratch()
    const count = ROOM + 3_000
    const lines = Array.from({ length: count }, (_, n) => record(n))
    writeFileSync(path.join(folder, 'many.json'), lines.join('\n'))
    const casePath = path.join(scratch(), 'case.sqlite')
    expect((await index(casePath, [folder])).records).toMatchObject({ found: count, events: count })
    writeFileSync(
      path.join(folder, 'more.json'),
      `${record(-1)}\n${record(0, ',"readOnly":true')}\n${record(5)}`,
    )
    await index(casePath, [folder])
    const db = new Database(casePath, { readonly: true })
    const found = db
      .prepare('SELECT record_offset FROM event WHERE source_id = 1 ORDER BY id')
      .pluck()
      .all() as number[]
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(count + 2)
    expect(db.prepare("SELECT count(*) FROM events WHERE event_id IN ('e-1', 'e0')").pluck().get()).toBe(3)
    expect(db.prepare('SELECT count(*) FROM redelivery').pluck().get()).toBe(1)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })
})

describe('an event of more resources than are kept', () => {
  it('keeps as many as there is room for, and says so', async () => {
    const folder = scratch()
    const arns = Array.from({ length: MAX_USES + 10 }, (_, n) => `"arn:aws:s3:::bucket/${n}"`)
    writeFileSync(path.join(folder, 'a.json'), record(1, `,"requestParameters":{"keys":[${arns.join(',')}]}`))
    const casePath = path.join(scratch(), 'case.sqlite')
    await index(casePath, [folder])
    const db = new Database(casePath, { readonly: true })
    expect(db.prepare("SELECT count(*) FROM event_resources WHERE event_id = 'e1'").pluck().get()).toBe(
      MAX_USES,
    )
    expect(db.prepare('SELECT kind, event_id FROM problems').all()).toEqual([
      { kind: 'too-many-resources', event_id: 'e1' },
    ])
    db.close()
  })
})
