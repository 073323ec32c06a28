import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { pick } from '../helpers/archive.js'
import { contentOf, integrity, leftovers, query } from '../helpers/cli-case.js'
import { expectSound, killGroup, newCase, Undisturbed, until } from '../helpers/cli-undisturbed.js'
import { expectCommitted } from '../helpers/committed.js'
import { figure, SOAK, times } from '../helpers/counts.js'
import { index, info, run, runProcess, start, tempFolder, type ProcessRun, type Run } from '../helpers/cli.js'
import { NASTY, putNasty, type NastySpec } from '../helpers/nasty.js'

/** Twenty batches, so that a run can stop at many places; nearly every event brings values of its own. */
const SPEC: NastySpec = {
  files: 160,
  perFile: 3,
  sessions: 3000,
  heavyEvery: 8,
  copies: 20,
  links: 20,
  empty: 10,
  longSource: 300,
}
/** In a soak: thousands of files, and more records in one than a room has row numbers. */
const LARGE: NastySpec = { ...NASTY, files: 1000, perFile: 20, longSource: 140_000 }
/** Empty files, links, and numbers that a column cannot hold. */
const PROBLEMS = 3

const folder = tempFolder('crash')
const archive = putNasty(folder, SPEC)
const other = putNasty(folder, { ...SPEC, files: 60, longSource: 100 }, 1)

let clean: Undisturbed
beforeAll(async () => {
  clean = await Undisturbed.of(archive, PROBLEMS)
}, 600_000)

function expectWhole(caseFile: string, what: unknown): void {
  expectSound(caseFile, what)
  if (existsSync(caseFile)) expectCommitted(caseFile, what)
}

/** The first commits may have no event with a caller. @returns a case of a killed run that has one. */
async function killedWithEvents(): Promise<{ caseFile: string; arn: string }> {
  for (let tries = 0; tries < 20; tries++) {
    const caseFile = await clean.killedAt(1 / 3 + tries / 30, waitOf(tries))
    // Also rolls back what the run was writing, which SQLite does not do for one who only reads.
    expectWhole(caseFile, { tries })
    const sql = 'SELECT principal_arn AS arn FROM events WHERE principal_arn IS NOT NULL LIMIT 1'
    const [row] = query<{ arn: string }>(caseFile, sql)
    // A run may have ended before it was killed.
    const isUnfinished = leftovers(caseFile).some((name) => name.endsWith('.work'))
    if (row !== undefined && isUnfinished) return { caseFile, arn: row.arn }
    rmSync(path.dirname(caseFile), { recursive: true })
  }
  throw new Error('every run that was killed had no event with a caller, or had ended')
}

/** Milliseconds after the moment, which is one of writing: most of a run is between two. */
function waitOf(kill: number): number {
  return pick(`wait ${kill}`, 3) === 0 ? 0 : pick(`ms ${kill}`, 150)
}

/** Kills the run of one case again and again, further on each time, and lets it end. @returns how often it was killed. */
async function killAgainAndAgain(evidence: Undisturbed, first: number, kills: number): Promise<number> {
  const caseFile = newCase()
  const shares = Array.from({ length: kills }, (_, at) => pick(`share ${first + at}`, 1000) / 1000).sort(
    (a, b) => a - b,
  )
  let done = 0
  let held = 0
  for (const share of shares) {
    const what = { kill: first + done, share }
    // At the start more often than later: the first commits bring the most values.
    if (!(await evidence.kill(caseFile, share ** 1.5, waitOf(first + done)))) break
    expectWhole(caseFile, what)
    const now = sourcesIn(caseFile)
    expect({ what, lost: Math.max(0, held - now) }).toEqual({ what, lost: 0 })
    held = now
    done++
  }
  await evidence.expectResumed(caseFile, { first, kills: done })
  expectWhole(caseFile, { first, kills: done })
  rmSync(path.dirname(caseFile), { recursive: true })
  return done
}

function sourcesIn(caseFile: string): number {
  if (!existsSync(caseFile)) return 0
  return query<{ n: number }>(caseFile, 'SELECT count(*) AS n FROM source')[0]!.n
}

