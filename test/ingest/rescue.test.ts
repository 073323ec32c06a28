import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { BatchFeeder } from '../../src/ingest/batch-feeder.js'
import { MergeQueue } from '../../src/ingest/merge-queue.js'
import { openPool } from '../../src/ingest/pool.js'
import { Progress } from '../../src/ingest/progress.js'
import { nextRoom } from '../../src/model/event-id.js'
import { createCase } from '../../src/store/create.js'
import { makeValues } from '../../src/normalise/made-values.js'
import { beginLoad, finishLoad } from '../../src/store/finish.js'
import { startRun } from '../../src/store/runs.js'
import { logText, makeRecord, put, putLog } from '../helpers/archive.js'
import { expectCommitted } from '../helpers/committed.js'
import { scratch } from '../verify/indexed.js'
import { sourcesOf } from './sources.js'

it.each([1, 2])(
  'of %i: a source that kills its worker is rejected by name; its batch and the one held with it are indexed',
  // Each death fills the memory of a thread first.
  { timeout: 1_800_000 },
  async (workers) => {
    const folder = scratch()
    const files = Array.from({ length: 12 }, (_, n) =>
      putLog(folder, `${String(n).padStart(2, '0')}.json`, [makeRecord(2 * n), makeRecord(2 * n + 1)]),
    )
    // A record whose values take many times the memory that a thread has here.
    const large = `{"eventVersion":"1.08","eventID":"large","requestParameters":{"a":[${'{"a":{}},'.repeat(800_000)}0]}}`
    const fatal = put(folder, '05-large.json.gz', gzipSync(logText([large]), { level: 1 }))
    const casePath = path.join(folder, 'case.sqlite')
    const db = createCase(casePath, '0.0.0-test')
    const runId = startRun(db, { arguments: [], toolVersion: '0.0.0-test' })
    const bulk = beginLoad(db, 1, 0)
    const queue = new MergeQueue(db, bulk, new Progress(() => undefined))
    const pool = openPool(workers, { maxOldGenerationSizeMb: 40, maxYoungGenerationSizeMb: 8 })
    const feeder = new BatchFeeder(pool, queue, new AbortController().signal, {
      runId,
      workFolder: folder,
      firstId: nextRoom(0),
      reference: false,
      plain: { rows: false, text: false },
      lenient: false,
    })
    try {
      const sources = sourcesOf(files.toSpliced(5, 0, fatal), 1)
      await feeder.feed([sources.slice(0, 3), sources.slice(3, 8), sources.slice(8, 10), sources.slice(10)])
      queue.flush()
    } finally {
      await pool.close()
    }
    finishLoad(db, { runId, makeValues }, () => undefined)
    expect(db.prepare('SELECT path, kind, detail FROM problem').all()).toEqual([
      {
        path: fatal,
        kind: 'unreadable',
        detail: expect.stringMatching(/ended the worker.*memory/) as string,
      },
    ])
    const states = db.prepare('SELECT status, count(*) AS n FROM source GROUP BY 1 ORDER BY 1').all()
    expect(states).toEqual([
      { status: 'indexed', n: 12 },
      { status: 'rejected', n: 1 },
    ])
    expect(db.prepare('SELECT count(*) FROM event').pluck().get()).toBe(24)
    db.close()
    expectCommitted(casePath, 'after the death of a worker')
  },
)
