/**
 * Inflates a gzip stream member by member (RFC 1952). Node's gunzip stream drops the output of its last write when
 * garbage follows a member, and reports neither members nor zero padding. So the headers are parsed here, and zlib
 * inflates.
 */
import { crc32 } from 'node:zlib'
import type { Problem } from '../model/problem.js'
import { ByteFeed } from './byte-feed.js'
import { Inflater } from './inflater.js'

const WRITE_BYTES = 64 * 1024

const FLAG = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 }
const TRAILER_BYTES = 8

/** Replays the stream from the start; yields nothing if it can only be read once. */
export type Again = () => Iterable<Buffer> | AsyncIterable<Buffer>

export class GzipStream {
  readonly #feed: ByteFeed
  readonly #again: Again
  readonly #problems: Problem[] = []
  /** Complete members. */
  members = 0
  /** Bytes after the last member. */
  trailingBytes = 0
  /** Bytes of content so far. */
  size = 0

  constructor(chunks: Iterable<Buffer> | AsyncIterable<Buffer>, again: Again) {
    this.#feed = new ByteFeed(chunks)
    this.#again = again
  }

  /** Complete once all content was read. */
  get problems(): readonly Problem[] {
    if (this.members < 2) return this.#problems
    return [...this.#problems, { kind: 'multi-member-gzip', detail: `${this.members} gzip members` }]
  }

  /** Ends where the stream is damaged, after everything that could be inflated before. */
  async *content(): AsyncGenerator<Buffer> {
    do {
      const start = this.#feed.position
      const before = this.size
      const damage = yield* this.#member()
      if (damage === null) this.members++
      // After a good member, something that yields no content is garbage, even if it starts like gzip.
      else if (this.members > 0 && this.size === before) await this.#tail(start)
      else this.#problems.push({ ...damage, byteOffset: this.size })
    } while (this.#problems.length === 0 && !(await this.#feed.isAtEnd()))
  }

  async #tail(start: number): Promise<void> {
    this.trailingBytes = (await this.#feed.skipAll()) - start
    const detail = `${this.trailingBytes} bytes after the end of the gzip stream`
    this.#problems.push({ kind: 'trailing-garbage', detail, byteOffset: this.size })
  }

  /** @returns false, having consumed nothing, if no member starts here. */
  async #header(): Promise<boolean> {
    const fixed = await this.#feed.peek(10)
    const flags = fixed[3] ?? 0xff
    if (fixed.length < 10 || fixed[0] !== 0x1f || fixed[1] !== 0x8b || fixed[2] !== 8) return false
    if ((flags & FLAG.reserved) !== 0) return false
    this.#feed.take(10)
    if ((flags & FLAG.extra) !== 0) {
      const length = await this.#feed.peek(2)
      this.#feed.take(length.length)
      await this.#feed.skip(length.length < 2 ? 0 : length.readUInt16LE(0))
    }
    if ((flags & FLAG.name) !== 0) await this.#feed.skipPast(0)
    if ((flags & FLAG.comment) !== 0) await this.#feed.skipPast(0)
    if ((flags & FLAG.headerChecksum) !== 0) await this.#feed.skip(2)
    return true
  }

  async *#member(): AsyncGenerator<Buffer, Damage | null> {
    if (!(await this.#header())) return { kind: 'corrupt-gzip', detail: 'not a gzip header' }
    const start = this.size
    const deflated = this.#feed.position
    let written = deflated
    let checksum = 0
    const inflater = new Inflater()
    try {
      while (!inflater.isEnded) {
        written = this.#feed.position
        const piece = await this.#feed.next(WRITE_BYTES)
        for (const chunk of piece === undefined ? await inflater.end() : await inflater.write(piece)) {
          checksum = crc32(chunk, checksum)
          this.size += chunk.length
          yield chunk
        }
      }
    } finally {
      inflater.close()
    }
    this.#feed.putBack(inflater.unused)
    const { error } = inflater
    if (error === null) return this.#trailer(checksum, this.size - start)
    if (error.code === 'Z_BUF_ERROR') return CUT
    for await (const chunk of lastBeforeDamage(this.#again, deflated, written, this.size - start)) {
      this.size += chunk.length
      yield chunk
    }
    return { kind: 'corrupt-gzip', detail: error.message }
  }

  async #trailer(checksum: number, size: number): Promise<Damage | null> {
    const trailer = await this.#feed.peek(TRAILER_BYTES)
    this.#feed.take(trailer.length)
    if (trailer.length < TRAILER_BYTES) return CUT
    if (trailer.readUInt32LE(0) === checksum && trailer.readUInt32LE(4) === size % 2 ** 32) return null
    return { kind: 'corrupt-gzip', detail: 'the checksum or the size at its end is wrong' }
  }
}

/** Found in two steps, in bytes. */
const STEPS = [1024, 1]

/**
 * zlib withholds the output of a write that hits damage, up to 64 kB of deflate data. This writes that data again in
 * smaller and smaller pieces. @param start of the deflate data. @param damaged start of the failed write. @param given
 * bytes already emitted.
 */
async function* lastBeforeDamage(
  again: Again,
  start: number,
  damaged: number,
  given: number,
): AsyncGenerator<Buffer> {
  let from = damaged
  let known = given
  for (const step of STEPS) {
    const feed = new ByteFeed(again())
    const inflater = new Inflater()
    let size = 0
    try {
      await feed.skip(start)
      let at = start
      while (!inflater.isEnded) {
        at = feed.position
        const piece = await feed.next(at < from ? Math.min(WRITE_BYTES, from - at) : step)
        if (piece === undefined) return
        for (const chunk of await inflater.write(piece)) {
          size += chunk.length
          if (size <= known) continue
          yield chunk.subarray(Math.max(0, chunk.length - (size - known)))
          known = size
        }
      }
      from = at
    } finally {
      inflater.close()
    }
  }
}

interface Damage {
  readonly kind: 'corrupt-gzip' | 'truncated-gzip'
  readonly detail: string
}

const CUT: Damage = { kind: 'truncated-gzip', detail: 'unexpected end of file' }
