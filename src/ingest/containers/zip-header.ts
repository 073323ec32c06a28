/** The local header of a zip member, and the lengths that can follow it (APPNOTE.TXT 4.3.7, 4.3.9, 4.5.3). */
export const LOCAL = Buffer.from('PK\u0003\u0004', 'latin1')
const DESCRIPTOR = Buffer.from('PK\u0007\u0008', 'latin1')
/** Signatures at the start of the central directory: its entries, or its end if it has none. */
export const LIST = [
  'PK\u0001\u0002',
  'PK\u0005\u0006',
  'PK\u0006\u0006',
  'PK\u0006\u0007',
  'PK\u0006\u0008',
  'PK\u0005\u0005',
]

const FIXED_BYTES = 30
/** Names and extra fields of honest zips are far shorter. */
export const HEADER_BYTES = 16 * 1024
/** The highest version of the format, 6.3. */
const MAX_VERSION = 63
/** The length is after the member. */
export const UNKNOWN = -1
const IN_ZIP64 = 0xffffffff

export interface LocalHeader {
  readonly offset: number
  /** Of the data. */
  readonly start: number
  readonly name: string
  readonly method: number
  readonly isEncrypted: boolean
  /** The lengths follow the member, possibly in addition to the header. */
  readonly hasDescriptor: boolean
  /** UNKNOWN, or in bytes. */
  readonly compressedSize: number
  readonly size: number
  readonly crc: number
}

/** @param bytes HEADER_BYTES from `offset` on, fewer at the end of the file. @returns null if no member starts here. */
export function readHeader(bytes: Buffer, offset: number): LocalHeader | 'list' | null {
  if (LIST.includes(bytes.toString('latin1', 0, 4))) return 'list'
  if (bytes.length < FIXED_BYTES || !bytes.subarray(0, 4).equals(LOCAL)) return null
  const nameEnd = FIXED_BYTES + bytes.readUInt16LE(26)
  const end = nameEnd + bytes.readUInt16LE(28)
  if ((bytes[4] as number) > MAX_VERSION || nameEnd === FIXED_BYTES || end > bytes.length) return null
  const flags = bytes.readUInt16LE(6)
  const hasDescriptor = (flags & 8) !== 0
  const sizes = sizesOf(bytes, bytes.subarray(nameEnd, end))
  return {
    offset,
    start: offset + end,
    name: bytes.toString('utf8', FIXED_BYTES, nameEnd),
    method: bytes.readUInt16LE(8),
    isEncrypted: (flags & 1) !== 0,
    hasDescriptor,
    crc: bytes.readUInt32LE(14),
    ...(hasDescriptor && sizes.compressedSize === 0 ? { compressedSize: UNKNOWN, size: UNKNOWN } : sizes),
  }
}

/** Length of a central directory record, which may be damaged; the rest of the file if it is cut. */
export function listRecordLength(bytes: Buffer): number {
  const [, , third = 0, fourth = 0] = bytes
  const at = (offset: number, width: 2 | 4): number =>
    offset + width > bytes.length ? bytes.length : bytes.readUIntLE(offset, width)
  if (third === 1) return 46 + at(28, 2) + at(30, 2) + at(32, 2)
  if (third === 5) return fourth === 6 ? 22 + at(20, 2) : 6 + at(4, 2)
  return fourth === 6 ? 12 + at(4, 4) : fourth === 7 ? 20 : 8 + at(4, 4)
}

function sizesOf(bytes: Buffer, extra: Buffer): { compressedSize: number; size: number } {
  const compressedSize = bytes.readUInt32LE(18)
  const size = bytes.readUInt32LE(22)
  if (compressedSize !== IN_ZIP64 && size !== IN_ZIP64) return { compressedSize, size }
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1 || at + 20 > extra.length) continue
    return {
      size: Number(extra.readBigUInt64LE(at + 4)),
      compressedSize: Number(extra.readBigUInt64LE(at + 12)),
    }
  }
  return { compressedSize, size }
}

export interface Lengths {
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
}

interface Descriptor {
  readonly crc: number
  /** Of all of it. */
  readonly length: number
}

/**
 * The CRC after a member, and the size of this descriptor: with or without signature, lengths of 4 or 8 bytes. @param
 * bytes DESCRIPTOR_BYTES from the end of the data on, fewer at the end of the file.
 */
export function descriptorAt(bytes: Buffer, claim: Lengths): Descriptor {
  const signed = bytes.subarray(0, 4).equals(DESCRIPTOR) ? 4 : 0
  const forms = [4, 8].flatMap((width) => descriptorOf(bytes, signed, width, claim))
  // For an empty member both forms match.
  const next = forms.find(({ length }) => bytes.toString('latin1', length, length + 2) === 'PK')
  return next ?? forms[0] ?? { crc: claim.crc, length: 0 }
}

/** The longest descriptor and the following signature. */
export const DESCRIPTOR_BYTES = 28

function descriptorOf(bytes: Buffer, signed: number, width: number, claim: Lengths): Descriptor[] {
  const at = signed + 4
  const length = at + width * 2
  if (bytes.length < length) return []
  const [compressedSize, size] =
    width === 4
      ? [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
      : [Number(bytes.readBigUInt64LE(at)), Number(bytes.readBigUInt64LE(at + 8))]
  const wraps = 2 ** (width * 8)
  const isIt = compressedSize === claim.compressedSize % wraps && size === claim.size % wraps
  return isIt ? [{ crc: bytes.readUInt32LE(signed), length }] : []
}
