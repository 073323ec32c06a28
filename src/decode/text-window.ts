/** The current bytes with their offset in the content, decoded on demand. */
import { isAscii, isUtf8 } from 'node:buffer'

const EMPTY = Buffer.alloc(0)

export class TextWindow {
  bytes: Buffer = EMPTY
  /** Content offset of the first byte. */
  base = 0
  /** Everything before this index has been emitted, reported, or is insignificant. */
  settled = 0
  /** No bytes follow. */
  isLast = false
  /** Own memory starting at the first byte, used to join chunks. */
  #store = EMPTY
  #latin1: string | undefined
  #ascii = true

  /** Drops bytes before `keep` and appends the chunk. @returns by how much indices moved. */
  take(chunk: Buffer, isLast: boolean, keep: number): number {
    const by = Math.min(keep, this.bytes.length)
    this.base += by
    this.settled -= by
    this.isLast = isLast
    const rest = this.bytes.subarray(by)
    this.#ascii = (this.#ascii || isAscii(rest)) && isAscii(chunk)
    this.#latin1 = undefined
    if (rest.length > 0) this.bytes = this.#append(rest, chunk)
    else {
      this.bytes = chunk
      this.#store = EMPTY
    }
    return by
  }

  /** Doubles the capacity, so that a value of a thousand chunks is not copied a thousand times. */
  #append(rest: Buffer, chunk: Buffer): Buffer {
    const length = rest.length + chunk.length
    let from = rest.buffer === this.#store.buffer ? rest.byteOffset : Infinity
    if (from + length > this.#store.length) {
      if (length * 2 > this.#store.length) this.#store = Buffer.allocUnsafeSlow(length * 2)
      rest.copy(this.#store)
      from = 0
    }
    chunk.copy(this.#store, from + rest.length)
    return this.#store.subarray(from, from + length)
  }

  text(start: number, end: number): string {
    if (!this.#ascii) return this.bytes.toString('utf8', start, end)
    // Decoded once per window; slices are free and JSON.parse reads them in place.
    const all = (this.#latin1 ??= this.bytes.toString('latin1'))
    return all.slice(start, end)
  }

  isUtf8(start: number, end: number): boolean {
    return this.#ascii || isUtf8(this.bytes.subarray(start, end))
  }

  /** undefined is never the value of valid JSON. */
  parse(start: number, end: number): unknown {
    return tryParse(this.text(start, end))
  }
}

export function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export function parseMessage(text: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    return (error as Error).message.slice(0, 200)
  }
  return 'not valid JSON'
}
