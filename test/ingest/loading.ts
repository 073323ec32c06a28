/** A case in the middle of a load, and what a run loads it with. */
import path from 'node:path'
import { afterAll } from 'vitest'
import { BatchFeeder } from '../../src/ingest/batch-feeder.js'
import { MergeQueue } from '../../src/ingest/merge-queue.js'
import type { ParsePool } from '../../src/ingest/pool.js'
import { Progress } from '../../src/ingest/progress.js'
import type { BatchSource, BatchTask } from '../../src/model/batch.js'
import { nextRoom } from '../../src/model/event-id.js'
import { createCase } from '../../src/store/create.js'
import { beginLoad } from '../../src/store/finish.js'
import { lastRow } from '../../src/store/merge.js'
import type { Connection } from '../../src/store/open.js'
import { startRun } from '../../src/store/runs.js'

export interface Loading {
  readonly db: Connection
  readonly runId: number
  /** What one run has. @param signal of a Ctrl-C. */
  readonly begin: (pool: ParsePool, signal?: AbortSignal) => { feeder: BatchFeeder; queue: MergeQueue }
}

const open: Connection[] = []
afterAll(() => {
  for (const db of open.splice(0)) db.close()
})

/** @param folder for the shards as well. */
export function beginCase(folder: string, casePath = path.join(folder, 'case.sqlite')): Loading {
  const db = createCase(casePath, '0.0.0-test')
  open.push(db)
  const runId = startRun(db, { arguments: [], toolVersion: '0.0.0-test' })
  const begin: Loading['begin'] = (pool, signal = new AbortController().signal) => {
    const queue = new MergeQueue(db, beginLoad(db, 1, 0), new Progress(() => undefined))
    const firstId = nextRoom(lastRow(db))
    const feeder = new BatchFeeder(pool, queue, signal, { ...FRAME, runId, workFolder: folder, firstId })
    return { feeder, queue }
  }
  beginLoad(db, 1, 0)
  return { db, runId, begin }
}

const FRAME = { reference: false, lenient: false, plain: { rows: false, text: false } } as const

export function taskOf(
  sources: readonly BatchSource[],
  shardPath: string,
  over: Partial<BatchTask> = {},
): BatchTask {
  return { ...FRAME, load: shardPath, runId: 1, firstId: nextRoom(0), sources, shardPath, ...over }
}
