/** Indexes through the real code, without threads and without a build. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, vi } from 'vitest'
import type { IngestPlan, IngestTotals } from '../../src/ingest/plan.js'
import { tryCommand, type Ran, type RunnableCommand } from '../cli/in-process.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is gone when the test file is done. */
export function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'coldtrail-verify-'))
  folders.push(folder)
  return folder
}

/** `coldtrail index` of these paths, without threads. */
export function planOf(
  casePath: string,
  paths: readonly string[],
  over: Partial<IngestPlan> = {},
): IngestPlan {
  return {
    casePath,
    paths,
    exclude: [],
    workers: 1,
    reference: false,
    since: null,
    until: null,
    commandLine: ['index', ...paths],
    toolVersion: '0.0.0-test',
    ...over,
  }
}

/**
 * With modules of its own: a worker remembers which values it has shipped already, and serves one case only.
 */
export async function index(
  casePath: string,
  paths: readonly string[],
  over: Partial<IngestPlan> = {},
): Promise<IngestTotals> {
  vi.resetModules()
  const { ingest } = await import('../../src/ingest/ingest.js')
  return ingest(planOf(casePath, paths, over), {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  })
}

/** Runs a command in this process and takes what it writes. @throws what the command throws. */
export async function runCommand(command: unknown, ...argv: string[]): Promise<Ran> {
  const { error, ...ran } = await tryCommand(command as RunnableCommand, ...argv)
  if (error !== undefined) throw error
  return ran
}
