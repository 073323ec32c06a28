/** Raw deflate, inflated one write at a time: all that came before damage is given. */
import { createInflateRaw, type InflateRaw } from 'node:zlib'

/** What waits for a piece to become full is lost when damage follows: so the pieces are small. */
const PIECE_BYTES = 32 * 1024

export type ZlibError = Error & { readonly code?: string }

/** With all that each write inflates to. */
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

  /** The deflate stream is over, or damaged. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  get error(): ZlibError | null {
    return this.#error
  }

  /** Bytes of the last write that belong to what follows. */
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

  /** zlib calls back for what it took, and ends without a call where it wants no more. */
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

/** Up to the end of the deflate stream, or to where it breaks. @returns how many bytes it took, and what broke it. */
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
