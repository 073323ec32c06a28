/** A large input, read once in pieces and hashed on the way. */
import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Input } from './input.js'

export class HashedInput {
  readonly #iterator: Iterator<Buffer> | AsyncIterator<Buffer>
  readonly #size: number
  readonly #hash = createHash('sha256')
  #first: Buffer | undefined
  bytesRead = 0

  constructor(input: Pick<Input, 'size' | 'chunks'>) {
    const chunks = input.chunks()
    this.#iterator = Symbol.iterator in chunks ? chunks[Symbol.iterator]() : chunks[Symbol.asyncIterator]()
    this.#size = input.size
  }

  /** The first bytes; they are given again by chunks(). */
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

  /** Of all of it: what a damaged stream left unread is read now. null when it has another size than was said. */
  async digest(): Promise<string | null> {
    while ((await this.#read()) !== undefined);
    return this.bytesRead === this.#size ? this.#hash.digest('hex') : null
  }
}

/** What one write inflates to is lost when it ends in damage: so the writes are small. */
const WRITE_BYTES = 8 * 1024

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += WRITE_BYTES) yield chunk.subarray(at, at + WRITE_BYTES)
  }
}

/**
 * What the input inflates to. Ends with a zlib error (code `Z_…`) where the stream is damaged, after all that zlib had handed
 * out before: iterating the stream itself would drop what is still in its buffer.
 */
export async function* gunzipped(input: HashedInput): AsyncGenerator<Buffer> {
  // What zlib has not handed out when it meets damage is lost with it: at most so much.
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  const ready: Buffer[] = []
  let ended: { readonly error: Error | null } | undefined
  let wake = (): void => undefined
  gunzip.on('data', (chunk: Buffer) => {
    ready.push(chunk)
    wake()
  })
  // pipeline, not pipe: a failing read must end the other side too.
  pipeline(Readable.from(inPieces(input.chunks())), gunzip, (error) => {
    ended = { error: error ?? null }
    wake()
  })
  try {
    for (;;) {
      for (let chunk = ready.shift(); chunk !== undefined; chunk = ready.shift()) yield chunk
      if (ended !== undefined) break
      // The consumer works in this turn, so that what waits is never more than what one turn brought.
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const { error } = ended
    if (error !== null) throw error
  } finally {
    gunzip.destroy()
  }
}
