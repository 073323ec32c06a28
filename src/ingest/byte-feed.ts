/** Reads a stream of chunks in pieces of any size. */
export class ByteFeed {
  readonly #chunks: Iterator<Buffer> | AsyncIterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #isOver = false
  /** Bytes consumed. */
  position = 0

  constructor(chunks: Iterable<Buffer> | AsyncIterable<Buffer>) {
    this.#chunks = Symbol.iterator in chunks ? chunks[Symbol.iterator]() : chunks[Symbol.asyncIterator]()
  }

  async isAtEnd(): Promise<boolean> {
    return (await this.peek(1)).length === 0
  }

  /** The next `count` bytes, fewer at the end; consumes nothing. */
  async peek(count: number): Promise<Buffer> {
    while (this.#chunk.length - this.#at < count && (await this.#fetch()));
    return this.#chunk.subarray(this.#at, this.#at + count)
  }

  /** Consumes peeked bytes. */
  take(count: number): void {
    this.#at += count
    this.position += count
  }

  /** Up to `most` bytes; undefined at the end. */
  async next(most: number): Promise<Buffer | undefined> {
    if (await this.isAtEnd()) return undefined
    const piece = this.#chunk.subarray(this.#at, this.#at + most)
    this.take(piece.length)
    return piece
  }

  /** Returns the last bytes from `next` to the stream. */
  putBack(count: number): void {
    this.take(-count)
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const piece = await this.next(left)
      if (piece === undefined) return
      left -= piece.length
    }
  }

  /** Up to and including the next such byte. */
  async skipPast(byte: number): Promise<void> {
    for (;;) {
      if (await this.isAtEnd()) return
      const end = this.#chunk.indexOf(byte, this.#at)
      this.take((end < 0 ? this.#chunk.length : end + 1) - this.#at)
      if (end >= 0) return
    }
  }

  /** Everything not consumed yet. */
  async *rest(): AsyncGenerator<Buffer> {
    for (let piece = await this.next(Infinity); piece !== undefined; piece = await this.next(Infinity))
      yield piece
  }

  /** @returns the position at the end. */
  async skipAll(): Promise<number> {
    while ((await this.next(Infinity)) !== undefined);
    return this.position
  }

  /** Keeps the rest of a chunk in front of the next one. */
  async #fetch(): Promise<boolean> {
    if (this.#isOver) return false
    const next = await this.#chunks.next()
    if (next.done === true) {
      this.#isOver = true
      return false
    }
    const rest = this.#chunk.subarray(this.#at)
    this.#chunk = rest.length === 0 ? next.value : Buffer.concat([rest, next.value])
    this.#at = 0
    return true
  }
}
