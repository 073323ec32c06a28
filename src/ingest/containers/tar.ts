/** Tar: one stream. It is listed first, so that several workers can each read their share of it. */
import { pipeline, Readable } from 'node:stream'
import { extract, type Extract, type Header } from 'tar-stream'
import type { Limits } from '../../decode/limits.js'
import type { ListedContainer, TarPlace } from '../../model/batch.js'
import type { Problem } from '../../model/problem.js'
import { GzipStream } from '../gzip-stream.js'
import type { HashedInput } from '../hashed-file.js'
import { refused, tooMany, type Listing } from './list.js'

type Member = ListedContainer['members'][number]

export async function listTar(input: HashedInput, gzip: boolean, limits: Limits): Promise<Listing> {
  const members: Member[] = []
  const problems: Problem[] = []
  const end = new EndMark()
  const stream = openTar(input, gzip, limits, end)
  try {
    let index = 0
    for await (const entry of stream) {
      const { name, type, size } = entry.header
      entry.resume()
      if (index >= limits.maxMembers) return tooMany(limits)
      if (type === 'file' || type === 'contiguous-file')
        members.push({ name, size, place: place(index, gzip) })
      else if (type !== 'directory') problems.push(notAFile(name, type))
      index++
    }
    if (!end.isThere) problems.push({ kind: 'bad-container', detail: NO_END })
  } catch (error) {
    if (error instanceof TarBomb) return refused('too-large', error.message)
    const detail = `it ends or breaks after ${members.length} members: ${(error as Error).message}`
    if (members.length === 0) return refused('bad-container', detail)
    problems.push({ kind: 'bad-container', detail })
  }
  return { members, problems, rejected: false }
}

function place(index: number, gzip: boolean): TarPlace {
  return { kind: 'tar', index, gzip }
}

function notAFile(name: string, type: string): Problem {
  return { kind: 'bad-member', detail: `${name.slice(0, 200)} is a ${type}, which is not followed` }
}

const NO_END = 'it has no end mark: members behind the last one that was read may be missing'
const BLOCK_BYTES = 512

/** A tar ends in blocks of zeros. One that was cut between two members is whole in every other way. */
class EndMark {
  #last: Buffer = Buffer.alloc(0)

  see(chunk: Buffer): void {
    // Chunks are reused, and the last can be shorter than a block.
    this.#last =
      chunk.length >= BLOCK_BYTES
        ? Buffer.from(chunk.subarray(-BLOCK_BYTES))
        : Buffer.concat([this.#last, chunk]).subarray(-BLOCK_BYTES)
  }

  get isThere(): boolean {
    return this.#last.length === BLOCK_BYTES && this.#last.every((byte) => byte === 0)
  }
}

class TarBomb extends Error {}

/** Entries in order. Ends with an error where the tar or the gzip around it is damaged, or inflates beyond the limits. */
export function openTar(input: HashedInput, gzip: boolean, limits: Limits, end?: EndMark): Extract {
  const stream = extract()
  const bytes = gzip ? bounded(inflated(input), input, limits) : input.chunks()
  pipeline(Readable.from(end === undefined ? bytes : watched(bytes, end)), stream, () => undefined)
  return stream
}

/** A tar has its own end: what is wrong behind that does not concern its members. */
async function* inflated(input: HashedInput): AsyncGenerator<Buffer> {
  const stream = new GzipStream(input.chunks())
  yield* stream.content()
  const damage = stream.problems.find(({ kind }) => kind === 'corrupt-gzip' || kind === 'truncated-gzip')
  if (damage !== undefined) throw new Error(damage.detail)
}

async function* watched(bytes: AsyncIterable<Buffer>, end: EndMark): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    end.see(chunk)
    yield chunk
  }
}

async function* bounded(
  bytes: AsyncIterable<Buffer>,
  input: HashedInput,
  { bombBytes, maxRatio, maxContentBytes }: Limits,
): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > maxContentBytes || (size > bombBytes && size > input.bytesRead * maxRatio))
      throw new TarBomb(`${size} bytes from ${input.bytesRead}: over the limit; nothing of it was read`)
    yield chunk
  }
}

/** The types of tar-stream do not export it. */
export type TarEntry = AsyncIterable<unknown> & { readonly header: Header; resume(): unknown }

/** One for all entries of a tar: buffers are garbage that the collector is slow to see. */
export class EntryBuffer {
  #bytes: Buffer = Buffer.alloc(0)

  /** All of an entry up to where the stream breaks. What it gives is overwritten by the next. */
  async collect(entry: TarEntry): Promise<{ bytes: Buffer; damage: string | null }> {
    const size = entry.header.size
    if (this.#bytes.length < size) this.#bytes = Buffer.allocUnsafeSlow(size)
    let at = 0
    let damage: string | null = null
    try {
      for await (const chunk of entry) at += (chunk as Buffer).copy(this.#bytes, at)
    } catch (error) {
      damage = (error as Error).message
    }
    if (at < size) damage ??= 'the container ends inside it'
    return { bytes: this.#bytes.subarray(0, at), damage }
  }
}
