import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeArchive, pick } from '../helpers/archive.js'
import { contentOf, integrity, leftovers } from '../helpers/cli-case.js'
import { expectSound, killGroup, newCase, Undisturbed, until } from '../helpers/cli-undisturbed.js'
import { figure, times } from '../helpers/counts.js'
import { index, info, run, start, tempFolder, type Run } from '../helpers/cli.js'

/** Many small files make many batches: a run has many places to be stopped at. */
const archive = makeArchive(tempFolder('crash'), {
  files: 2200,
  recordsPerFile: 2,
  days: 3,
  redeliveredEvery: 4,
})

let clean: Undisturbed
beforeAll(async () => {
  clean = await Undisturbed.of(archive)
})

describe('kill -9', () => {
  const kills = times(50, 1000)
  const fractions = Array.from(
    { length: kills },
    (_, at) => (pick(`kill ${at}`, 1000) + at * 1000) / (kills * 1000),
  )
  const groups = Array.from({ length: 10 }, (_, group) => group)

  /** Kills a run at a share of the time that an undisturbed one takes; sooner, when it was faster than that. */
  async function killAt(fraction: number): Promise<string> {
    for (let share = fraction; ; share *= 0.8) {
      const caseFile = newCase()
      const indexing = clean.begin(caseFile)
      await sleep(share * clean.ms)
      killGroup(indexing, 'SIGKILL')
      const { signal } = await indexing.done
      if (signal === 'SIGKILL') return caseFile
    }
  }

  it.for(groups)(
    'at any moment, then the same command again, ends as an undisturbed run (moments %i of 10)',
    { timeout: times(900_000, 3_600_000) },
    async (group, context) => {
      const moments = fractions.filter((_, at) => at % groups.length === group)
      for (const fraction of moments) {
        const caseFile = await killAt(fraction)
        await clean.expectResumed(caseFile, `killed at ${Math.round(fraction * 100)} %`)
        rmSync(path.dirname(caseFile), { recursive: true })
      }
      figure(context, `${moments.length} kills, 0 files lost, 0 duplicate rows, 1 logical digest`)
    },
  )

  it('several times in a row, further on each time, loses nothing that was acknowledged', async () => {
    const caseFile = newCase()
    let held = 0
    for (const fraction of [0.3, 0.5, 0.6, 0.8, 0.9]) {
      const indexing = clean.begin(caseFile)
      await sleep(fraction * clean.ms)
      killGroup(indexing, 'SIGKILL')
      await indexing.done
      if (!existsSync(caseFile) || statSync(caseFile).size === 0) continue
      await expectSound(caseFile, fraction)
      const { sources } = await info(caseFile)
      const now = Object.values(sources).reduce((sum, n) => sum + n, 0)
      expect({ fraction, kept: now >= held }).toEqual({ fraction, kept: true })
      held = now
    }
    await clean.expectResumed(caseFile, 'after five kills')
  })

  it('leaves a case that answers, and says that it is not complete', async () => {
    const caseFile = newCase()
    const indexing = clean.begin(caseFile)
    const isHalf = await until(() => existsSync(caseFile) && statSync(caseFile).size > clean.bytes / 3)
    expect(isHalf).toBe(true)
    killGroup(indexing, 'SIGKILL')
    await indexing.done
    await expectSound(caseFile, 'half')
    const asked = await run(['find', 'principal', 'alice', '--case', caseFile, '--format', 'jsonl'])
    expect(asked.code).toBe(0)
    expect(asked.stderr).toMatch(/not finished/)
    await clean.expectResumed(caseFile, 'half')
  })

  it('removes the shards of a killed run', async () => {
    const caseFile = newCase()
    const indexing = clean.begin(caseFile)
    await until(() => existsSync(`${caseFile}.work`))
    await sleep(clean.ms / 3)
    killGroup(indexing, 'SIGKILL')
    await indexing.done
    const { code } = await index([archive.root], caseFile)
    expect({ code, left: leftovers(caseFile).filter((name) => name.endsWith('.work')) }).toEqual({
      code: 0,
      left: [],
    })
  })
})

describe('two indexers', () => {
  it('on one case: the second ends with 11, and the first is not disturbed', async (context) => {
    const caseFile = newCase()
    const first = clean.begin(caseFile)
    await until(() => existsSync(caseFile) && statSync(caseFile).size > 0)
    // Paused, so that it cannot finish before the second begins.
    killGroup(first, 'SIGSTOP')
    let second: Run
    try {
      second = await run(['index', archive.root, '--case', caseFile, '--workers', '2'])
    } finally {
      killGroup(first, 'SIGCONT')
    }
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 11, stdout: '' })
    expect(second.stderr).toMatch(/another coldtrail/)
    figure(context, `the second ended with ${second.code} after ${Math.round(second.ms)} ms`)
    const { code, stderr } = await first.done
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect((await info(caseFile)).logical_digest).toBe(clean.info.logical_digest)
    expect(contentOf(caseFile)).toEqual(clean.content)
  })

  it('started in the same moment: one indexes, the other ends with 11', async () => {
    const caseFile = newCase()
    const both = await Promise.all([clean.begin(caseFile).done, clean.begin(caseFile).done])
    expect(both.map(({ code }) => code).sort()).toEqual([0, 11])
    expect(contentOf(caseFile)).toEqual(clean.content)
    expect(integrity(caseFile)).toBe('ok')
  })

  it('a reader is answered while a case is being filled', async () => {
    const caseFile = newCase()
    const indexing = clean.begin(caseFile)
    await until(() => existsSync(caseFile) && statSync(caseFile).size > clean.bytes / 4)
    const asked = await run(['info', '--case', caseFile, '--json'])
    expect([0, 11]).toContain(asked.code)
    expect((await indexing.done).code).toBe(0)
    expect(contentOf(caseFile)).toEqual(clean.content)
  })
})

describe('Ctrl-C', () => {
  async function interrupted(
    signal: NodeJS.Signals,
    times: number,
    workers = '2',
  ): Promise<{ result: Run; caseFile: string }> {
    const caseFile = newCase()
    const indexing = start(['index', archive.root, '--case', caseFile, '--workers', workers])
    await until(() => existsSync(caseFile) && statSync(caseFile).size > 0)
    for (let at = 0; at < times; at++) {
      indexing.child.kill(signal)
      await sleep(30)
    }
    return { result: await indexing.done, caseFile }
  }

  it.each([
    ['SIGINT', 130, '2'],
    ['SIGTERM', 143, '2'],
    ['SIGINT', 130, '1'],
  ] as const)(
    'once (%s): stops at a safe point, exits %i, and the same command goes on (%s workers)',
    async (signal, code, workers) => {
      const { result, caseFile } = await interrupted(signal, 1, workers)
      expect({ code: result.code, signal: result.signal }).toEqual({ code, signal: null })
      expect(result.stderr).toMatch(/stopping/)
      await expectSound(caseFile, signal)
      expect((await info(caseFile)).runs.map(({ status }) => status)).toEqual(['interrupted'])
      await clean.expectResumed(caseFile, signal)
    },
  )

  it('twice: ends at once, and the same command goes on', async () => {
    const { result, caseFile } = await interrupted('SIGINT', 2)
    expect(result.signal === 'SIGINT' || result.code === 130).toBe(true)
    await clean.expectResumed(caseFile, 'SIGINT twice')
  })
})
