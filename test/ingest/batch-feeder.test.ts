/** Batches go to the workers a few at a time, and their shards to the merge in order; what ends a run ends it when all is quiet. */
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openPool, type ParsePool } from '../../src/ingest/pool.js'
import type { BatchSource, BatchTask } from '../../src/model/batch.js'
import { nextRoom, ROOM } from '../../src/model/event-id.js'
import { makeRecord, putLog } from '../helpers/archive.js'
import { scratch } from '../verify/indexed.js'
import { beginCase } from './loading.js'
import { sourcesOf } from './sources.js'

const pools: ParsePool[] = []
afterAll(async () => {
  for (const pool of pools) await pool.close()
})

/** A pool of this many threads that notes what it is given, and how many are in its hands at once. */
function watchedPool(workers: number) {
  const pool = openPool(workers)
  pools.push(pool)
  const seen = { tasks: [] as BatchTask[], running: 0, most: 0 }
  const watched: ParsePool = {
    ...pool,
    index: async (task) => {
      seen.tasks.push(task)
      seen.most = Math.max(seen.most, ++seen.running)
      try {
        return await pool.index(task)
      } finally {
        seen.running--
      }
    },
  }
  return { pool: watched, seen }
}

function batchesIn(folder: string, count: number): BatchSource[][] {
  return Array.from({ length: count }, (_, n) =>
    sourcesOf([putLog(folder, `${String(n).padStart(2, '0')}.json`, [makeRecord(n)])], n + 1),
  )
}

describe.each([0, 2])('with %i workers', (workers) => {
  it('every batch has a room and a shard of its own, no more than a few are under way, and all are in the case', async () => {
    const folder = scratch()
    const { db, begin } = beginCase(folder)
    const { pool, seen } = watchedPool(workers)
    const { feeder, queue } = begin(pool)
    await feeder.feed(batchesIn(folder, 15))
    queue.flush()
    expect(seen.tasks.map(({ firstId }) => firstId)).toEqual(
      Array.from({ length: 15 }, (_, n) => nextRoom(0) + n * ROOM),
    )
    expect(new Set(seen.tasks.map(({ shardPath }) => shardPath)).size).toBe(15)
    expect(new Set(seen.tasks.map(({ load }) => load)).size).toBe(1)
    expect(seen.most).toBeLessThanOrEqual(pool.workers * 2 + 2)
    expect(db.prepare('SELECT id FROM source ORDER BY rowid').pluck().all()).toEqual(
      Array.from({ length: 15 }, (_, n) => n + 1),
    )
  })
})

describe('after an interrupt', () => {
  it('what is under way is merged, the rest is counted as not reached', async () => {
    const folder = scratch()
    const { db, begin } = beginCase(folder)
    const { pool, seen } = watchedPool(0)
    const stop = new AbortController()
    const batches = batchesIn(folder, 6)
    function* stopping() {
      for (const [at, batch] of batches.entries()) {
        if (at === 2) stop.abort()
        yield batch
      }
    }
    const { feeder, queue } = begin(pool, stop.signal)
    await feeder.feed(stopping())
    queue.flush()
    expect(seen.tasks).toHaveLength(2)
    expect(queue.notReached).toEqual({ files: 4, members: 0 })
    expect(db.prepare('SELECT count(*) FROM event').pluck().get()).toBe(2)
  })
})

describe('a batch that fails by no fault of a source', () => {
  it('ends the run with its error, after those under way are done', async () => {
    const folder = scratch()
    const { db, begin } = beginCase(folder)
    const { pool, seen } = watchedPool(2)
    const batches = batchesIn(folder, 12)
    const inNoFolder: ParsePool = {
      ...pool,
      index: (task) =>
        pool.index(
          task.shardPath.endsWith(`${path.sep}2.shard`)
            ? { ...task, shardPath: path.join(folder, 'none', '2.shard') }
            : task,
        ),
    }
    const { feeder, queue } = begin(inNoFolder)
    await expect(feeder.feed(batches)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(seen.running).toBe(0)
    expect(seen.tasks.length).toBeLessThan(12)
    queue.flush()
    // Only what is before the gap.
    expect(db.prepare('SELECT max(id) FROM source').pluck().get()).toBe(2)
  })
})
