/** The end of a load: every step can be repeated after a kill, and the case is the same. */
import path from 'node:path'
import Database from 'better-sqlite3'
import { makeValues } from '../../src/normalise/made-values.js'
import { describe, expect, it } from 'vitest'
import { index as indexBatch } from '../../src/ingest/worker.js'
import { unwrap } from '../../src/ingest/worker-failure.js'
import { nextRoom } from '../../src/model/event-id.js'
import { getMeta } from '../../src/store/create.js'
import { beginLoad, finishLoad } from '../../src/store/finish.js'
import { INDEXES } from '../../src/store/indexes.js'
import { mergeShards } from '../../src/store/merge.js'
import { openExistingWriter, type Connection } from '../../src/store/open.js'
import { makeRecord, putLog } from '../helpers/archive.js'
import { contentOf } from '../helpers/cli-case.js'
import { expectCommitted } from '../helpers/committed.js'
import { beginCase, taskOf } from '../ingest/loading.js'
import { sourcesOf } from '../ingest/sources.js'
import { scratch } from '../verify/indexed.js'

/** A load of two files, of which one brings events of the other again, and one that differs. */
async function merged(folder: string): Promise<{ db: Connection; runId: number }> {
  const { db, runId } = beginCase(folder)
  const records = Array.from({ length: 20 }, (_, n) => makeRecord(n))
  const again = [...records.slice(5, 10), { ...makeRecord(11), awsRegion: 'eu-north-1' }, makeRecord(50)]
  const files = [putLog(folder, 'a.json', records), putLog(folder, 'b.json', again)]
  const shardPath = path.join(folder, '0.shard')
  unwrap(await indexBatch(taskOf(sourcesOf(files, 1), shardPath, { firstId: nextRoom(0) })))
  mergeShards(db, [shardPath], { bulk: true })
  return { db, runId }
}

const names = (db: Connection, type: 'index' | 'table'): unknown[] =>
  db.prepare("SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'").pluck().all(type)

/** Paths differ by folder. */
const content = (casePath: string) => contentOf(casePath, { firstPlace: false })

describe('a load', () => {
  it('has its indexes built, its duplicates folded and its stages gone at the end, and reports each step once', async () => {
    const { db, runId } = await merged(scratch())
    expect(getMeta(db, 'state')).toBe('loading')
    expect(names(db, 'table')).toEqual(expect.arrayContaining(['resource_stage', 'name_of_session_stage']))
    expect(names(db, 'index')).not.toContain('event_by_event_id')
    const steps: [string, number, number][] = []
    expect(finishLoad(db, { runId, makeValues }, (...step) => steps.push(step))).toBe(1)
    expect(steps.map(([, done]) => done)).toEqual(steps.map((_, at) => at))
    expect(new Set(steps.map(([, , of]) => of)).size).toBe(1)
    expect(names(db, 'index')).toEqual(expect.arrayContaining(INDEXES.map(({ name }) => name)))
    expect(names(db, 'table').filter((name) => String(name).endsWith('_stage'))).toEqual([])
    expect({ state: getMeta(db, 'state'), events: getMeta(db, 'event_count') }).toEqual({
      state: 'ready',
      events: '22',
    })
    expectCommitted(db.name, 'the end')
  })

  it('stopped at any step ends as one that was not', async () => {
    const folder = scratch()
    const { db, runId } = await merged(folder)
    let steps = 0
    finishLoad(db, { runId, makeValues }, () => steps++)
    const undisturbed = content(db.name)
    expect(steps).toBeGreaterThan(5)
    for (const stop of [0, 1, 2, steps - 1]) {
      // In the same folder, so that the paths are the same.
      const casePath = path.join(folder, `${stop}.sqlite`)
      const stopped = beginCase(folder, casePath)
      mergeShards(stopped.db, [path.join(folder, '0.shard')], { bulk: true })
      let at = 0
      expect(() =>
        finishLoad(stopped.db, { runId: stopped.runId, makeValues }, () => {
          if (at++ === stop) throw new Error('killed')
        }),
      ).toThrow('killed')
      stopped.db.close()
      expectCommitted(casePath, { stop })
      const next = openExistingWriter(casePath)
      expect(getMeta(next, 'state')).toBe('loading')
      // Regardless of what the next run brings, what is unfinished is loaded in bulk.
      expect(beginLoad(next, 0, 1_000_000)).toBe(true)
      finishLoad(next, { runId: stopped.runId, makeValues }, () => undefined)
      next.close()
      expect({ stop, content: content(casePath) }).toEqual({ stop, content: undisturbed })
    }
  })
})

describe('an addition', () => {
  it('of up to a quarter keeps the indexes, of more builds them anew', async () => {
    const { db, runId } = await merged(scratch())
    finishLoad(db, { runId, makeValues }, () => undefined)
    const built = names(db, 'index')
    expect(beginLoad(db, 250, 1000)).toBe(false)
    expect({ state: getMeta(db, 'state'), indexes: names(db, 'index') }).toEqual({
      state: 'loading',
      indexes: built,
    })
    expect(getMeta(db, 'event_count')).toBeNull()
    finishLoad(db, { runId, makeValues }, () => undefined)
    expect(beginLoad(db, 251, 1000)).toBe(true)
    expect(names(db, 'index')).not.toContain('event_by_time')
    finishLoad(db, { runId, makeValues }, () => undefined)
    expect(names(db, 'index').toSorted()).toEqual(built.toSorted())
    expect(getMeta(db, 'event_count')).toBe('22')
  })

  it('of nothing folds nothing again', async () => {
    const { db, runId } = await merged(scratch())
    finishLoad(db, { runId, makeValues }, () => undefined)
    const before = contentOf(db.name)
    beginLoad(db, 0, 1000)
    expect(finishLoad(db, { runId, makeValues }, () => undefined)).toBe(0)
    expect(contentOf(db.name)).toEqual(before)
  })
})

it('a case that waits for its end opens in plain SQLite', async () => {
  const { db } = await merged(scratch())
  const plain = new Database(db.name, { readonly: true })
  expect(plain.prepare('SELECT count(*) FROM events').pluck().get()).toBe(27)
  plain.close()
})
