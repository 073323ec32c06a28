/**
 * A short form of the tests for the user's machine: indexes a generated archive in a temporary folder, queries, kills,
 * verifies and tampers with it, and compares the results with the promises. Removes everything it made.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { digestChecks } from './check-digests.js'
import { handoverChecks } from './check-handover.js'
import { indexChecks } from './check-index.js'
import { interruptionChecks } from './check-interruption.js'
import { untouchedChecks } from './check-untouched.js'
import { makeArchive } from './made-archive.js'
import type { Bench, Check } from './check.js'
import { snapshotOf } from './snapshot.js'

export interface CheckResult {
  readonly id: string
  readonly promise: string
  readonly passed: boolean
  readonly seen: string
  readonly seconds: number
}

/** The last check looks at what the others left behind. */
const CHECKS: readonly Check[] = [
  ...indexChecks,
  ...interruptionChecks,
  ...handoverChecks,
  ...digestChecks,
  ...untouchedChecks,
]

export async function selftest(
  start: Pick<Bench, 'toolVersion' | 'program'>,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'coldtrail-selftest-'))
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  // Also if interrupted.
  process.once('exit', remove)
  try {
    const archive = makeArchive(path.join(folder, 'archive'))
    const before = snapshotOf(archive.root)
    const bench: Bench = { ...start, folder, archive, before, casePath: path.join(folder, 'case.sqlite') }
    const results: CheckResult[] = []
    for (const check of CHECKS) {
      const result = await resultOf(check, bench)
      results.push(result)
      onResult(result)
    }
    return results
  } finally {
    remove()
    process.off('exit', remove)
  }
}

async function resultOf(check: Check, bench: Bench): Promise<CheckResult> {
  const { id, promise } = check
  const started = performance.now()
  const seconds = (): number => Math.round(performance.now() - started) / 1000
  try {
    const seen = await check.run(bench)
    return { id, promise, passed: true, seen, seconds: seconds() }
  } catch (error) {
    const { message } = error as Error
    return { id, promise, passed: false, seen: message, seconds: seconds() }
  }
}
