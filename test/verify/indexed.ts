/** Indexes through the real code, without threads and without a build. */
import { tempFolder } from '../helpers/temp-folder.js'
import { ingest } from '../../src/ingest/ingest.js'
import type { IngestPlan, IngestTotals } from '../../src/ingest/plan.js'
import { tryCommand, type Ran, type RunnableCommand } from '../cli/in-process.js'

export const scratch = (): string => tempFolder('verify')

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
    workers: 0,
    reference: false,
    since: null,
    until: null,
    commandLine: ['index', ...paths],
    toolVersion: '0.0.0-test',
    ...over,
  }
}

export function index(
  casePath: string,
  paths: readonly string[],
  over: Partial<IngestPlan> = {},
): Promise<IngestTotals> {
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
