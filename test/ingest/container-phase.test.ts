/** Members are sources of their own, numbered after all files; their container's row is written when they are in. */
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ContainerPhase } from '../../src/ingest/container-phase.js'
import { openPool, type ParsePool } from '../../src/ingest/pool.js'
import { Progress } from '../../src/ingest/progress.js'
import type { Connection } from '../../src/store/open.js'
import { logText, makeRecord, put, putLog } from '../helpers/archive.js'
import { makeTar, makeTarGz, makeZip } from '../helpers/containers.js'
import { scratch } from '../verify/indexed.js'
import { beginCase, type Loading } from './loading.js'
import { sourcesOf } from './sources.js'

const pool = openPool(0)
afterAll(() => pool.close())

const members = Array.from({ length: 6 }, (_, n) => ({
  name: `${n}.json`,
  // So heavy that each is a batch of its own.
  bytes: Buffer.from(logText([makeRecord(10 * n), makeRecord(10 * n + 1)]) + ' '.repeat(2_200_000)),
}))

interface Row {
  readonly id: number
  readonly path: string
  readonly member: string | null
  readonly shape: string | null
  readonly status: string
  readonly events: number
}

function rowsOf(db: Connection): Row[] {
  return db.prepare<[], Row>('SELECT id, path, member, shape, status, events FROM source ORDER BY id').all()
}

/** Feeds these files, then the containers that were met. */
async function load(
  { db, begin }: Loading,
  files: readonly string[],
  firstId: number,
  { signal, through = pool }: { signal?: AbortSignal; through?: ParsePool } = {},
) {
  const { feeder, queue } = begin(through, signal)
  await feeder.feed([sourcesOf(files, firstId)])
  const window = { since: null, until: null }
  const progress = new Progress(() => undefined)
  const phase = new ContainerPhase(db, feeder, progress, window, firstId + files.length)
  const totals = await phase.run()
  queue.flush()
  return totals
}

describe.each([
  ['zip', () => Promise.resolve(makeZip(members))],
  ['tar', () => makeTar(members)],
  ['tar.gz', () => makeTarGz(members)],
] as const)('a %s', (shape, make) => {
  it('has its members numbered after the files, in their order', async () => {
    const folder = scratch()
    const container = put(folder, `a.${shape}`, await make())
    const file = putLog(folder, 'b.json', [makeRecord(1000)])
    const loading = beginCase(folder)
    expect(await load(loading, [container, file], 1)).toMatchObject({ members: 6, already: 0, notReached: 0 })
    const rows = rowsOf(loading.db)
    expect(rows.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(rows.filter(({ member }) => member !== null).map(({ id, member }) => [id, member])).toEqual(
      members.map(({ name }, n) => [3 + n, name]),
    )
    expect(rows[0]).toMatchObject({
      id: 1,
      path: container,
      member: null,
      shape,
      status: 'indexed',
      events: 0,
    })
    expect(loading.db.prepare('SELECT count(*) FROM event').pluck().get()).toBe(13)
  })

  it('left in the middle by an interrupt has no row, and the next load reads what is missing', async () => {
    const folder = scratch()
    const container = put(folder, `a.${shape}`, await make())
    const loading = beginCase(folder)
    const stop = new AbortController()
    const stopping: ParsePool = {
      ...pool,
      index: (task) => {
        if (task.sources.some(({ member }) => member !== undefined)) stop.abort()
        return pool.index(task)
      },
    }
    const first = await load(loading, [container], 1, { signal: stop.signal, through: stopping })
    expect(first.notReached).toBe(1)
    const held = rowsOf(loading.db)
    expect(held.length).toBeGreaterThan(0)
    expect(held.length).toBeLessThan(6)
    expect(held.some(({ member }) => member === null)).toBe(false)
    const again = await load(loading, [container], 100)
    expect({ ...again, held: held.length }).toMatchObject({
      members: 6,
      already: held.length,
      notReached: 0,
      held: held.length,
    })
    const names = rowsOf(loading.db).map(({ member }) => member)
    expect(names.toSorted()).toEqual([null, ...members.map(({ name }) => name)].toSorted())
    expect(loading.db.prepare('SELECT count(*) FROM event').pluck().get()).toBe(12)
  })

  it('under a second name is a copy: its members are not read again', async () => {
    const folder = scratch()
    const bytes = await make()
    const [one, two] = ['1', '2'].map((name) => put(folder, `${name}.${shape}`, bytes))
    const loading = beginCase(folder)
    expect(await load(loading, [one!, two!], 1)).toMatchObject({ members: 6 })
    const rows = rowsOf(loading.db).filter(({ member }) => member === null)
    expect(rows.map(({ path: where, status }) => [path.basename(where), status])).toEqual([
      [`1.${shape}`, 'indexed'],
      [`2.${shape}`, 'duplicate'],
    ])
  })
})
