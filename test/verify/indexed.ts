/** Indexes through the real code, without threads and without a build. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, vi } from 'vitest'
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

/**
 * With modules of its own: a worker remembers which values it has shipped already, and serves one case only.
 */
export async function index(
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
  vi.resetModules()
  const { ingest } = await import('../../src/ingest/ingest.js')
  return ingest(plan, { onProgress: () => undefined, signal: new AbortController().signal })
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

interface Runnable {
  run(argv: string[], options: { root: string }): Promise<unknown>
}

/** Runs a command in this process and takes what it writes. */
export async function runCommand(command: unknown, ...argv: string[]): Promise<Ran> {
  const streams = [process.stdout, process.stderr] as const
  const texts = ['', '']
  const writes = streams.map((stream) => stream.write.bind(stream))
  streams.forEach((stream, at) => {
    stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
      texts[at] = `${texts[at] ?? ''}${String(chunk)}`
      const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined
      done?.()
      return true
    }
  })
  process.exitCode = 0
  try {
    await (command as Runnable).run(argv, { root: ROOT })
    return { stdout: texts[0]!, stderr: texts[1]!, exit: process.exitCode }
  } finally {
    process.exitCode = 0
    streams.forEach((stream, at) => {
      stream.write = writes[at] as typeof stream.write
    })
  }
}

const ROOT = path.resolve(import.meta.dirname, '../..')
