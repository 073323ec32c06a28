/**
 * Walks a zip from first byte to last by local headers (APPNOTE.TXT 4.3.7), so that every byte is in a member, in the
 * central directory, or reported. Lengths come from the directory; if they are missing there and follow the member
 * (4.3.9), only inflating finds the end. Where directory and header differ, what follows and the CRC decide.
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
  listRecordLength,
  LIST,
  LOCAL,
  readHeader,
  UNKNOWN,
  type Lengths,
  type LocalHeader,
} from './zip-header.js'

export type ZipEntry = ListedMember & { readonly place: ZipPlace }

/** Headers inside other members' data cause bytes to be inflated again, at most this often. */
const TIMES_INFLATED = 4

const WINDOW_BYTES = 2 * CHUNK_BYTES

export class ZipWalk {
  readonly #file: OpenFile
  readonly #limits: Limits
  readonly #size: number
  /** By offset, as in the central directory. */
  readonly #listed: Map<number, ZipEntry>
  #toInflate: number
  #inflatedBytes = 0
  #window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) }
  #foundBytes = 0
  readonly entries: ZipEntry[] = []
  readonly remarks: string[] = []
  /** Members found that the directory lacks. */
  unlisted = 0
  hasList = false
  /** The last member is complete, or not known to be cut. */
  get isWhole(): boolean {
    return this.entries.at(-1)?.place.isCut === false
  }

  constructor(file: OpenFile, limits: Limits, listed: readonly ZipEntry[]) {
    this.#file = file
    this.#listed = new Map(listed.map((entry) => [entry.place.offset, entry]))
    const repeated = listed.length - this.#listed.size
    if (repeated > 0) this.remarks.push(`${repeated} of its directory entries share an offset`)
    this.#limits = limits
    this.#size = file.before.size
    this.#toInflate = TIMES_INFLATED * this.#size
  }

  /** @throws OverLimit */
  async run(): Promise<void> {
    let at = SPLIT_MARKS.has(this.#read(0, 4).toString('latin1')) ? 4 : 0
    while (at < this.#size) {
      const header = readHeader(this.#read(at, HEADER_BYTES), at)
      if (header === 'list') at = this.#skipList(at)
      else at = header === null ? this.#skipTo(this.#search(at + 1), at) : await this.#member(header)
    }
    // Entries whose headers are damaged or inside other members; reading them reports that.
    for (const entry of this.#listed.values()) {
      const { place } = entry
      const isThere = this.#read(place.offset, 4).equals(LOCAL)
      // The declared size of a dangling entry would make the rest look like a bomb.
      const found = isThere ? entry : { ...entry, size: 0, place: { ...place, compressedSize: 0 } }
      this.#checkLimits(found.size)
      const why = isThere ? 'lies inside another member' : 'no header is at its place'
      this.remarks.push(`${entry.name.slice(0, 200)} is in its list, but ${why}`)
      this.entries.push(found)
    }
  }

  #skipList(at: number): number {
    this.hasList = true
    const bytes = this.#read(at, HEADER_BYTES)
    const next = at + listRecordLength(bytes)
    if (next >= this.#size || isSigned(this.#read(next, 4))) return Math.min(next, this.#size)
    return this.#skipTo(this.#search(at + 4), at + 4)
  }

  #skipTo(next: number, at: number): number {
    this.remarks.push(`bytes ${at} to ${next} are no member`)
    return next
  }

  /** @returns where to look for the next member. */
  async #member(header: LocalHeader): Promise<number> {
    const { offset, start, compressedSize, size, crc } = header
    const listed = this.#listed.get(offset)
    this.#listed.delete(offset)
    if (listed === undefined) this.unlisted++
    const named = listed === undefined ? header : { ...header, name: listed.name }
    const own = compressedSize === UNKNOWN ? null : { compressedSize, size, crc }
    const theirs =
      listed === undefined
        ? null
        : { compressedSize: listed.place.compressedSize, size: listed.size, crc: listed.place.crc32 }
    const claim = await this.#lengths(named, theirs, own)
    if (claim === null) return this.#undelimited(named)
    const end = start + claim.compressedSize
    this.#found(named, { ...claim, isCut: end > this.#size })
    return end + this.#descriptorLength(header, claim)
  }

