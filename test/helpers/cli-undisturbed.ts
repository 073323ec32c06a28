/** A run that nothing disturbs, and what a disturbed one is held against. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Archive } from './archive.js'
import { contentOf, integrity, leftovers, type Content } from './cli-case.js'
import { index, info, run, start, tempFolder, type Info, type Started } from './cli.js'

export class Undisturbed {
  readonly archive: Archive
  readonly ms: number
  readonly info: Info
  readonly content: Content
  readonly bytes: number

  private constructor(archive: Archive, ms: number, held: Info, caseFile: string) {
    this.archive = archive
    this.ms = ms
    this.info = held
    this.content = contentOf(caseFile)
    this.bytes = statSync(caseFile).size
  }

  /** Runs twice: the first fills the caches of the machine. */
  static async of(archive: Archive): Promise<Undisturbed> {
    const caseFile = newCase()
    const first = await index([archive.root], newCase(), ['--workers', '2'])
    const second = await index([archive.root], caseFile, ['--workers', '2'])
    expect([first.code, second.code]).toEqual([0, 0])
    const held = await info(caseFile)
    expect(held.events).toBe(archive.events)
    return new Undisturbed(archive, Math.min(first.ms, second.ms), held, caseFile)
  }

  begin(caseFile: string): Started {
    return start(['index', this.archive.root, '--case', caseFile, '--workers', '2'], { detached: true })
  }

  /** The same command once more must end as if nothing had happened. */
  async expectResumed(caseFile: string, what: unknown): Promise<void> {
    const { code, totals } = await index([this.archive.root], caseFile, ['--workers', '2'])
    expect({ what, code, found: totals.files.found }).toEqual({
      what,
      code: 0,
      found: this.archive.files.length,
    })
    expect({ what, integrity: integrity(caseFile) }).toEqual({ what, integrity: 'ok' })
    const { logical_digest, events, appearances, state, problems, sources } = await info(caseFile)
    expect({ what, logical_digest, events, appearances, state, problems, sources }).toEqual({
      what,
      logical_digest: this.info.logical_digest,
      events: this.info.events,
      appearances: this.info.appearances,
      state: 'ready',
      problems: {},
      sources: this.info.sources,
    })
    expect({ what, content: contentOf(caseFile) }).toEqual({ what, content: this.content })
    // An empty journal is reported once, in index.test.ts.
    const left = leftovers(caseFile).filter((name) => !name.endsWith('-journal'))
    expect({ what, left }).toEqual({ what, left: [] })
  }
}

/** What a case says when it was left in the middle: sound, and honest about being unfinished. */
export async function expectSound(caseFile: string, what: unknown): Promise<void> {
  if (!existsSync(caseFile)) return
  const asked = await run(['info', '--case', caseFile, '--json'])
  const said = expect.any(String) as string
  expect({ what, code: asked.code, stdout: asked.stdout.slice(0, 300) }).toEqual({
    what,
    code: 0,
    stdout: said,
  })
  const { records } = JSON.parse(asked.stdout) as Info
  const sum = records.events + records.duplicates + records.replaced + records.rejected
  expect({ what, sum: records.found }).toEqual({ what, sum })
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
