/** The bytes that are being read, with their place in the content, as text on demand. */
import { isAscii, isUtf8 } from 'node:buffer'

const EMPTY = Buffer.alloc(0)

export class TextWindow {
  bytes: Buffer = EMPTY
  /** Content offset of the first byte. */
  base = 0
  /** Index up to which everything is settled: given, reported, or of no meaning. */
  settled = 0
  /** Nothing comes behind these bytes. */
  isLast = false
  /** Of its own memory, from the first byte on: where chunks are put together. */
  #store = EMPTY
  #latin1: string | undefined
  #ascii = true

  /** Drops what lies before `keep`, and appends. @returns by how much everything moved. */
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

  /** In a store with room for as much again: a value of a thousand chunks is not copied a thousand times. */
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
    // One decode for the whole window; a slice of it costs nothing and JSON.parse reads it in place.
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