  /** The lengths in the directory or header, if they can be true. */
  async #lengths(header: LocalHeader, theirs: Lengths | null, own: Lengths | null): Promise<Lengths | null> {
    if (theirs !== null && own !== null && !isSame(theirs, own)) {
      this.remarks.push(`its list and the header of ${this.#label(header)} differ`)
      const end = [theirs, own].find((claim) => this.#isFollowed(header, claim))
      if (end === undefined) return null
      return this.#measured(header, end, [theirs, own])
    }
    const claim = theirs ?? own
    if (claim === null) return null
    const isLie = claim.size > claim.compressedSize * MAX_DEFLATE_RATIO + 64
    if (this.#isFollowed(header, claim)) return isLie ? this.#measured(header, claim, [claim]) : claim
    // Both agree, or there is nothing better.
    const isAgreed = theirs !== null && own !== null && header.start + claim.compressedSize <= this.#size
    if (!isAgreed && header.method === 8 && !header.isEncrypted) return null
    return (await this.#isShortened(header, claim)) ? null : claim
  }

  /**
   * Bytes are missing, so that the length reaches into the next member. A member that is itself a zip has headers in
   * it, too.
   */
  async #isShortened({ start, method, isEncrypted }: LocalHeader, claim: Lengths): Promise<boolean> {
    const { compressedSize } = claim
    const end = Math.min(start + compressedSize, this.#size)
    if (this.#search(start) >= end || this.#toInflate <= 0) return false
    if (isEncrypted || (method !== 0 && method !== 8)) return true
    if (method === 8) {
      const measured = await this.#inflate(start)
      return !measured.isWhole || measured.compressedSize !== compressedSize
    }
    this.#toInflate -= compressedSize
    let crc = 0
    for (const chunk of new FilePart(this.#file, start, compressedSize).chunks()) crc = crc32(chunk, crc)
    return crc !== claim.crc
  }

  /** Decides which of two sizes and CRCs belong to the data. */
  async #measured(header: LocalHeader, end: Lengths, claim: readonly Lengths[]): Promise<Lengths> {
    if (header.method === 0) return claim.find(({ size }) => size === end.compressedSize) ?? end
    if (header.method !== 8 || header.isEncrypted || this.#toInflate <= 0) return end
    const { size, crc, isWhole } = await this.#inflate(header.start)
    if (!isWhole) return end
    return { ...end, size, crc: claim.some((one) => one.crc === crc) ? crc : end.crc }
  }

  /** Followed by another header, the directory or the end. */
  #isFollowed(header: LocalHeader, claim: Lengths): boolean {
    const end = header.start + claim.compressedSize
    if (end > this.#size) return false
    const next = end + this.#descriptorLength(header, claim)
    return next === this.#size || isSigned(this.#read(next, 4))
  }

  #descriptorLength({ hasDescriptor, start }: LocalHeader, claim: Lengths): number {
    if (!hasDescriptor) return 0
    return descriptorAt(this.#read(start + claim.compressedSize, DESCRIPTOR_BYTES), claim).length
  }

  async #undelimited(header: LocalHeader): Promise<number> {
    const { start, method } = header
    if (method !== 8 || header.isEncrypted || this.#toInflate <= 0) {
      const next = this.#search(start)
      const why = header.hasDescriptor ? 'its length is after it' : 'bytes of it are missing'
      this.remarks.push(`where ${this.#label(header)} ends is not known: ${why}`)
      const compressedSize = next - start
      this.#found(header, { compressedSize, size: compressedSize, crc: 0, isCut: true })
      return next
    }
    const { size, crc, compressedSize, isWhole } = await this.#inflate(start)
    const next = this.#search(start)
    // The rest can inflate to an end by chance, inside the next member.
    const isChance = !header.hasDescriptor && crc !== header.crc && next < start + compressedSize
    if (!isWhole || isChance) {
      const packed = next - start
      // The inflated data is its own only if nothing else follows.
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
    if (name.endsWith('/') && size === 0 && !isCut) return
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

  /** Headers can be close together: bytes read for one serve the next. */
  #read(at: number, length: number): Buffer {
    const from = at - this.#window.at
    const isInside = from >= 0 && at + length <= this.#window.at + this.#window.bytes.length
    if (isInside) return this.#window.bytes.subarray(from, from + length)
    const bytes = new FilePart(this.#file, at, Math.max(length, WINDOW_BYTES)).whole()
    this.#window = { at, bytes }
    return bytes.subarray(0, length)
  }

  /** The next local header, or the end. */
  #search(from: number): number {
    for (let at = from; at < this.#size; at += CHUNK_BYTES) {
      const bytes = this.#read(at, CHUNK_BYTES + HEADER_BYTES)
      for (let hit = bytes.indexOf(LOCAL); hit >= 0 && hit < CHUNK_BYTES; hit = bytes.indexOf(LOCAL, hit + 1))
        if (readHeader(this.#read(at + hit, HEADER_BYTES), at + hit) !== null) return at + hit
    }
    return this.#size
  }
}

/** Maximum ratio of deflate. */
const MAX_DEFLATE_RATIO = 1032

/** Before the first member of a zip that was, or might have been, split into several files. */
const SPLIT_MARKS: ReadonlySet<string> = new Set(['PK00', 'PK\u0007\u0008'])

function isSigned(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(LOCAL) || LIST.includes(bytes.toString('latin1', 0, 4))
}

function isSame(a: Lengths, b: Lengths): boolean {
  return a.compressedSize === b.compressedSize && a.size === b.size && a.crc === b.crc
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
