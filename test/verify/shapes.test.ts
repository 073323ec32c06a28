/** Rows of every shape, good and broken, are made again as they were indexed: nothing is skipped, nothing found. */
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { verifyCase, type VerifyTotals } from '../../src/verify/case/verify-case.js'
import { makeRecord, put } from '../helpers/archive.js'
import { SAMPLES } from '../helpers/shapes.js'
import { index, scratch } from './indexed.js'

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures')

async function verified(casePath: string): Promise<VerifyTotals & { list: string[] }> {
  const list: string[] = []
  const totals = await verifyCase(
    { casePath, quick: false, sample: null, reread: [], workers: 0, toolVersion: '0.0.0-test' },
    {
      findings: (found) =>
        void list.push(...found.map(({ check, place, detail }) => `${check} ${place}: ${detail}`)),
      progress: () => undefined,
    },
  )
  return { ...totals, list }
}

it.each([false, true])(
  'every shape and every fixture in one case (lenient: %s)',
  { timeout: 900_000 },
  async (lenient) => {
    const folder = scratch()
    const records = Array.from({ length: 10 }, (_, n) =>
      makeRecord(n, n % 3 === 0 ? { requestParameters: { text: 'a “quoted” \\ \n line, {brace}' } } : {}),
    )
    const evidence = path.join(folder, 'in')
    for (const sample of SAMPLES) put(evidence, `${sample.shape}/${sample.file}`, sample.wrap(records))
    const casePath = path.join(folder, 'case.sqlite')
    const roots = [
      evidence,
      ...['shapes', 'stories', 'seeds', 'quickstart'].map((name) => path.join(FIXTURES, name)),
    ]
    await index(casePath, roots, { commandLine: lenient ? ['index', '--lenient'] : ['index'], lenient })
    const totals = await verified(casePath)
    expect(totals.list).toEqual([])
    expect(totals).toMatchObject({ notes: { otherVersion: 0, notHashed: 0, repeatedKeys: 0 } })
    const db = new Database(casePath, { readonly: true })
    const shapes = db.prepare("SELECT DISTINCT shape FROM source WHERE status = 'indexed'").pluck().all()
    expect(shapes).toEqual(expect.arrayContaining(SAMPLES.map(({ shape }) => shape)))
    const reduced = db
      .prepare('SELECT count(*) FROM redelivery r JOIN event e ON e.id = r.event_rowid')
      .pluck()
      .get()
    expect(reduced).toBeGreaterThan(SAMPLES.length)
    expect(totals.sources).toBe(totals.sourcesInCase)
    db.close()
  },
)
