/** Threads and the same code inline: one answers as the other does. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { openPool } from '../../src/ingest/pool.js'
import { unwrap } from '../../src/ingest/worker-failure.js'
import type { BatchSource, PassedBytes } from '../../src/model/batch.js'
import { logText, makeRecord, put, putLog } from '../helpers/archive.js'
import { scratch } from '../verify/indexed.js'
import { taskOf } from './loading.js'
import { foundFile, sourcesOf } from './sources.js'

const folder = scratch()
const good = putLog(folder, 'good.json.gz', [makeRecord(0), makeRecord(1)])
const bad = put(folder, 'bad.json', '{"Records":[{"eventVersion":')
const gone = path.join(folder, 'gone.json')
const TABLES = ['event', 'source', 'caller', 'session', 'action', 'problem', 'segment']

const WORKERS = [0, 1, 2]
const pools = new Map(WORKERS.map((workers) => [workers, openPool(workers)]))
afterAll(async () => {
  for (const pool of pools.values()) await pool.close()
})

function rowsIn(shardPath: string): unknown {
  const db = new Database(shardPath, { readonly: true })
  try {
    return Object.fromEntries(TABLES.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()]))
  } finally {
    db.close()
  }
}

/** What the twins have to agree on: all but the time it took. */
async function answer(workers: number) {
  const shardPath = path.join(folder, `${workers}.shard`)
  const pool = pools.get(workers)!
  const task = taskOf(sourcesOf([good, bad, gone], 1), shardPath)
  const { stages, shardPath: made, ...counts } = unwrap(await pool.index(task))
  expect(made).toBe(shardPath)
  expect(Object.values(stages).every((ms) => ms >= 0)).toBe(true)
  return { counts, rows: rowsIn(shardPath) }
}

describe('the twins', () => {
  it('make the same shard of the same batch', async () => {
    const [inline, ...threads] = await Promise.all(WORKERS.map(answer))
    expect(inline!.counts).toMatchObject({ files: 3, events: 2 })
    for (const other of threads) expect(other).toEqual(inline)
  })

  it('hash alike; a file that is not there has none', async () => {
    const files = [good, bad, gone].map(foundFile)
    const [inline, ...threads] = await Promise.all(
      WORKERS.map(async (workers) => unwrap(await pools.get(workers)!.hash({ files }))),
    )
    expect(inline).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
      null,
    ])
    for (const other of threads) expect(other).toEqual(inline)
  })

  it.each(WORKERS)(
    '%i: what is no fault of a source comes as data, with its code, and the next batch goes on',
    async (workers) => {
      const pool = pools.get(workers)!
      const nowhere = path.join(folder, 'none', 'a.shard')
      const failed = await pool.index(taskOf(sourcesOf([good], 1), nowhere))
      expect(failed).toMatchObject({
        failed: { code: 'ENOENT', message: expect.stringContaining(nowhere) as string },
      })
      expect(() => unwrap(failed)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
      const shardPath = path.join(folder, `next-${workers}.shard`)
      expect(await pool.index(taskOf(sourcesOf([good], 1), shardPath))).toMatchObject({ events: 2 })
      expect(existsSync(shardPath)).toBe(true)
    },
  )

  it.each(WORKERS)('%i: bytes of a member are handed over, not copied', async (workers) => {
    const text = Buffer.from(logText([makeRecord(5)]))
    const bytes = new Uint8Array(new ArrayBuffer(text.length))
    bytes.set(text)
    const place: PassedBytes = { kind: 'passed', bytes, damage: null, index: 0 }
    const [file] = sourcesOf([good], 1)
    const member = { name: 'a.json', containerSha256: 'c'.repeat(64), identity: '', place }
    const source: BatchSource = { ...file!, size: text.length, member }
    const shardPath = path.join(folder, `passed-${workers}.shard`)
    expect(await pools.get(workers)!.index(taskOf([source], shardPath))).toMatchObject({ events: 1 })
    expect(bytes.byteLength).toBe(workers === 0 ? text.length : 0)
  })

  it('a pool of no threads counts as one worker', () => {
    expect(WORKERS.map((workers) => pools.get(workers)!.workers)).toEqual([1, 1, 2])
  })
})

it('a thread of its own is made when it is needed, without threads too', async () => {
  const pool = openPool(0)
  const shardPath = path.join(folder, 'alone.shard')
  expect(await pool.alone(taskOf(sourcesOf([good], 1), shardPath))).toMatchObject({ events: 2 })
  await pool.close()
})
