import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HashResult, HashTask } from '../../src/model/batch.js'
import { hashFiles } from '../../src/ingest/hash-files.js'
import { splitKnown } from '../../src/ingest/known-files.js'
import type { ParsePool } from '../../src/ingest/pool.js'
import type { Failure } from '../../src/ingest/worker.js'
import { createCase } from '../../src/store/create.js'
import { openExistingWriter } from '../../src/store/open.js'
import { makeArchive, put, putLog, makeRecord } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'
import { foundFile } from './sources.js'

/** Hashes as `answer` has it; nothing else is asked of the pool here. */
function poolOf(answer: (task: HashTask, call: number) => Promise<HashResult | Failure>): ParsePool {
  let calls = 0
  const index = (): Promise<never> => Promise.reject(new Error('nothing is indexed here'))
  return {
    workers: 2,
    hash: (task) => answer(task, calls++),
    index,
    alone: index,
    close: () => Promise.resolve(),
  }
}

const honest = poolOf((task) => Promise.resolve(hashFiles(task)))
const progress = { comparing: () => undefined }

describe('a second run', () => {
  it('knows files by their bytes: the same path is done, another path is a copy, other bytes are new', async () => {
    const folder = scratch()
    const { files } = makeArchive(path.join(folder, 'logs'), { files: 3, recordsPerFile: 2 })
    const empty = put(folder, 'logs/empty.json', '')
    const casePath = path.join(folder, 'case.sqlite')
    await index(casePath, [path.join(folder, 'logs')])
    const copy = putLog(folder, 'more/copy.json.gz', [makeRecord(0), makeRecord(1)])
    const fresh = putLog(folder, 'more/new.json.gz', [makeRecord(100)])
    const gone = path.join(folder, 'more/gone.json')
    const otherEmpty = put(folder, 'more/empty.json', '')
    const db = openExistingWriter(casePath)
    const asked = [...files, empty, copy, fresh, gone, otherEmpty].map(foundFile)
    const split = await splitKnown(db, honest, asked, progress)
    db.close()
    expect(split.already).toBe(4)
    expect(split.copies.map(({ file }) => file.path)).toEqual([copy])
    expect(split.fresh.map((file) => file.path)).toEqual([fresh, gone, otherEmpty])
  })

  it('into a case without sources hashes nothing', async () => {
    const folder = scratch()
    const db = createCase(path.join(folder, 'case.sqlite'), '0.0.0-test')
    const never = poolOf(() => Promise.reject(new Error('hashed')))
    const file = foundFile(put(folder, 'a.json', '{}'))
    expect(await splitKnown(db, never, [file], progress)).toEqual({ fresh: [file], already: 0, copies: [] })
    db.close()
  })
})

describe('a hashing worker that fails', () => {
  it.each([
    [
      'by what it returns',
      () => Promise.resolve({ failed: { message: 'out of handles', code: 'EMFILE', stack: '' } }),
    ],
    ['by its death', () => Promise.reject(Object.assign(new Error('out of handles'), { code: 'EMFILE' }))],
  ])('%s ends the run: known files are not taken for new ones, and no rejection is left', async (_, fail) => {
    const folder = scratch()
    makeArchive(path.join(folder, 'logs'), { files: 3, recordsPerFile: 2 })
    const casePath = path.join(folder, 'case.sqlite')
    await index(casePath, [path.join(folder, 'logs')])
    const db = openExistingWriter(casePath)
    const asked = Array.from({ length: 4000 }, (_, n) => ({ path: `/none/${n}`, size: 1, mtimeMs: 0 }))
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      // The first is slow: the others have failed by then.
      const pool = poolOf(async (_task, call) => {
        if (call === 0) await new Promise((resolve) => setTimeout(resolve, 50))
        return fail()
      })
      await expect(splitKnown(db, pool, asked, progress)).rejects.toMatchObject({ code: 'EMFILE' })
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('unhandledRejection', note)
      db.close()
    }
    expect(unhandled).toEqual([])
  })
})
