/** Inflates a gzip stream, and once more if its content is gzip: a delivered .gz that was compressed again. */
import { isGzip, nestedProblems } from '../model/inflate.js'
import type { Problem } from '../model/problem.js'
import { ByteFeed } from './byte-feed.js'
import { GzipStream, type Again } from './gzip-stream.js'

/** Content over a limit. */
export class OverLimit extends Error {}

export class NestedGzip {
  readonly #outer: GzipStream
  readonly #isOver: (size: number) => boolean
  readonly #again: Again
  #inner: GzipStream | undefined

  /**
   * @param isOver whether so much output is over the limit; also asked for the outer stream, whose content may be
   * discarded.
   */
  constructor(chunks: AsyncIterable<Buffer>, isOver: (size: number) => boolean, again: Again) {
    this.#outer = new GzipStream(chunks, again)
    this.#isOver = isOver
    this.#again = again
  }

  /** Of the file. */
  get members(): number {
    return this.#outer.members
  }

  /** Of the file. */
  get trailingBytes(): number {
    return this.#outer.trailingBytes
  }

  /** Bytes of content so far. */
  get size(): number {
    return (this.#inner ?? this.#outer).size
  }

  /** Complete once all content was read. */
  get problems(): readonly Problem[] {
    if (this.#inner === undefined) return this.#outer.problems
    return nestedProblems(this.#outer.problems, this.#inner.problems, this.#inner.size)
  }

  /** @throws OverLimit */
  async *content(): AsyncGenerator<Buffer> {
    const feed = new ByteFeed(this.#outer.content())
    if (!isGzip(await feed.peek(2))) {
      yield* feed.rest()
      return
    }
    this.#inner = new GzipStream(this.#limited(feed), () =>
      new GzipStream(this.#again(), this.#again).content(),
    )
    yield* this.#inner.content()
  }

  async *#limited(feed: ByteFeed): AsyncGenerator<Buffer> {
    for await (const chunk of feed.rest()) {
      const { size } = this.#outer
      if (this.#isOver(size)) throw new OverLimit(`${size} bytes of gzip inside gzip`)
      yield chunk
    }
  }
}
