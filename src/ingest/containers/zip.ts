/** Zip: yauzl reads the central directory; members are read in place, so that workers can share a container. */
import { readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'
import { fromFd, type Entry, type ZipFile } from 'yauzl'
import type { Limits } from '../../decode/limits.js'
import type { ZipPlace } from '../../model/batch.js'
import { salvageRaw } from '../../model/inflate.js'
import { inflated } from '../inflater.js'
import { FilePart, type Input } from '../input.js'
import { OverLimit } from '../nested-gzip.js'
import { changedSince, type OpenFile } from '../read-file.js'
import { refused, tooMany, type Listing } from './list.js'
import { MemberDamage } from './member-damage.js'
import { ZipWalk, type ZipEntry } from './zip-walk.js'

const STORED = 0
const DEFLATED = 8
const LOCAL_HEADER_BYTES = 30
/** A member larger than declared is read up to this ratio: real logs compress 7 to 40 times. */
const MOST_RATIO = 200
/** Limit of reading in one piece: finding the last good byte inflates twenty times. */
const SALVAGED_BYTES = 64 * 1024 * 1024

export async function listZip(file: OpenFile, limits: Limits): Promise<Listing> {
  const entries: Entry[] = []
  let unread: string | null = null
  try {
    const zip = await open(file.fd)
    if (zip.entryCount > limits.maxMembers) return refused('too-large', tooMany(limits))
    await readEntries(zip, (entry) => entries.push(entry))
  } catch (error) {
    unread = (error as Error).message
  }
  const listed = entries.flatMap(memberOf)
  return walked(file, limits, listed, unread)
}

/** @param listed entries of the directory that could be read. @param unread why the rest could not. */
async function walked(
  file: OpenFile,
  limits: Limits,
  listed: readonly ZipEntry[],
  unread: string | null,
): Promise<Listing> {
  const walk = new ZipWalk(file, limits, listed)
  try {
    await walk.run()
  } catch (error) {
    if (error instanceof OverLimit) return refused('too-large', `${error.message}; nothing of it was read`)
    throw error
  }
  const members = walk.entries
  const { length } = members
  const problem = unread === null ? [] : [`cannot read its central directory (${unread})`]
  if (length === 0 && unread !== null)
    return refused('bad-container', `${problem.join('')}, and no member was found: get the file again`)
  if (unread !== null) problem.push(`${length} members were found by their own headers`)
  else if (walk.unlisted > 0)
    problem.push(
      `${walk.unlisted} of ${length} members are not in its list, and were found by their own headers`,
    )
  problem.push(...walk.remarks.slice(0, MOST_REMARKS))
  if (unread !== null && walk.isWhole) problem.push(walk.hasList ? NONE_MISSING : UNKNOWN_IF_MORE)
  if (walk.remarks.length > MOST_REMARKS)
    problem.push(`${walk.remarks.length - MOST_REMARKS} more of the kind`)
  const bomb = bombIn(members, file.before.size, limits)
  if (bomb !== null || problem.length === 0) return bomb ?? { members, problems: [], rejected: false }
  return { members, problems: [{ kind: 'bad-container', detail: problem.join('; ') }], rejected: false }
}

const NONE_MISSING = 'its central directory begins right after the last of them, so none is missing'
const UNKNOWN_IF_MORE = 'whether others followed is not known'

/** Limit of remarks: each damaged member reports itself. */
const MOST_REMARKS = 5

/** decodeStrings is off so that yauzl does not reject a container for one hostile name. */
function open(fd: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromFd(fd, { autoClose: false, lazyEntries: true, decodeStrings: false }, (error, zip) => {
      if (error !== null) reject(error)
      else resolve(zip)
    })
  })
}

function readEntries(zip: ZipFile, take: (entry: Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      take(entry)
      zip.readEntry()
    })
    zip.on('end', resolve)
    zip.on('error', reject)
    zip.readEntry()
  })
}

/** Members that declare a higher ratio than real logs, or more bytes than the file has, are a bomb. */
function bombIn(members: readonly ZipEntry[], size: number, limits: Limits): Listing | null {
  const packed = members.reduce((sum, { place }) => sum + place.compressedSize, 0)
  const claimed = members.reduce((sum, member) => sum + member.size, 0)
  // The walk reads each byte once; further directory entries cannot take more than the file again.
  if (packed > 2 * size) return refused('bad-container', 'its members overlap')
  const isOver = claimed > limits.bombBytes && claimed > size * limits.maxRatio
  return isOver
    ? refused('too-large', `${claimed} bytes from ${size}: over the limit; nothing of it was read`)
    : null
}

