/** Indexes through the real code, without threads and without a build. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { ingest } from '../../src/ingest/ingest.js'
import type { IngestPlan, IngestTotals } from '../../src/ingest/plan.js'

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

export function index(
  casePath: string,
  paths: readonly string[],
  over: Partial<IngestPlan> = {},
): Promise<IngestTotals> {
  const plan: IngestPlan = {
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
  return ingest(plan, { onProgress: () => undefined, signal: new AbortController().signal })
}
