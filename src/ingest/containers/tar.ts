/**
 * Tar: a sequence of entries, each after its header. A damaged header costs its own member: reading resumes at the next
 * header with a valid checksum, and the bytes between become a problem.
 */
import { AlikeProblems } from '../../decode/alike-problems.js'
import type { Limits } from '../../decode/limits.js'
import type { ListedMember } from '../../model/batch.js'
import type { Problem } from '../../model/problem.js'
import { ByteFeed } from '../byte-feed.js'
import type { HashedInput } from '../hashed-file.js'
import { OverLimit } from '../nested-gzip.js'
import { isReadError } from '../read-file.js'
import { tooMany, type Listing } from './list.js'
import {
  BLOCK_BYTES,
  isTarMagic,
  readPax,
  readTarHeader,
  tarHeaderIn,
  textAt,
  type TarHeader,
} from './tar-entry.js'

const NO_END = 'it has no end mark: members after the last one that was read may be missing'
const ZEROS = Buffer.alloc(BLOCK_BYTES)
/** Bytes searched for the next header at a time. */
const SEARCHED_BYTES = 256 * 1024
/** Bytes before the end of a member in which the next header is searched, where bytes are missing from the member. */
const TAIL_BYTES = 256 * 1024
/** Names and records of pax are far shorter. */
const LONG_HEADER_BYTES = 1024 * 1024

/** Entries that are skipped; every other letter is a file. */
const NOT_FILES: Readonly<Record<string, string>> = {
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '6': 'fifo',
  D: 'list of a directory',
  M: 'part of a file of another volume',
  S: 'sparse file',
  V: 'name of a volume',
}

/** Members of a plain tar can be read in place by several workers. */
export async function listTar(input: HashedInput, limits: Limits): Promise<Listing> {
  const members: ListedMember[] = []
  const tar = new TarFiles(input.chunks(), limits)
  // How much there is of a member is known when the next one is reached.
  let last: TarFile | undefined
  for await (const file of tar.files()) {
    if (last !== undefined) members.push(listed(last))
    last = file
  }
  if (last !== undefined) members.push(listed(last))
  const { problems, isOverLimit } = tar
  const rejected = isOverLimit || (members.length === 0 && problems.some((p) => p.kind === 'bad-container'))
  return rejected ? { members: [], problems: problems.slice(-1), rejected } : { members, problems, rejected }
}

function listed({ name, size, offset, data }: TarFile): ListedMember {
  return { name, size: size - data.missing, place: { kind: 'tar', offset } }
}

/** Of an entry. */
interface Data {
  readonly size: number
  left: number
  /** So many bytes of it are not there; known when its end was reached. */
  missing: number
  isEndKnown: boolean
}

export interface TarFile {
  readonly name: string
  readonly size: number
  readonly data: Readonly<Pick<Data, 'missing'>>
  /** Number of the entry, from 0; links and folders count. */
  readonly index: number
  /** Of its first byte in the tar. */
  readonly offset: number
  /** Read it before requesting the next entry, or not at all. */
  readonly chunks: AsyncIterable<Buffer>
}

/** The regular files of a tar, up to its end or to where it breaks; the problems are complete then. */
export class TarFiles {
  readonly #bytes: BrokenOff
  readonly #feed: ByteFeed
  readonly #limits: Limits
  readonly problems: Problem[] = []
  readonly #alike = new AlikeProblems((problem) => this.problems.push(problem))
  isOverLimit = false
  /** Number of the last entry reached. */
  reached = -1
  #files = 0
  #fileBytes = 0
  /** What long headers declare for the next entry, and for all that follow. */
  #next: { name?: string; size?: number } = {}
  #all: { name?: string; size?: number } = {}

  constructor(bytes: AsyncIterable<Buffer>, limits: Limits) {
    this.#bytes = new BrokenOff(bytes)
    this.#feed = new ByteFeed(this.#bytes.chunks())
    this.#limits = limits
  }

  /** @throws read errors of the file. */
  async *files(): AsyncGenerator<TarFile> {
    try {
      yield* this.#entries()
      const { error } = this.#bytes
      if (error !== null) throw error
      if (!this.#bytes.hasEndMark) this.#alike.add({ kind: 'bad-container', detail: NO_END })
      this.#alike.end()
    } catch (error) {
      if (isReadError(error)) throw error
      this.#alike.end()
      this.#broke(error as Error)
    }
  }

  async *#entries(): AsyncGenerator<TarFile> {
    const feed = this.#feed
    for (;;) {
      const block = await feed.peek(BLOCK_BYTES)
      if (block.length === 0) return
      const header = readTarHeader(block)
      if (header === null && block.equals(ZEROS.subarray(0, block.length))) feed.take(block.length)
      else if (header === null) await this.#lost()
      else {
        feed.take(BLOCK_BYTES)
        yield* this.#entry(header)
      }
    }
  }