function memberOf(entry: Entry): readonly ZipEntry[] {
  const name = (entry.fileName as unknown as Buffer).toString('utf8')
  if (name.endsWith('/') && entry.uncompressedSize === 0) return []
  const place: ZipPlace = {
    kind: 'zip',
    offset: entry.relativeOffsetOfLocalHeader,
    compressedSize: entry.compressedSize,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    encrypted: (entry.generalPurposeBitFlag & 1) !== 0,
    isCut: false,
  }
  return [{ name, size: entry.uncompressedSize, place }]
}

export class ZipMember implements Input {
  readonly #file: OpenFile
  readonly #place: ZipPlace
  readonly size: number
  #crc: number | undefined
  /** Why it could not be read in one piece. */
  #broken: string | undefined

  constructor(file: OpenFile, place: ZipPlace, size: number) {
    this.#file = file
    this.#place = place
    this.size = size
  }

  /** Why it cannot be read at all, or null. */
  unsupported(): string | null {
    if (this.#place.encrypted)
      return 'encrypted member of a zip: unpack it with its password, then index the result'
    const { method } = this.#place
    if (method === STORED || method === DEFLATED) return null
    return `member of a zip compressed by method ${method}: unpack it, then index the result`
  }

  /** null if it does not inflate to the declared size: streaming then yields what there is. */
  whole(): Buffer | null {
    if (this.#place.isCut) return null
    try {
      const packed = this.#packed().whole()
      const bytes =
        this.#place.method === STORED
          ? packed
          : inflateRawSync(packed, { maxOutputLength: Math.max(1, this.size) })
      if (bytes.length !== this.size) return null
      this.#crc = crc32(bytes)
      return bytes
    } catch (error) {
      const { syscall, code = '', message } = error as Error & { syscall?: string; code?: string }
      if (syscall === 'read') throw error
      if (code.startsWith('Z_')) this.#broken = message
      return null
    }
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const { isCut } = this.#place
    let size = 0
    this.#crc = 0
    for await (const chunk of this.#inflated()) {
      size += chunk.length
      this.#crc = crc32(chunk, this.#crc)
      yield chunk
      if (size > this.size && size > this.#place.compressedSize * MOST_RATIO && !isCut)
        throw new MemberDamage('it is larger than declared')
    }
    if (isCut) throw new MemberDamage('the zip ends or breaks inside it')
    if (this.#broken !== undefined) throw new MemberDamage(this.#broken)
    if (size !== this.size)
      throw new MemberDamage(`it is ${size < this.size ? 'shorter' : 'larger'} than declared`)
  }

  changed(): boolean {
    return changedSince(this.#file)
  }

  damage(): string | null {
    if (this.#crc === undefined || this.#place.isCut || this.#crc === this.#place.crc32) return null
    return 'its CRC-32 differs from the declared one'
  }

  async *#inflated(): AsyncGenerator<Buffer> {
    const packed = this.#packed()
    if (this.#place.method === STORED) {
      yield* packed.chunks()
      return
    }
    const salvaged = this.#salvaged(packed)
    if (salvaged !== null) {
      yield salvaged
      return
    }
    const { error } = yield* inflated(packed.chunks())
    if (error !== null) this.#broken = error.message
  }

  /** To the exact byte if possible: a stream loses some records before the damage. */
  #salvaged(packed: FilePart): Buffer | null {
    const { isCut } = this.#place
    if ((this.#broken === undefined && !isCut) || packed.size > SALVAGED_BYTES) return null
    try {
      return salvageRaw(packed.whole(), isCut ? SALVAGED_BYTES : Math.max(1, this.size))
    } catch {
      return null
    }
  }

  #packed(): FilePart {
    const part = new FilePart(this.#file, this.#dataStart(), this.#place.compressedSize)
    if (part.size === 0 && part.damage() !== null) throw new MemberDamage('the container ends before it')
    return part
  }

  /** After the local header, whose name and extra field can differ in length from the directory's. */
  #dataStart(): number {
    const header = Buffer.alloc(LOCAL_HEADER_BYTES)
    readSync(this.#file.fd, header, 0, LOCAL_HEADER_BYTES, this.#place.offset)
    if (header.readUInt32LE(0) !== 0x04034b50) throw new MemberDamage('there is no member at its place')
    return this.#place.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
  }
}
