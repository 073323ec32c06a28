/** Opens a source, a file or a member of a container, and lets a job read it. */
import type { BatchSource } from '../model/batch.js'
import { listContainer } from './containers/list.js'
import { containerKind, type ContainerKind } from './containers/kind.js'
import { HashedInput } from './hashed-file.js'
import { FileInput } from './input.js'
import { closeFile, isReadError, openSource, type OpenFile } from './read-file.js'
import { NO_FACTS } from './facts.js'
import type { SourceContext } from './source-context.js'
import { SourceJob } from './source-job.js'

export type { SourceContext } from './source-context.js'

export async function indexSource(source: BatchSource, context: SourceContext): Promise<void> {
  const job = new SourceJob(source, context)
  if (source.fatal !== undefined) {
    job.reject('unreadable', source.fatal, NO_FACTS)
    return
  }
  const file = openOrReject(source, [job])
  if (file === null) return
  try {
    await readFile(source, file, job, context)
  } catch (error) {
    if (!isReadError(error)) throw error
    job.reject('unreadable', (error as Error).message, NO_FACTS)
  } finally {
    closeFile(file)
  }
}

/** Returns null if it cannot be opened, after rejecting the jobs. */
export function openOrReject(source: BatchSource, jobs: readonly SourceJob[]): OpenFile | null {
  try {
    return openSource(source)
  } catch (error) {
    for (const job of jobs) job.reject('unreadable', (error as Error).message, NO_FACTS)
    return null
  }
}

async function readFile(
  source: BatchSource,
  file: OpenFile,
  job: SourceJob,
  context: SourceContext,
): Promise<void> {
  if (!file.before.isFile()) {
    job.reject('not-regular', 'no longer a regular file', NO_FACTS)
    return
  }
  const input = new FileInput(file)
  const { wholeBytes } = context.limits
  let outcome = file.before.size > wholeBytes ? 'stream' : job.whole(input)
  if (outcome === 'stream') outcome = (await largeContainer(input)) ?? 'stream'
  if (outcome === 'stream') {
    await job.stream(input)
    outcome = 'done'
  }
  if (outcome !== 'done') context.containers.push(await listContainer(source, file, outcome, context.limits))
}

async function largeContainer(input: FileInput): Promise<ContainerKind | null> {
  return containerKind(await new HashedInput(input).peek())
}
