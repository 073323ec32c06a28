/** Raw deflate, inflated one write at a time, so that everything before damage is emitted. */
import { createInflateRaw, type InflateRaw } from 'node:zlib'

/** Output waiting for a full piece is lost on damage, so pieces are small. */
const PIECE_BYTES = 32 * 1024

export type ZlibError = Error & { readonly code?: string }

/** Emits everything that each write inflates to. */
export class Inflater {
  readonly #stream: InflateRaw = createInflateRaw({ chunkSize: PIECE_BYTES })
  #ready: Buffer[] = []
  #wake: () => void = () => undefined
  #fed = 0
  #isEnded = false
  #error: ZlibError | null = null

  constructor() {
    this.#stream.on('data', (chunk: Buffer) => this.#ready.push(chunk))
    this.#stream.on('end', () => {
      this.#isEnded = true
      this.#wake()
    })
    this.#stream.on('error', (error: ZlibError) => {
      this.#error = error
      this.#isEnded = true
      this.#wake()
    })
  }

  /** The deflate stream has ended or is damaged. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  get error(): ZlibError | null {
    return this.#error
  }

  /** Bytes of the last write that follow the stream. */
  get unused(): number {
    return this.#error === null ? this.#fed - this.#stream.bytesWritten : 0
  }

  write(piece: Buffer): Promise<readonly Buffer[]> {
    this.#fed += piece.length
    return this.#after((done) => this.#stream.write(piece, done))
  }

  end(): Promise<readonly Buffer[]> {
    return this.#after(() => this.#stream.end())
  }

  close(): void {
    this.#stream.destroy()
  }

  /** zlib calls back once it consumed the input; it ends without a call if it accepts no more. */
  async #after(act: (done: () => void) => void): Promise<readonly Buffer[]> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      act(resolve)
    })
    const ready = this.#ready
    this.#ready = []
    return ready
  }
}

/** Up to the end of the deflate stream, or to where it breaks. @returns bytes consumed, and the error. */
export async function* inflated(
  chunks: Iterable<Buffer>,
): AsyncGenerator<Buffer, { taken: number; error: ZlibError | null }> {
  const inflater = new Inflater()
  let fed = 0
  try {
    for (const chunk of chunks) {
      fed += chunk.length
      yield* await inflater.write(chunk)
      if (inflater.isEnded) break
    }
    if (!inflater.isEnded) yield* await inflater.end()
  } finally {
    inflater.close()
  }
  return { taken: fed - inflater.unused, error: inflater.error }
}
