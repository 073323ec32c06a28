/**
 * Members of a zip without its list, which stands at the end and is gone when the tail was cut: they are found by the header that
 * each has before it (APPNOTE.TXT 4.3.7). Where its length stands behind the member (4.3.9), only inflating tells where that ends.
 */
import { crc32 } from 'node:zlib'
import { isOverLimit, type Limits } from '../../decode/limits.js'
import type { ListedMember, ZipPlace } from '../../model/batch.js'
import { inflated } from '../inflater.js'
import { CHUNK_BYTES, FilePart } from '../input.js'
import { OverLimit } from '../nested-gzip.js'
import type { OpenFile } from '../read-file.js'
import { tooMany } from './list.js'
import {
  descriptorAt,
  DESCRIPTOR_BYTES,
  HEADER_BYTES,
  LOCAL,
  readHeader,
  UNKNOWN,
  type LocalHeader,
} from './zip-header.js'

export type ZipEntry = ListedMember & { readonly place: ZipPlace }

/** Headers that lie inside of other members' data make the same bytes be inflated again: so often at most. */
const TIMES_INFLATED = 4

const WINDOW_BYTES = 2 * CHUNK_BYTES

export class ZipWalk {
  readonly #file: OpenFile
  readonly #limits: Limits
  readonly #size: number
  #toInflate: number
  #inflatedBytes = 0
  #window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) }
  #foundBytes = 0
  readonly entries: ZipEntry[] = []
  /** What is not as it should be, for people. */
  readonly remarks: string[] = []

  constructor(file: OpenFile, limits: Limits) {
    this.#file = file
    this.#limits = limits
    this.#size = file.before.size
    this.#toInflate = TIMES_INFLATED * this.#size
  }

  /** @throws OverLimit */
  async run(): Promise<void> {
    let at = 0
    while (at < this.#size) {
      const header = readHeader(this.#read(at, HEADER_BYTES), at)
      if (header === 'list') {
        this.remarks.push('its list begins behind the last of them, so none is missing')
        return
      }
      at = header === null ? this.#skipTo(this.#search(at + 1), at) : await this.#member(header)
    }
    const last = this.entries.at(-1)
    if (last?.place.isCut === false) this.remarks.push('whether others followed is not known')
  }

  #skipTo(next: number, at: number): number {
    this.remarks.push(`bytes ${at} to ${next} are no member`)
    return next
  }

  /** @returns where the next one is to be looked for. */
  async #member(header: LocalHeader): Promise<number> {
    const { start, compressedSize, size, crc } = header
    if (compressedSize === UNKNOWN) return this.#undelimited(header)
    const end = start + compressedSize
    this.#found(header, { compressedSize, size, crc, isCut: end > this.#size })
    if (!header.hasDescriptor) return end
    return end + descriptorAt(this.#read(end, DESCRIPTOR_BYTES), { crc, compressedSize, size }).length
  }

  async #undelimited(header: LocalHeader): Promise<number> {
    const { start, method } = header
    if (method !== 8 || header.isEncrypted || this.#toInflate <= 0) {
      const next = this.#search(start)
      this.remarks.push(`where ${this.#label(header)} ends is not known: its length stood behind it`)
      const compressedSize = next - start
      this.#found(header, { compressedSize, size: compressedSize, crc: 0, isCut: true })
      return next
    }
    const { size, crc, compressedSize, isWhole } = await this.#inflate(start)
    if (!isWhole) {
      const next = this.#search(start)
      const packed = next - start
      // What was inflated is its own only where nothing else follows.
      this.#found(header, {
        compressedSize: packed,
        size: next === this.#size ? size : packed,
        crc,
        isCut: true,
      })
      return next
    }
    const end = start + compressedSize
    const descriptor = descriptorAt(this.#read(end, DESCRIPTOR_BYTES), { crc, compressedSize, size })
    this.#found(header, { compressedSize, size, crc: descriptor.crc, isCut: false })
    return end + descriptor.length
  }

  async #inflate(start: number): Promise<Measured> {
    const content = inflated(new FilePart(this.#file, start, this.#size - start).chunks())
    let size = 0
    let crc = 0
    for (;;) {
      const next = await content.next()
      if (next.done === true) {
        const { taken, error } = next.value
        this.#toInflate -= taken
        return { size, crc, compressedSize: taken, isWhole: error === null }
      }
      size += next.value.length
      crc = crc32(next.value, crc)
      this.#inflatedBytes += next.value.length
      if (isOverLimit(this.#inflatedBytes, this.#size, this.#limits))
        throw new OverLimit(`${this.#inflatedBytes} bytes from ${this.#size}: over the limit`)
    }
  }

  #found(header: LocalHeader, { compressedSize, size, crc, isCut }: Omit<Measured, 'isWhole'> & Cut): void {
    const { offset, method, isEncrypted, name } = header
    if (name.endsWith('/') && size === 0) return
    this.#checkLimits(size)
    if (isCut) this.remarks.push(`it ends or breaks inside ${this.#label(header)}`)
    const place: ZipPlace = {
      kind: 'zip',
      offset,
      compressedSize: Math.min(compressedSize, this.#size - header.start),
      method,
      crc32: crc,
      encrypted: isEncrypted,
      isCut,
    }
    this.entries.push({ name, size, place })
  }

  #checkLimits(size: number): void {
    const { maxMembers, hollowMembers, hollowBytes } = this.#limits
    const count = this.entries.length
    this.#foundBytes += size
    if (count === maxMembers) throw new OverLimit(tooMany(this.#limits))
    if (count > hollowMembers && this.#foundBytes < count * hollowBytes)
      throw new OverLimit(`${this.#foundBytes} bytes in ${count} members: no logs`)
  }

  #label({ name }: LocalHeader): string {
    return name.slice(0, 200)
  }

  /** Headers can lie close together: what was read for one serves the next. */
  #read(at: number, length: number): Buffer {
    const from = at - this.#window.at
    const isInside = from >= 0 && at + length <= this.#window.at + this.#window.bytes.length
    if (isInside) return this.#window.bytes.subarray(from, from + length)
    const bytes = new FilePart(this.#file, at, Math.max(length, WINDOW_BYTES)).whole()
    this.#window = { at, bytes }
    return bytes.subarray(0, length)
  }

  /** The next header of a member, or the end. */
  #search(from: number): number {
    for (let at = from; at < this.#size; at += CHUNK_BYTES) {
      const bytes = this.#read(at, CHUNK_BYTES + HEADER_BYTES)
      for (let hit = bytes.indexOf(LOCAL); hit >= 0 && hit < CHUNK_BYTES; hit = bytes.indexOf(LOCAL, hit + 1))
        if (readHeader(this.#read(at + hit, HEADER_BYTES), at + hit) !== null) return at + hit
    }
    return this.#size
  }
}

interface Measured {
  readonly size: number
  readonly crc: number
  readonly compressedSize: number
  readonly isWhole: boolean
}

interface Cut {
  readonly isCut: boolean
}