  async *#entry(header: TarHeader): AsyncGenerator<TarFile> {
    const { type } = header
    if ('LKxgX'.includes(type)) {
      await this.#longHeader(header)
      return
    }
    const { name = header.name, size = header.size } = { ...this.#all, ...this.#next }
    this.#next = {}
    const index = ++this.reached
    this.#checkLimits()
    const offset = this.#feed.position
    const what = NOT_FILES[type]
    const data: Data = { size, left: size, missing: 0, isEndKnown: false }
    if (type !== '5' && what === undefined) {
      this.#files++
      this.#fileBytes += size
      yield { name, size, data, index, offset, chunks: this.#data(data) }
    } else if (what !== undefined) this.#alike.add(notAFile(name, what, offset - BLOCK_BYTES))
    if (type !== '5') await this.#skip(data, name, offset)
  }

  async *#data(data: Data): AsyncGenerator<Buffer> {
    for (;;) {
      if (data.left <= TAIL_BYTES && !data.isEndKnown) await this.#findEnd(data)
      if (data.left === 0) return
      const piece = await this.#feed.next(data.isEndKnown ? data.left : data.left - TAIL_BYTES)
      if (piece === undefined) {
        if (this.#bytes.error !== null) throw this.#bytes.error
        return
      }
      data.left -= piece.length
      yield piece
    }
  }

  /** Where bytes are missing from an entry, the next header comes too early: the entry ends before it, and the next one is whole. */
  async #findEnd(data: Data): Promise<void> {
    const end = data.left + paddingOf(data.size)
    const bytes = await this.#feed.peek(end + BLOCK_BYTES)
    data.isEndKnown = true
    const behind = bytes.subarray(end)
    // A header that is only damaged has its place.
    if (isTarMagic(behind) || (behind.length > 0 && behind.equals(ZEROS.subarray(0, behind.length)))) return
    const next = tarHeaderIn(bytes)
    if (next < 0) return
    data.missing = Math.min(data.left, end - next)
    data.left -= data.missing
  }

  /** To the header behind the data. */
  async #skip(data: Data, name: string, offset: number): Promise<void> {
    const rest = this.#data(data)
    while ((await rest.next()).done !== true);
    if (data.left > 0) throw this.#bytes.error ?? new Error('unexpected end of data')
    const { missing, size } = data
    if (missing > 0) {
      const detail = `bytes missing from ${name.slice(0, 200)}: ${missing}; the next header comes too early`
      this.#alike.add({ kind: 'bad-container', detail, byteOffset: offset, byteLength: size - missing })
    }
    // Where something else is in the padding, it is reported with what follows it.
    const padding = await this.#feed.peek(paddingOf(size))
    if (padding.equals(ZEROS.subarray(0, padding.length))) this.#feed.take(padding.length)
  }

  /** Names over 100 bytes, and other fields that do not fit the following header. */
  async #longHeader({ type, size, name }: TarHeader): Promise<void> {
    const offset = this.#feed.position
    if (size > LONG_HEADER_BYTES)
      this.#alike.add({ kind: 'bad-container', detail: `a header of ${size} bytes: ${name.slice(0, 200)}` })
    else {
      const content = await this.#feed.peek(size)
      if (type === 'L') this.#next.name = textAt(content, 0, content.length)
      else if (type === 'g') this.#all = readPax(content)
      else if (type !== 'K') this.#next = { ...this.#next, ...readPax(content) }
    }
    await this.#skip({ size, left: size, missing: 0, isEndKnown: false }, name, offset)
  }

  /** Resumes at the next header, at any byte. */
  async #lost(): Promise<void> {
    const from = this.#feed.position
    this.#next = {}
    for (;;) {
      const window = await this.#feed.peek(SEARCHED_BYTES)
      const found = tarHeaderIn(window)
      const isEnd = window.length < SEARCHED_BYTES
      this.#feed.take(found >= 0 ? found : isEnd ? window.length : window.length - BLOCK_BYTES + 1)
      if (found >= 0 || isEnd) break
    }
    const byteLength = this.#feed.position - from
    const detail = `bytes ${from} to ${from + byteLength} of the tar are no member: a header is damaged, or something else was put there`
    this.#alike.add({ kind: 'bad-container', detail, byteOffset: from, byteLength })
  }

  #checkLimits(): void {
    const { maxMembers, hollowMembers, hollowBytes } = this.#limits
    if (this.reached === maxMembers) throw new OverLimit(tooMany(this.#limits))
    if (this.#files > hollowMembers && this.#fileBytes < this.#files * hollowBytes)
      throw new OverLimit(
        `${this.#fileBytes} bytes in ${this.#files} members: no logs; the rest was not read`,
      )
  }

  #broke(error: Error): void {
    this.isOverLimit = error instanceof OverLimit
    this.problems.push(
      this.isOverLimit
        ? { kind: 'too-large', detail: error.message }
        : {
            kind: 'bad-container',
            detail: `it ends or breaks after ${this.#files} members: ${error.message}`,
          },
    )
  }
}

function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES
}

function notAFile(name: string, what: string, byteOffset: number): Problem {
  return {
    kind: 'bad-member',
    detail: `${name.slice(0, 200)} is a ${what}, which is not followed`,
    byteOffset,
  }
}

/** Bytes up to where they break: reads everything before, then reports the error. */
class BrokenOff {
  readonly #bytes: AsyncIterable<Buffer>
  #last: Buffer = Buffer.alloc(0)
  error: Error | null = null

  constructor(bytes: AsyncIterable<Buffer>) {
    this.#bytes = bytes
  }

  async *chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#bytes) {
        // Chunks are reused, and the last can be shorter than a block.
        this.#last =
          chunk.length >= BLOCK_BYTES
            ? Buffer.from(chunk.subarray(-BLOCK_BYTES))
            : Buffer.concat([this.#last, chunk]).subarray(-BLOCK_BYTES)
        yield chunk
      }
    } catch (error) {
      if (isReadError(error)) throw error
      this.error = error as Error
    }
  }

  /** A tar ends in blocks of zeros. Without them it may have been cut between two members. */
  get hasEndMark(): boolean {
    return this.#last.equals(ZEROS)
  }
}
