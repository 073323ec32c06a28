/** A case that is being filled, looked at after each commit. */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { indexBatch } from '../../src/ingest/index-batch.js'
import { ingest } from '../../src/ingest/ingest.js'
import type { BatchResult, BatchSource } from '../../src/model/batch.js'
import { nextRoom, ROOM } from '../../src/model/event-id.js'
import { createCase } from '../../src/store/create.js'
import { makeValues } from '../../src/normalise/made-values.js'
import { beginLoad, finishLoad } from '../../src/store/finish.js'
import { mergeShards } from '../../src/store/merge.js'
import { startRun } from '../../src/store/runs.js'
import { makeArchive, putLog, type CloudTrailRecord } from '../helpers/archive.js'
import { expectCommitted } from '../helpers/committed.js'
import { SOAK } from '../helpers/counts.js'
import { NASTY, putNasty, sessionRecord } from '../helpers/nasty.js'
import { index, planOf, scratch } from '../verify/indexed.js'
import { sourcesOf } from './sources.js'

/** Indexes, and looks at the case after each commit. @returns how often that was. */
async function watched(casePath: string, folder: string, workers: number): Promise<number> {
  let commits = 0
  let before = 0
  await ingest(planOf(casePath, [folder], { workers }), {
    onProgress: ({ phase, filesDone }) => {
      if (phase !== 'indexing' || filesDone === before) return
      before = filesDone
      expectCommitted(casePath, { workers, filesDone })
      commits++
    },
    signal: new AbortController().signal,
  })
  expectCommitted(casePath, 'the end')
  return commits
}

describe.each([0, 1, 2])('with %i workers', (workers) => {
  it('each commit holds all that its rows refer to', { tags: SOAK }, async () => {
    const folder = scratch()
    const casePath = path.join(scratch(), 'case.sqlite')
    putNasty(folder, { ...NASTY, files: 400 })
    expect(await watched(casePath, folder, workers)).toBeGreaterThan(0)
    putNasty(folder, { ...NASTY, files: 100 }, 1)
    await watched(casePath, folder, workers)
  })
})

it('a small archive takes few commits, each of which waits for the disk', async () => {
  const folder = scratch()
  const casePath = path.join(scratch(), 'case.sqlite')
  const { root } = makeArchive(folder, { files: 3, recordsPerFile: 5 })
  await index(casePath, [root])
  // SQLite counts them in the header of the file.
  expect(readFileSync(casePath).readUInt32BE(24)).toBeLessThan(10)
})

describe('two batches that a thread holds', () => {
  it('ship a value in the earlier one, whichever meets it first', async () => {
    const folder = scratch()
    // The second batch has the same callers, and is far ahead by the time that the first comes to them.
    const records = (first: number): CloudTrailRecord[][] =>
      Array.from({ length: 30 }, (_, n) => [sessionRecord(first + n, 30)])
    const late = records(0)
    const early = records(0).toReversed()
    const batches = [late, early].map((files, batch) =>
      files.map((own, n) => putLog(folder, `${batch}/${String(n).padStart(2, '0')}.json`, own)),
    )
    const casePath = path.join(folder, 'case.sqlite')
    const db = createCase(casePath, '0.0.0-test')
    const runId = startRun(db, { arguments: [], toolVersion: '0.0.0-test' })
    beginLoad(db, 1, 0)
    mkdirSync(path.join(folder, 'work'))
    let id = 1
    const results = await Promise.all(
      batches.map((files, batch): Promise<BatchResult> => {
        const sources: BatchSource[] = sourcesOf(files, id)
        id += files.length
        return indexBatch({
          load: folder,
          runId,
          firstId: nextRoom(0) + batch * ROOM,
          sources,
          shardPath: path.join(folder, 'work', `${batch}.shard`),
          reference: false,
          lenient: false,
          plain: { rows: false, text: false },
        })
      }),
    )
    for (const { shardPath } of results) {
      mergeShards(db, [shardPath], { bulk: true })
      expectCommitted(casePath, shardPath)
    }
    finishLoad(db, { runId, makeValues }, () => undefined)
    db.close()
    expectCommitted(casePath, 'the end')
  })

  it('do not wait for one that fails', async () => {
    const folder = scratch()
    const { root } = makeArchive(path.join(folder, 'logs'), { files: 2, recordsPerFile: 2 })
    const sources = sourcesOf([path.join(root, 'none.json')], 1)
    const task = {
      load: folder,
      runId: 1,
      firstId: ROOM,
      sources,
      reference: false,
      lenient: false,
      plain: { rows: false, text: false },
    }
    const failing = indexBatch({ ...task, shardPath: path.join(folder, 'no such folder', 'a.shard') })
    const next = indexBatch({ ...task, shardPath: path.join(folder, 'b.shard') })
    await expect(failing).rejects.toThrow(/ENOENT/)
    expect(await next).toMatchObject({ files: 1, problems: 1 })
  })
})
