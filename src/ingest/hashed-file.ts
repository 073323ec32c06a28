/** A large file, read once in pieces and hashed on the way. */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { OpenFile } from './read-file.js'

const CHUNK_BYTES = 256 * 1024

export class HashedFile {
  readonly #file: OpenFile
  readonly #hash = createHash('sha256')
  bytesRead = 0

  constructor(file: OpenFile) {
    this.#file = file
  }

  startsWithGzip(): boolean {
    const magic = Buffer.alloc(2)
    return readSync(this.#file.fd, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b
  }

  *chunks(): Generator<Buffer> {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
      const read = readSync(this.#file.fd, chunk, 0, CHUNK_BYTES, this.bytesRead)
      if (read === 0) return
      this.bytesRead += read
      const bytes = chunk.subarray(0, read)
      this.#hash.update(bytes)
      yield bytes
    }
  }

  /** Of the whole file: what a damaged stream left unread is read now. null when the file changed its size. */
  digest(): string | null {
    for (const chunk of this.chunks()) if (chunk.length === 0) break
    return this.bytesRead === this.#file.before.size ? this.#hash.digest('hex') : null
  }
}

/** What the file inflates to. Ends with a zlib error (code `Z_…`) where the stream is damaged. */
export function gunzipped(file: HashedFile): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1024 * 1024 })
  // pipeline, not pipe: a failing read must end the other side too.
  pipeline(Readable.from(file.chunks()), gunzip, () => undefined)
  return gunzip
}
