/** Tar: entries one after the other, each behind its header. */
import { pipeline, Readable } from 'node:stream'
import { extract } from 'tar-stream'
import type { Limits } from '../../decode/limits.js'
import type { ListedMember } from '../../model/batch.js'
import type { Problem } from '../../model/problem.js'
import type { HashedInput } from '../hashed-file.js'
import { OverLimit } from '../nested-gzip.js'
import { isReadError } from '../read-file.js'
import { tooMany, type Listing } from './list.js'

const BLOCK_BYTES = 512
const NO_END = 'it has no end mark: members behind the last one that was read may be missing'

/** Members of a plain tar can be read at their places, by several workers. */
export async function listTar(input: HashedInput, limits: Limits): Promise<Listing> {
  const members: ListedMember[] = []
  const tar = new TarFiles(input.chunks(), limits)
  for await (const { name, size, offset } of tar.files())
    members.push({ name, size, place: { kind: 'tar', offset } })
  const { problems, isOverLimit } = tar
  const rejected = isOverLimit || (members.length === 0 && problems.some((p) => p.kind === 'bad-container'))
  return rejected ? { members: [], problems: problems.slice(-1), rejected } : { members, problems, rejected }
}

export interface TarFile {
  readonly name: string
  readonly size: number
  /** Number of the entry, from 0; links and folders count. */
  readonly index: number
  /** Of its first byte in the tar. */
  readonly offset: number
  /** To be taken before the next entry is asked for, or not at all. */
  readonly chunks: AsyncIterable<Buffer>
}

/** The regular files of a tar, up to its end or to where it breaks; the problems are whole then. */
export class TarFiles {
  readonly #bytes: AsyncIterable<Buffer>
  readonly #limits: Limits
  readonly problems: Problem[] = []
  isOverLimit = false
  /** Number of the entry that was reached last. */
  reached = -1

  constructor(bytes: AsyncIterable<Buffer>, limits: Limits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  /** @throws what the reading of the file throws. */
  async *files(): AsyncGenerator<TarFile> {
    const tar = extract()
    const end = new EndMark(this.#bytes)
    pipeline(Readable.from(end.chunks()), tar, () => undefined)
    const files = { count: 0, bytes: 0 }
    try {
      for await (const entry of tar) {
        const { name, type, size } = entry.header
        const index = ++this.reached
        this.#checkLimits(files)
        if (!Number.isSafeInteger(size)) throw new Error(`a member claims ${size} bytes`)
        if (type === 'file' || type === 'contiguous-file') {
          files.count++
          files.bytes += size
          const chunks = entry as AsyncIterable<Buffer>
          yield { name, size, index, offset: entry.offset + BLOCK_BYTES, chunks }
        } else if (type !== 'directory') this.problems.push(notAFile(name, type))
        entry.resume()
      }
      if (!end.isThere) this.problems.push({ kind: 'bad-container', detail: NO_END })
    } catch (error) {
      if (isReadError(error)) throw error
      this.#broke(error as Error, files.count)
    }
  }

  #checkLimits({ count, bytes }: { count: number; bytes: number }): void {
    const { maxMembers, hollowMembers, hollowBytes } = this.#limits
    if (this.reached === maxMembers) throw new OverLimit(tooMany(this.#limits))
    if (count > hollowMembers && bytes < count * hollowBytes)
      throw new OverLimit(`${bytes} bytes in ${count} members: no logs; the rest was not read`)
  }

  #broke(error: Error, files: number): void {
    this.isOverLimit = error instanceof OverLimit
    this.problems.push(
      this.isOverLimit
        ? { kind: 'too-large', detail: error.message }
        : { kind: 'bad-container', detail: `it ends or breaks after ${files} members: ${error.message}` },
    )
  }
}

function notAFile(name: string, type: string): Problem {
  return { kind: 'bad-member', detail: `${name.slice(0, 200)} is a ${type}, which is not followed` }
}

/** A tar ends in blocks of zeros. One that was cut between two members is whole in every other way. */
class EndMark {
  readonly #bytes: AsyncIterable<Buffer>
  #last: Buffer = Buffer.alloc(0)

  constructor(bytes: AsyncIterable<Buffer>) {
    this.#bytes = bytes
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#bytes) {
      // Chunks are reused, and the last can be shorter than a block.
      this.#last =
        chunk.length >= BLOCK_BYTES
          ? Buffer.from(chunk.subarray(-BLOCK_BYTES))
          : Buffer.concat([this.#last, chunk]).subarray(-BLOCK_BYTES)
      yield chunk
    }
  }

  get isThere(): boolean {
    return this.#last.length === BLOCK_BYTES && this.#last.every((byte) => byte === 0)
  }
}
