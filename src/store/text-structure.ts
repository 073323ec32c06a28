/** FTS5's structure record, which lists the segments of an index. */
import { putVarint } from './varint.js'

export interface Segment {
  readonly id: number
  readonly firstPage: number
  readonly lastPage: number
}

interface Level {
  readonly merging: number
  readonly segments: Segment[]
}

export interface Structure {
  readonly cookie: Buffer
  readonly writes: number
  readonly levels: Level[]
}

/** Cookie, number of levels, of segments, of writes; then each level with its segments, oldest first. */
export function parseStructure(block: Buffer): Structure {
  const read = new VarintReader(block, 4)
  const levelCount = read.next()
  read.next()
  const writes = read.next()
  const levels: Level[] = []
  for (let level = 0; level < levelCount; level++) {
    const merging = read.next()
    const count = read.next()
    const segments: Segment[] = []
    for (let n = 0; n < count; n++)
      segments.push({ id: read.next(), firstPage: read.next(), lastPage: read.next() })
    levels.push({ merging, segments })
  }
  if (!read.atEnd) throw new Error('the full text has a structure of another version')
  return { cookie: block.subarray(0, 4), writes, levels }
}

export function formatStructure({ cookie, writes, levels }: Structure): Buffer {
  const total = levels.reduce((sum, { segments }) => sum + segments.length, 0)
  const numbers = [levels.length, total, writes]
  for (const { merging, segments } of levels) {
    numbers.push(merging, segments.length)
    for (const { id, firstPage, lastPage } of segments) numbers.push(id, firstPage, lastPage)
  }
  return Buffer.concat([cookie, varints(numbers)])
}

export function allVarints(block: Buffer): number[] {
  const read = new VarintReader(block, 0)
  const numbers: number[] = []
  while (!read.atEnd) numbers.push(read.next())
  return numbers
}

export function varints(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 8)
  let at = 0
  for (const number of numbers) at = putVarint(bytes, at, number)
  return bytes.subarray(0, at)
}

/** Big-endian base 128. None of these numbers needs the ninth byte. */
class VarintReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  next(): number {
    let value = 0
    for (;;) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new Error('the full text has a structure that ends early')
      value = value * 0x80 + (byte & 0x7f)
      if (byte < 0x80) return value
    }
  }
}
