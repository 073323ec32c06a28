/** Zip: yauzl reads the list of members; a member is read at its place, so that workers can share a container. */
import { readSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { fromFd, type Entry, type ZipFile } from 'yauzl'
import type { Limits } from '../../decode/limits.js'
import type { ZipPlace } from '../../model/batch.js'
import { CHUNK_BYTES, FilePart, type Input } from '../input.js'
import { changedSince, type OpenFile } from '../read-file.js'
import { refused, tooMany, type Listing } from './list.js'
import { MemberDamage } from './member-damage.js'

const STORED = 0
const DEFLATED = 8
const LOCAL_HEADER_BYTES = 30

export async function listZip(file: OpenFile, limits: Limits): Promise<Listing> {
  const entries: Entry[] = []
  try {
    const zip = await open(file.fd)
    if (zip.entryCount > limits.maxMembers) return refused('too-large', tooMany(limits))
    await readEntries(zip, (entry) => entries.push(entry))
  } catch (error) {
    const detail = `its list of members can not be read (${(error as Error).message}): try zip -FF, or unpack what can be`
    if (entries.length === 0) return refused('bad-container', detail)
    return { ...judged(entries, file.before.size, limits), problems: [{ kind: 'bad-container', detail }] }
  }
  return judged(entries, file.before.size, limits)
}

/** decodeStrings off: yauzl then does not refuse a container for one hostile name. */
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

/** Entries that lie over each other, or claim more than real logs compress to, are a bomb. */
function judged(entries: readonly Entry[], size: number, limits: Limits): Listing {
  const packed = entries.reduce((sum, entry) => sum + entry.compressedSize, 0)
  const claimed = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  if (packed > size) return refused('bad-container', 'its members lie over each other')
  if (claimed > limits.bombBytes && claimed > size * limits.maxRatio)
    return refused('too-large', `${claimed} bytes from ${size}: over the limit; nothing of it was read`)
  return { members: entries.flatMap(memberOf), problems: [], rejected: false }
}

function memberOf(entry: Entry): Listing['members'] {
  const name = (entry.fileName as unknown as Buffer).toString('utf8')
  if (name.endsWith('/') && entry.uncompressedSize === 0) return []
  const place: ZipPlace = {
    kind: 'zip',
    offset: entry.relativeOffsetOfLocalHeader,
    compressedSize: entry.compressedSize,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    encrypted: (entry.generalPurposeBitFlag & 1) !== 0,
  }
  return [{ name, size: entry.uncompressedSize, place }]
}

export class ZipMember implements Input {
  readonly #file: OpenFile
  readonly #place: ZipPlace
  readonly size: number
  #crc: number | undefined

  constructor(file: OpenFile, place: ZipPlace, size: number) {
    this.#file = file
    this.#place = place
    this.size = size
  }

  /** Why it can not be read at all, or null. */
  unsupported(): string | null {
    if (this.#place.encrypted)
      return 'encrypted member of a zip: unpack it with its password, then index the result'
    const { method } = this.#place
    if (method === STORED || method === DEFLATED) return null
    return `member of a zip compressed by method ${method}: unpack it, then index the result`
  }

  /** null where it does not inflate to what its entry says: streaming then gives what there is. */
  whole(): Buffer | null {
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
      if ((error as { syscall?: string }).syscall === 'read') throw error
      return null
    }
  }

  async *chunks(): AsyncGenerator<Buffer> {
    let size = 0
    this.#crc = 0
    for await (const chunk of this.#inflated()) {
      size += chunk.length
      if (size > this.size) throw new MemberDamage('it is larger than its entry says')
      this.#crc = crc32(chunk, this.#crc)
      yield chunk
    }
    if (size < this.size) throw new MemberDamage('it is shorter than its entry says')
  }

  changed(): boolean {
    return changedSince(this.#file)
  }

  damage(): string | null {
    if (this.#crc === undefined || this.#crc === this.#place.crc32) return null
    return 'its CRC-32 is not the one that its entry says'
  }

  async *#inflated(): AsyncGenerator<Buffer> {
    const packed = this.#packed().chunks()
    if (this.#place.method === STORED) {
      yield* packed
      return
    }
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES })
    pipeline(Readable.from(packed), inflate, () => undefined)
    try {
      for await (const chunk of inflate) yield chunk as Buffer
    } catch (error) {
      if (!((error as { code?: string }).code ?? '').startsWith('Z_')) throw error
      throw new MemberDamage((error as Error).message)
    }
  }

  #packed(): FilePart {
    const part = new FilePart(this.#file, this.#dataStart(), this.#place.compressedSize)
    if (part.damage() !== null) throw new MemberDamage('the container ends before it')
    return part
  }

  /** Behind the local header, whose name and extra field can differ in length from the list's. */
  #dataStart(): number {
    const header = Buffer.alloc(LOCAL_HEADER_BYTES)
    readSync(this.#file.fd, header, 0, LOCAL_HEADER_BYTES, this.#place.offset)
    if (header.readUInt32LE(0) !== 0x04034b50) throw new MemberDamage('there is no member at its place')
    return this.#place.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
  }
}
