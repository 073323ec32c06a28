/** Shards → case: what is committed is whole, what is there already is not added again, and what cannot be merged leaves nothing. */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { index as indexBatch } from '../../src/ingest/worker.js'
import { unwrap } from '../../src/ingest/worker-failure.js'
import { nextRoom, ROOM } from '../../src/model/event-id.js'
import { lastRow, mergeShards } from '../../src/store/merge.js'
import Database from 'better-sqlite3'
import type { Connection } from '../../src/store/open.js'
import { makeRecord, put, putLog } from '../helpers/archive.js'
import { expectCommitted } from '../helpers/committed.js'
import { beginCase, taskOf } from '../ingest/loading.js'
import { sourcesOf } from '../ingest/sources.js'
import { scratch } from '../verify/indexed.js'

/** A shard of these files as batch `at`. */
async function shardOf(
  folder: string,
  at: number,
  files: readonly string[],
  firstId: number,
): Promise<string> {
  const shardPath = path.join(folder, `${at}-${firstId}.shard`)
  const firstRow = nextRoom(0) + at * ROOM
  unwrap(await indexBatch(taskOf(sourcesOf(files, firstId), shardPath, { firstId: firstRow })))
  return shardPath
}

const count = (db: Connection, table: string): unknown =>
  db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

const log = (folder: string, n: number, name = `${n}.json`): string =>
  putLog(folder, name, [makeRecord(2 * n), makeRecord(2 * n + 1)])

describe('a group of shards', () => {
  it('is committed together; the last row number is kept', async () => {
    const folder = scratch()
    const { db } = beginCase(folder)
    const shards = [
      await shardOf(folder, 0, [log(folder, 0)], 1),
      await shardOf(folder, 1, [log(folder, 1)], 2),
    ]
    expect(mergeShards(db, shards, { bulk: true })).toEqual({ events: 4, duplicateSources: 0 })
    expect(lastRow(db)).toBe(nextRoom(0) + ROOM + 1)
    expectCommitted(db.name, 'both')
  })

  it('of which one is damaged leaves nothing of any', async () => {
    const folder = scratch()
    const { db } = beginCase(folder)
    const [good, bad] = [
      await shardOf(folder, 0, [log(folder, 0)], 1),
      await shardOf(folder, 1, [log(folder, 1)], 2),
    ]
    const edited = new Database(bad)
    edited.exec('DROP TABLE problem')
    edited.close()
    expect(() => mergeShards(db, [good, bad], { bulk: true })).toThrow(/problem/)
    expect(
      ['event', 'source', 'caller', 'session', 'segment', 'resource_stage'].map((table) => count(db, table)),
    ).toEqual([0, 0, 0, 0, 0, 0])
    expect(lastRow(db)).toBe(0)
    // Detached again: the good one can be merged.
    expect(mergeShards(db, [good], { bulk: true })).toMatchObject({ events: 2 })
  })

  it('with another value under a known id is refused: no event gets the caller of another', async () => {
    const folder = scratch()
    const { db } = beginCase(folder)
    mergeShards(db, [await shardOf(folder, 0, [log(folder, 0)], 1)], { bulk: true })
    const clashing = await shardOf(folder, 1, [log(folder, 0, 'other.json'), log(folder, 1)], 2)
    const edited = new Database(clashing)
    edited.exec("UPDATE action SET event_name = 'Other'")
    edited.close()
    expect(() => mergeShards(db, [clashing], { bulk: true })).toThrow(
      'two values of action have the same hash',
    )
    expect(count(db, 'source')).toBe(1)
    expectCommitted(db.name, 'after the refusal')
  })
})

describe.each([true, false])('the same bytes (bulk: %s)', (bulk) => {
  it('in the case, or twice in a shard: both paths, one set of rows', async () => {
    const folder = scratch()
    const { db } = beginCase(folder)
    const shards = [
      await shardOf(folder, 0, [log(folder, 0)], 1),
      await shardOf(
        folder,
        1,
        [log(folder, 0, 'again.json'), log(folder, 1), log(folder, 1, 'twice.json')],
        2,
      ),
    ]
    for (const [at, shard] of shards.entries())
      expect(mergeShards(db, [shard], { bulk })).toEqual({ events: 2, duplicateSources: at * 2 })
    expect(
      db
        .prepare('SELECT id, status, duplicate_of AS of, events, duplicates FROM source ORDER BY id')
        .raw()
        .all(),
    ).toEqual([
      [1, 'indexed', null, 2, 0],
      [2, 'duplicate', 1, 0, 2],
      [3, 'indexed', null, 2, 0],
      [4, 'duplicate', 3, 0, 2],
    ])
    expect(db.prepare('SELECT DISTINCT source_id FROM event ORDER BY 1').pluck().all()).toEqual([1, 3])
    expect(db.prepare('SELECT DISTINCT source_id FROM segment ORDER BY 1').pluck().all()).toEqual([1, 3])
    const uses = 'SELECT count(*) FROM event_resource WHERE event_rowid NOT IN (SELECT id FROM event)'
    expect(db.prepare(uses).pluck().get()).toBe(0)
  })
})

it('a file that could not be read, tried again: the new finding takes the place of the old one', async () => {
  const folder = scratch()
  const { db } = beginCase(folder)
  const late = path.join(folder, 'late.json')
  mergeShards(db, [await shardOf(folder, 0, [late], 1)], { bulk: true })
  const problems = (): unknown[] => db.prepare('SELECT kind, source_id FROM problem').raw().all()
  expect(problems()).toEqual([['unreadable', 1]])
  mergeShards(db, [await shardOf(folder, 1, [late], 2)], { bulk: true })
  expect(problems()).toEqual([['unreadable', 2]])
  log(folder, 7, 'late.json')
  mergeShards(db, [await shardOf(folder, 2, [late], 3)], { bulk: true })
  expect(problems()).toEqual([])
  expect(db.prepare('SELECT id, status FROM source').raw().all()).toEqual([[3, 'indexed']])
})

it('a rejected file with bytes is not forgotten when its path comes again', async () => {
  const folder = scratch()
  const { db } = beginCase(folder)
  const file = put(folder, 'a.json', 'no log at all')
  mergeShards(db, [await shardOf(folder, 0, [file], 1)], { bulk: true })
  log(folder, 3, 'a.json')
  mergeShards(db, [await shardOf(folder, 1, [file], 2)], { bulk: true })
  expect(db.prepare('SELECT id, status FROM source ORDER BY id').raw().all()).toEqual([
    [1, 'rejected'],
    [2, 'indexed'],
  ])
})
