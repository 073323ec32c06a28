/**
 * Indexes the members of one container in a batch. Nothing is extracted: each is read in place, or its bytes were
 * passed on.
 */
import type { BatchSource, PassedBytes, TarGzPlace, TarPlace, ZipPlace } from '../model/batch.js'
import { CONTAINER_CHANGED, reopened } from './containers/list.js'
import { MemberDamage } from './containers/member-damage.js'
import { openTarGz } from './containers/tar-gz.js'
import type { TarFile } from './containers/tar.js'
import { ZipMember } from './containers/zip.js'
import { HashedInput } from './hashed-file.js'
import { openOrReject } from './index-source.js'
import { BufferInput, FileInput, FilePart, type Input } from './input.js'
import { changedSince, closeFile, isReadError, type OpenFile } from './read-file.js'
import { NO_FACTS } from './facts.js'
import type { SourceContext } from './source-context.js'
import { SourceJob } from './source-job.js'

/** All are accessed in the same way. */
export async function indexMembers(sources: readonly BatchSource[], context: SourceContext): Promise<void> {
  const pending: Pending = new Map(sources.map((source) => [source, new SourceJob(source, context)]))
  for (const [source, job] of pending) {
    if (source.fatal === undefined) continue
    job.reject('unreadable', source.fatal, NO_FACTS)
    pending.delete(source)
  }
  const [first] = pending.keys()
  if (first?.member?.place.kind === 'passed') await readPassed(pending)
  else if (first !== undefined) await readFromFile(first, pending, context)
}

type Pending = Map<BatchSource, SourceJob>

async function readPassed(pending: Pending): Promise<void> {
  for (const [{ member }, job] of pending) {
    const { bytes, damage } = member?.place as PassedBytes
    await readMember(
      job,
      new BufferInput(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), damage),
      false,
    )
  }
}

async function readFromFile(first: BatchSource, pending: Pending, context: SourceContext): Promise<void> {
  const file = openOrReject(first, [...pending.values()])
  if (file === null) return
  let same: OpenFile | null = null
  try {
    same = await reopened(file, {
      identity: first.member?.identity ?? '',
      sha256: first.member?.containerSha256 ?? null,
    })
    if (same === null) return
    if (first.member?.place.kind === 'tar.gz') await readTarGz(same, pending, context)
    else await readPlaces(same, pending, context)
  } catch (error) {
    if (!isReadError(error)) throw error
    rejectRest(pending, 'unreadable', (error as Error).message)
  } finally {
    if (same === null || changedSince(same)) rejectRest(pending, 'changed-during-read', CONTAINER_CHANGED)
    rejectRest(pending, 'bad-member', 'the container breaks before it')
    closeFile(file)
  }
}

function rejectRest(
  pending: Pending,
  kind: 'unreadable' | 'changed-during-read' | 'bad-member',
  detail: string,
): void {
  for (const job of pending.values()) job.reject(kind, detail, NO_FACTS)
  pending.clear()
}

async function readPlaces(file: OpenFile, pending: Pending, context: SourceContext): Promise<void> {
  for (const [source, job] of pending) {
    const place = source.member?.place as ZipPlace | TarPlace
    const input =
      place.kind === 'zip'
        ? new ZipMember(file, place, source.size)
        : new FilePart(file, place.offset, source.size)
    const unsupported = input instanceof ZipMember ? input.unsupported() : null
    if (unsupported !== null) job.reject('unsupported', unsupported, NO_FACTS)
    else {
      const packed = place.kind === 'zip' ? place.compressedSize : 0
      await readMember(job, input, Math.max(source.size, packed) > context.limits.wholeBytes)
    }
    pending.delete(source)
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

/** Container problems were reported when it was listed. */
async function readTarGz(file: OpenFile, pending: Pending, { limits }: SourceContext): Promise<void> {
  const wanted = new Map([...pending].map((one) => [(one[0].member?.place as TarGzPlace).index, one]))
  for await (const entry of openTarGz(new HashedInput(new FileInput(file)), limits).files()) {
    const [source, job] = wanted.get(entry.index) ?? []
    if (source === undefined || job === undefined) continue
    await readMember(job, new EntryInput(entry), true)
    pending.delete(source)
    if (pending.size === 0) break
  }
}

/** A large entry of a tar.gz, which can only be read once. */
class EntryInput implements Input {
  readonly #chunks: TarFile['chunks']
  readonly size: number

  constructor({ chunks, size }: TarFile) {
    this.#chunks = chunks
    this.size = size
  }

  whole(): null {
    return null
  }

  async *chunks(): AsyncGenerator<Buffer> {
    try {
      yield* this.#chunks
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
