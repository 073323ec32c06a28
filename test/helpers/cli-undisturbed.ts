/** A run that nothing disturbs, and what a disturbed one is held against. */
import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { readCaseInfo } from '../../src/query/case/case-facts.js'
import { openReader } from '../../src/store/open.js'
import { contentOf, integrity, leftovers, type Content } from './cli-case.js'
import { index, info, start, tempFolder, type Info, type Started } from './cli.js'

export interface Evidence {
  readonly root: string
  /** Distinct events. */
  readonly events: number
}

export class Undisturbed {
  readonly archive: Evidence
  readonly info: Info
  readonly content: Content
  /** Size of the case. */
  readonly bytes: number
  /** 0, or 3 when the evidence has problems. */
  readonly code: number
  readonly #found: number

  private constructor(archive: Evidence, code: number, found: number, held: Info, caseFile: string) {
    this.archive = archive
    this.code = code
    this.#found = found
    this.info = held
    this.content = contentOf(caseFile)
    this.bytes = statSync(caseFile).size
  }

  /** @param problems how many kinds of problem the evidence has. */
  static async of(archive: Evidence, problems = 0): Promise<Undisturbed> {
    const caseFile = newCase()
    const { code, totals } = await index([archive.root], caseFile, ['--workers', '2'])
    const held = await info(caseFile)
    expect({ code, problems: Object.keys(held.problems).length, events: held.events }).toEqual({
      code: problems > 0 ? 3 : 0,
      problems,
      events: archive.events,
    })
    return new Undisturbed(archive, problems > 0 ? 3 : 0, totals.files.found, held, caseFile)
  }

  begin(caseFile: string): Started {
    return start(['index', this.archive.root, '--case', caseFile, '--workers', '2'], { detached: true })
  }

  /** Kills the run of a new case once that has this share of its bytes; at a smaller one, when the run was over by then. */
  async killedAt(share: number, waitMs = 0): Promise<string> {
    for (let at = share; ; at *= 0.9) {
      const caseFile = newCase()
      if (await this.kill(caseFile, at, waitMs)) return caseFile
      rmSync(path.dirname(caseFile), { recursive: true })
    }
  }

  /**
   * Begins a run, and kills it once the case has this share of the bytes that it ends with, and some milliseconds have passed.
   * @returns whether the run was not over by then.
   */
  async kill(caseFile: string, share: number, waitMs = 0): Promise<boolean> {
    const indexing = this.begin(caseFile)
    const isOver = (): boolean => indexing.child.exitCode !== null || indexing.child.signalCode !== null
    while (!isOver() && !(sizeOf(caseFile) >= share * this.bytes && existsSync(`${caseFile}.work`)))
      await sleep(1)
    await sleep(waitMs)
    killGroup(indexing, 'SIGKILL')
    return (await indexing.done).signal === 'SIGKILL'
  }

  /** The same command once more must end as if nothing had happened. */
  async expectResumed(caseFile: string, what: unknown): Promise<void> {
    const { code, totals } = await index([this.archive.root], caseFile, ['--workers', '2'])
    // What is wrong with the evidence may have been reported by the run before.
    expect([0, this.code]).toContain(code)
    expect({ what, found: totals.files.found }).toEqual({ what, found: this.#found })
    expect({ what, integrity: integrity(caseFile) }).toEqual({ what, integrity: 'ok' })
    const { logical_digest, events, appearances, state, problems, sources } = await info(caseFile)
    expect({ what, logical_digest, events, appearances, state, problems, sources }).toEqual({
      what,
      logical_digest: this.info.logical_digest,
      events: this.info.events,
      appearances: this.info.appearances,
      state: 'ready',
      problems: this.info.problems,
      sources: this.info.sources,
    })
    expect({ what, content: contentOf(caseFile) }).toEqual({ what, content: this.content })
    // An empty journal is reported once, in index.test.ts.
    const left = leftovers(caseFile).filter((name) => !name.endsWith('-journal'))
    expect({ what, left }).toEqual({ what, left: [] })
  }
}

/** What a case says when it was left in the middle: sound, and honest about being unfinished. */
export function expectSound(caseFile: string, what: unknown): void {
  if (!existsSync(caseFile)) return
  const db = openReader(caseFile)
  try {
    const { records } = readCaseInfo(db, caseFile)
    const sum = records.events + records.duplicates + records.replaced + records.rejected
    expect({ what, sum }).toEqual({ what, sum: records.found })
  } finally {
    db.close()
  }
  expect({ what, integrity: integrity(caseFile) }).toEqual({ what, integrity: 'ok' })
}

export function newCase(): string {
  return path.join(tempFolder('case'), 'case.sqlite')
}

/** The process and all that it started; false when it was faster. */
export function killGroup({ child }: Started, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-(child.pid ?? 0), signal)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error
    return false
  }
}

/** Waits for a moment, at most five minutes: the machine may be busy. */
export async function until(isThere: () => boolean): Promise<boolean> {
  const end = performance.now() + 300_000
  while (!isThere()) {
    if (performance.now() > end) return false
    await sleep(2)
  }
  return true
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
