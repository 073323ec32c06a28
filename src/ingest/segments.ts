/** Stores a source's bytes in the shard: the .gz as found, or other content in pieces that inflate independently. */
import { deflateRawSync } from 'node:zlib'
import type { Shard } from '../store/shard.js'

/** Small enough to read one record in a few milliseconds, large enough to compress well. */
const PIECE_BYTES = 2 * 1024 * 1024

export class PieceWriter {
  readonly #shard: Shard
  readonly #sourceId: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #offset = 0

  constructor(shard: Shard, sourceId: number) {
    this.#shard = shard
    this.#sourceId = sourceId
  }

  write(chunk: Buffer): void {
    let rest = chunk
    while (this.#pendingBytes + rest.length >= PIECE_BYTES) {
      const take = PIECE_BYTES - this.#pendingBytes
      this.#pending.push(rest.subarray(0, take))
      this.#pendingBytes += take
      this.#flush()
      rest = rest.subarray(take)
    }
    // The reader reuses its buffers: what waits for the next chunk is copied.
    if (rest.length > 0) this.#pending.push(Buffer.from(rest))
    this.#pendingBytes += rest.length
  }

  end(): void {
    if (this.#pendingBytes > 0) this.#flush()
  }

  /**
   * Level 1: 3 times as fast as level 6 for a sixth more bytes; plain archives must not index much slower than .gz
   * ones. The larger hash table and output buffer save an eighth of the time.
   */
  #flush(): void {
    const piece = this.#pending.length === 1 ? (this.#pending[0] as Buffer) : Buffer.concat(this.#pending)
    this.#shard.addSegment(
      this.#sourceId,
      this.#offset,
      piece.length,
      'deflate',
      deflateRawSync(piece, { level: 1, memLevel: 9, chunkSize: Math.max(64, piece.length >> 2) }),
    )
    this.#offset += piece.length
    this.#pending = []
    this.#pendingBytes = 0
  }
}
