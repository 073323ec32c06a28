/** A large input, read once in pieces and hashed on the way. */
import { createHash } from 'node:crypto'
import type { Input } from './input.js'

export class HashedInput {
  readonly #iterator: Iterator<Buffer> | AsyncIterator<Buffer>
  readonly #size: number
  readonly #input: Pick<Input, 'size' | 'chunks'>
  readonly #hash = createHash('sha256')
  #first: Buffer | undefined
  bytesRead = 0

  constructor(input: Pick<Input, 'size' | 'chunks'>) {
    this.#input = input
    const chunks = input.chunks()
    this.#iterator = Symbol.iterator in chunks ? chunks[Symbol.iterator]() : chunks[Symbol.asyncIterator]()
    this.#size = input.size
  }

  /** Replays from the start without hashing; yields nothing if the input can only be read once. */
  again(): Iterable<Buffer> | AsyncIterable<Buffer> {
    return this.#input.chunks()
  }

  /** The first bytes; chunks() yields them again. */
  async peek(): Promise<Buffer> {
    this.#first ??= await this.#read()
    return this.#first ?? Buffer.alloc(0)
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const first = this.#first
    this.#first = undefined
    if (first !== undefined) yield first
    for (let chunk = await this.#read(); chunk !== undefined; chunk = await this.#read()) yield chunk
  }

  async #read(): Promise<Buffer | undefined> {
    const next = await this.#iterator.next()
    if (next.done === true) return undefined
    this.bytesRead += next.value.length
    this.#hash.update(next.value)
    return next.value
  }

  /**
   * Hash of the whole file, including what a damaged stream left unread. null if the size differs from the expected
   * one.
   */
  async digest(): Promise<string | null> {
    while ((await this.#read()) !== undefined);
    return this.bytesRead === this.#size ? this.#hash.digest('hex') : null
  }
}