describe('kill -9', () => {
  const parts = Array.from({ length: times(1, 4) }, (_, part) => part)
  it.for(parts)(
    'at any moment leaves what was committed whole, and the same command ends as an undisturbed run (part %i)',
    { timeout: times(600_000, 24 * 3_600_000), tags: SOAK },
    async (part, context) => {
      const kills = times(8, 250)
      const first = part * 10_000
      let done = 0
      let cases = 0
      while (done < kills) {
        done += await killAgainAndAgain(clean, first + done, times(4, 5))
        cases++
        if (cases % 5 === 0) figure(context, `${done} of ${kills} kills`)
      }
      figure(
        context,
        `${done} of ${kills} kills, each followed by the references check and a question of each kind; ${cases} cases ended as undisturbed`,
      )
    },
  )

  it(
    'then other evidence, then the first again: each time all references lead to rows',
    { timeout: times(600_000, 3_600_000), tags: SOAK },
    async (context) => {
      const count = times(1, 40)
      /** Both folders, by two runs that nothing disturbed. */
      const bothCase = newCase()
      for (const { root } of [archive, other]) await index([root], bothCase, ['--workers', '2'])
      const both = await info(bothCase)
      const options = { firstPlace: false, sourceStatus: false }
      const content = contentOf(bothCase, options)
      for (let kill = 0; kill < count; kill++) {
        const caseFile = await clean.killedAt((kill + 0.5) / count / 2, waitOf(kill))
        for (const { root } of [other, archive]) {
          expectWhole(caseFile, { kill, before: root })
          await index([root], caseFile, ['--workers', '2'])
        }
        expectWhole(caseFile, { kill })
        const { logical_digest: digest, events } = await info(caseFile)
        expect({ kill, digest, events }).toEqual({ kill, digest: both.logical_digest, events: both.events })
        expect({ kill, content: contentOf(caseFile, options) }).toEqual({ kill, content })
        rmSync(path.dirname(caseFile), { recursive: true })
      }
      figure(context, `${count} kills before other evidence`)
    },
  )

  it.runIf(times(0, 1) === 1)('of a long run', { timeout: 3_600_000, tags: SOAK }, async (context) => {
    const large = await Undisturbed.of(putNasty(tempFolder('crash-large'), LARGE), PROBLEMS)
    const done = await killAgainAndAgain(large, 100_000, 20)
    figure(context, `${done} kills of a run of ${large.info.events} events`)
  })

  it('leaves a case that answers, and says that it is not complete', { timeout: 600_000 }, async () => {
    const { caseFile, arn } = await killedWithEvents()
    expect(leftovers(caseFile).filter((name) => name.endsWith('.work'))).toHaveLength(1)
    expectWhole(caseFile, 'with events')
    const asked = await run(['find', 'principal', arn, '--case', caseFile, '--format', 'jsonl'])
    expect(asked.code).toBe(0)
    expect(asked.stderr).toMatch(/not finished/)
    await index([archive.root], caseFile)
    expect(leftovers(caseFile).filter((name) => name.endsWith('.work'))).toEqual([])
  })
})

describe('two indexers', () => {
  it('on one case: the second ends with 11, and the first is not disturbed', async (context) => {
    const caseFile = newCase()
    const first = clean.begin(caseFile)
    await until(() => existsSync(caseFile) && statSync(caseFile).size > 0)
    // Held still, so that it cannot be done before the second begins.
    killGroup(first, 'SIGSTOP')
    let second: ProcessRun
    try {
      second = await runProcess(['index', archive.root, '--case', caseFile, '--workers', '2'])
    } finally {
      killGroup(first, 'SIGCONT')
    }
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 11, stdout: '' })
    expect(second.stderr).toMatch(/another coldtrail/)
    figure(context, `the second ended with ${second.code}`)
    const { code, stderr } = await first.done
    expect({ code, stderr: code === clean.code ? '' : stderr }).toEqual({ code: clean.code, stderr: '' })
    expect((await info(caseFile)).logical_digest).toBe(clean.info.logical_digest)
    expect(contentOf(caseFile)).toEqual(clean.content)
  })

  it('started in the same moment: one indexes, the other ends with 11', async () => {
    const caseFile = newCase()
    const both = await Promise.all([clean.begin(caseFile).done, clean.begin(caseFile).done])
    expect(both.map(({ code }) => code).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([clean.code, 11])
    expect(contentOf(caseFile)).toEqual(clean.content)
    expect(integrity(caseFile)).toBe('ok')
  })

  it('a reader is answered while a case is being filled', async () => {
    const caseFile = newCase()
    const indexing = clean.begin(caseFile)
    await until(() => existsSync(caseFile) && statSync(caseFile).size > clean.bytes / 4)
    const asked = await run(['info', '--case', caseFile, '--json'])
    expect([0, 11]).toContain(asked.code)
    expect((await indexing.done).code).toBe(clean.code)
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
    ['SIGINT', 130, '0'],
  ] as const)(
    'once (%s): stops at a safe point, exits %i, and the same command goes on (%s workers)',
    async (signal, code, workers) => {
      const { result, caseFile } = await interrupted(signal, 1, workers)
      expect({ code: result.code, signal: result.signal }).toEqual({ code, signal: null })
      expect(result.stderr).toMatch(/stopping/)
      expectSound(caseFile, signal)
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
