/**
 * Keeps the speed that was reached: CPU of an index run against `gzip -dc` of the same files, in turns, by the best of each.
 * A ratio of CPU times in one run says the same on a slow or a busy machine; it is no time.
 */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensureCorpus } from '../../scripts/bench/corpus.js'
import { measure } from '../../scripts/bench/measure.js'
import { tempFolder } from '../helpers/temp-folder.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const RECORDED = JSON.parse(readFileSync(path.join(import.meta.dirname, 'expected/speed.json'), 'utf8')) as {
  cpu_to_gzip: number
}
/** Worse than this is a step back, not the weather. */
const TOLERANCE = 1.5
const TURNS = 3
const GUNZIP = 'find "$1" -name "*.gz" -print0 | xargs -0 gzip -dc > /dev/null'

const folder = tempFolder('speed')

describe('indexing', () => {
  it('takes no more CPU, by the side of gzip, than it did', async ({ skip }) => {
    const { folder: archive } = await ensureCorpus(
      folder,
      { profile: 'check', seed: 1, duplicates: 0 },
      () => undefined,
    )
    const caseFile = path.join(folder, 'case.sqlite')
    const bin = path.join(ROOT, 'dist/bin.js')
    const floor: number[] = []
    const ours: number[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      const cost = await measure({ argv: ['sh', '-c', GUNZIP, 'sh', archive] })
      if (!(cost.cpuS > 0)) skip('needs GNU time')
      floor.push(cost.cpuS)
      rmSync(caseFile, { force: true })
      ours.push(
        (
          await measure({
            argv: [process.execPath, bin, 'index', archive, '--case', caseFile, '--workers', '0'],
          })
        ).cpuS,
      )
    }
    const ratio = Math.min(...ours) / Math.min(...floor)
    console.error(`index: ${ratio.toFixed(1)} x the CPU of gzip -dc; recorded ${RECORDED.cpu_to_gzip}`)
    expect(ratio).toBeLessThan(RECORDED.cpu_to_gzip * TOLERANCE)
  })
})
