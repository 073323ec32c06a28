/** Bytes of a source: a file, or a member of a container. */
import { readSync } from 'node:fs'
import { changedSince, readAll, type OpenFile } from './read-file.js'

export interface Input {
  /** According to the file system or the container. */
  readonly size: number
  /** Everything in one piece; null if it can only be streamed. */
  whole(): Buffer | null
  /** Everything from the beginning, in pieces. */
  chunks(): Iterable<Buffer> | AsyncIterable<Buffer>
  /** Whether it changed since reading began. */
  changed(): boolean
  /** Damage reported by the container, once it was read. */
  damage(): string | null
}

export const CHUNK_BYTES = 256 * 1024

export class FileInput implements Input {
  readonly #file: OpenFile
  readonly size: number

  constructor(file: OpenFile) {
    this.#file = file
    this.size = file.before.size
  }

  whole(): Buffer {
    return readAll(this.#file)
  }

  *chunks(): Generator<Buffer> {
    for (let at = 0; ;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
      const read = readSync(this.#file.fd, chunk, 0, CHUNK_BYTES, at)
      if (read === 0) return
      at += read
      yield chunk.subarray(0, read)
    }
  }

  changed(): boolean {
    return changedSince(this.#file)
  }

  damage(): null {
    return null
  }
}

/** A range of a file; shorter if the file ends within it. */
export class FilePart implements Input {
  readonly #file: OpenFile
  readonly #offset: number
  readonly #claimed: number
  readonly size: number

  constructor(file: OpenFile, offset: number, size: number) {
    this.#file = file
    this.#offset = offset
    this.#claimed = size
    this.size = Math.max(0, Math.min(size, file.before.size - offset))
  }

  whole(): Buffer {
    return this.#read(0, this.size)
  }

  *chunks(): Generator<Buffer> {
    for (let at = 0; at < this.size;) {
      const chunk = this.#read(at, Math.min(CHUNK_BYTES, this.size - at))
      if (chunk.length === 0) return
      at += chunk.length
      yield chunk
    }
  }

  changed(): boolean {
    return changedSince(this.#file)
  }

  damage(): string | null {
    return this.size < this.#claimed ? 'the container ends inside it' : null
  }

  #read(at: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(size)
    let filled = 0
    while (filled < size) {
      const read = readSync(this.#file.fd, bytes, filled, size - filled, this.#offset + at + filled)
      if (read === 0) break
      filled += read
    }
    return bytes.subarray(0, filled)
  }
}

/** Bytes already in memory. */
export class BufferInput implements Input {
  readonly #bytes: Buffer
  readonly #damage: string | null
  readonly size: number

  constructor(bytes: Buffer, damage: string | null) {
    this.#bytes = bytes
    this.#damage = damage
    this.size = bytes.length
  }

  whole(): Buffer {
    return this.#bytes
  }

  chunks(): Iterable<Buffer> {
    return [this.#bytes]
  }

  changed(): boolean {
    return false
  }

  damage(): string | null {
    return this.#damage
  }
}
