/** Shards that come in any order are merged in the order of their batches, and each is gone when its rows are in the case. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { indexBatch } from '../../src/ingest/index-batch.js'
import { MergeQueue } from '../../src/ingest/merge-queue.js'
import { Progress } from '../../src/ingest/progress.js'
import type { BatchResult } from '../../src/model/batch.js'
import { nextRoom, ROOM } from '../../src/model/event-id.js'
import { createCase } from '../../src/store/create.js'
import { beginLoad } from '../../src/store/finish.js'
import type { Connection } from '../../src/store/open.js'
import { startRun } from '../../src/store/runs.js'
import { makeRecord, putLog } from '../helpers/archive.js'
import { expectCommitted } from '../helpers/committed.js'
import { scratch } from '../verify/indexed.js'
import { sourcesOf } from './sources.js'

const open: Connection[] = []
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

interface Waiting {
  readonly db: Connection
  readonly queue: MergeQueue
  readonly shards: readonly BatchResult[]
}

/** A case that is being loaded, and shards of one source with two events each. */
async function waiting(count: number, bulk = true): Promise<Waiting> {
  const folder = scratch()
  const db = createCase(path.join(folder, 'case.sqlite'), '0.0.0-test')
  open.push(db)
  const runId = startRun(db, { arguments: [], toolVersion: '0.0.0-test' })
  beginLoad(db, 1, 0)
  const shards: BatchResult[] = []
  for (let at = 0; at < count; at++) {
    const file = putLog(folder, `logs/${at}.json`, [makeRecord(2 * at), makeRecord(2 * at + 1)])
    shards.push(
      await indexBatch({
        load: folder,
        runId,
        firstId: nextRoom(0) + at * ROOM,
        sources: sourcesOf([file], at + 1),
        shardPath: path.join(folder, `${at}.shard`),
        reference: false,
        lenient: false,
        plain: { rows: false, text: false },
      }),
    )
  }
  return { db, queue: new MergeQueue(db, bulk, new Progress(() => undefined)), shards }
}

function sourcesIn(db: Connection): unknown[] {
  return db.prepare('SELECT id FROM source ORDER BY rowid').pluck().all()
}

describe('shards', () => {
  it('wait for the ones before them, and for enough of them to be worth a commit', async () => {
    const { db, queue, shards } = await waiting(5)
    for (const at of [4, 2, 1, 3]) queue.add(at, shards[at]!)
    expect({ sources: sourcesIn(db), waiting: queue.waiting }).toEqual({ sources: [], waiting: 4 })
    queue.add(0, shards[0]!)
    expect({ sources: sourcesIn(db), waiting: queue.waiting }).toEqual({
      sources: [1, 2, 3, 4, 5],
      waiting: 0,
    })
    expectCommitted(db.name, 'all five')
  })

  it('that are fewer are merged by the flush; after a gap they stay', async () => {
    const { db, queue, shards } = await waiting(4)
    for (const at of [0, 1, 3]) queue.add(at, shards[at]!)
    queue.flush()
    expect({ sources: sourcesIn(db), waiting: queue.waiting }).toEqual({ sources: [1, 2], waiting: 1 })
    expect(shards.map(({ shardPath }) => existsSync(shardPath))).toEqual([false, false, true, true])
    queue.add(2, shards[2]!)
    queue.flush()
    expect(sourcesIn(db)).toEqual([1, 2, 3, 4])
  })

  it('are more to a commit where indexes are in place', async () => {
    const { queue: bulk } = await waiting(0)
    const { queue: indexed } = await waiting(0, false)
    expect(indexed.least).toBeGreaterThan(bulk.least)
  })

  it('that cannot be merged leave nothing of their group, and are kept', async () => {
    const { db, queue, shards } = await waiting(4)
    for (const at of [0, 1, 2]) queue.add(at, shards[at]!)
    const broken = { ...shards[3]!, shardPath: path.join(path.dirname(db.name), 'none', '3.shard') }
    expect(() => {
      queue.add(3, broken)
    }).toThrow(/unable to open/)
    expect({
      sources: sourcesIn(db),
      events: db.prepare('SELECT count(*) FROM event').pluck().get(),
    }).toEqual({
      sources: [],
      events: 0,
    })
    expect(shards.slice(0, 3).every(({ shardPath }) => existsSync(shardPath))).toBe(true)
  })

  it('are counted with their bytes, files and time', async () => {
    const { queue, shards } = await waiting(3)
    shards.forEach((shard, at) => {
      queue.add(at, shard)
    })
    queue.flush()
    expect(queue.bytes).toBe(shards.reduce((sum, { bytes }) => sum + bytes, 0))
    for (const stage of ['read', 'hash', 'records', 'store'] as const)
      expect(queue.stages[stage]).toBeCloseTo(shards.reduce((sum, { stages }) => sum + stages[stage], 0))
  })
})
