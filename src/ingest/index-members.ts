/** Members of one container, as many as a batch has of it. Nothing is extracted: each is read where it lies. */
import type { BatchSource, TarPlace, ZipPlace } from '../model/batch.js'
import { MemberDamage } from './containers/member-damage.js'
import { EntryBuffer, openTar, type TarEntry } from './containers/tar.js'
import { ZipMember } from './containers/zip.js'
import { HashedInput } from './hashed-file.js'
import { isReadError, openOrReject } from './index-source.js'
import { BufferInput, FileInput, type Input } from './input.js'
import { changedSince, closeFile, type OpenFile } from './read-file.js'
import { NO_FACTS, SourceJob, type SourceContext } from './source-job.js'

export async function indexMembers(sources: readonly BatchSource[], context: SourceContext): Promise<void> {
  const [first] = sources
  if (first === undefined) return
  const pending = new Map(sources.map((source) => [source.id, new SourceJob(source, context)]))
  const file = openOrReject(first, [...pending.values()])
  if (file === null) return
  try {
    const place = first.member?.place
    if (file.before.size !== 0 && place?.kind === 'tar') await readTar(sources, place, file, pending, context)
    else await readZip(sources, file, pending, context)
  } catch (error) {
    if (!isReadError(error)) throw error
    rejectRest(pending, 'unreadable', (error as Error).message)
  } finally {
    if (changedSince(file))
      rejectRest(pending, 'changed-during-read', 'the container changed while it was read')
    rejectRest(pending, 'bad-member', 'the container breaks before it')
    closeFile(file)
  }
}

type Jobs = Map<number, SourceJob>

function rejectRest(
  pending: Jobs,
  kind: 'unreadable' | 'changed-during-read' | 'bad-member',
  detail: string,
): void {
  for (const job of pending.values()) job.reject(kind, detail, NO_FACTS)
  pending.clear()
}

async function readZip(
  sources: readonly BatchSource[],
  file: OpenFile,
  pending: Jobs,
  context: SourceContext,
): Promise<void> {
  for (const source of sources) {
    const job = pending.get(source.id)
    if (job === undefined || source.member === undefined) continue
    const place = source.member.place as ZipPlace
    const member = new ZipMember(file, place, source.size)
    const unsupported = member.unsupported()
    if (unsupported !== null) job.reject('unsupported', unsupported, NO_FACTS)
    else {
      const large = Math.max(source.size, place.compressedSize) > context.limits.wholeBytes
      await readMember(job, member, large)
    }
    pending.delete(source.id)
  }
}

async function readMember(job: SourceJob, input: Input, large: boolean): Promise<void> {
  try {
    if (large || job.whole(input) === 'stream') await job.stream(input)
  } catch (error) {
    if (!(error instanceof MemberDamage)) throw error
    job.reject('bad-member', error.message, NO_FACTS)
  }
}

async function readTar(
  sources: readonly BatchSource[],
  { gzip }: TarPlace,
  file: OpenFile,
  pending: Jobs,
  context: SourceContext,
): Promise<void> {
  const wanted = new Map(sources.map((source) => [(source.member?.place as TarPlace).index, source]))
  const input = new HashedInput(new FileInput(file))
  const buffer = new EntryBuffer()
  let index = 0
  try {
    for await (const entry of openTar(input, gzip, context.limits)) {
      const source = wanted.get(index++)
      const job = source === undefined ? undefined : pending.get(source.id)
      if (source === undefined || job === undefined) {
        entry.resume()
        continue
      }
      await readEntry(entry, buffer, job, context)
      pending.delete(source.id)
      if (pending.size === 0) break
    }
  } catch (error) {
    if (isReadError(error)) throw error
    // Told by the list of the container already; what was not reached is told by indexMembers.
  }
}

async function readEntry(
  entry: TarEntry,
  buffer: EntryBuffer,
  job: SourceJob,
  context: SourceContext,
): Promise<void> {
  const size = entry.header.size
  if (size > context.limits.wholeBytes) {
    await readMember(job, new EntryInput(entry, size), true)
    return
  }
  const { bytes, damage } = await buffer.collect(entry)
  await readMember(job, new BufferInput(bytes, damage), false)
}

/** A large entry of a tar: it can only go by. */
class EntryInput implements Input {
  readonly #entry: TarEntry
  readonly size: number

  constructor(entry: TarEntry, size: number) {
    this.#entry = entry
    this.size = size
  }

  whole(): null {
    return null
  }

  async *chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#entry) yield chunk as Buffer
    } catch (error) {
      throw new MemberDamage((error as Error).message)
    }
  }

  changed(): boolean {
    return false
  }

  damage(): null {
    return null
  }
}
