/**
 * Header blocks of tar entries: POSIX ustar with pax, and GNU. After a damaged one, the next is found by its checksum.
 */
import { isTar } from '../../decode/tar-header.js'

export const BLOCK_BYTES = 512
const MAGIC = Buffer.from('ustar')
const MAGIC_AT = 257

export interface TarHeader {
  readonly name: string
  readonly size: number
  /** POSIX type letter; '0' is a file. */
  readonly type: string
}

/** @returns null if there is no header. */
export function readTarHeader(block: Buffer): TarHeader | null {
  if (!isTar(block)) return null
  const size = numberAt(block, 124, 12)
  if (!Number.isSafeInteger(size) || size < 0) return null
  const isPosix = block[262] === 0
  const prefix = isPosix ? textAt(block, 345, 155) : ''
  const own = textAt(block, 0, 100)
  const name = prefix === '' ? own : `${prefix}/${own}`
  const letter = String.fromCharCode(block[156] as number)
  const isFile = letter === '\0' || letter === '0'
  return { name, size, type: !isFile ? letter : name.endsWith('/') ? '5' : '0' }
}

/** Whether a header is there, damaged or not. */
export function isTarMagic(block: Buffer): boolean {
  return block.subarray(MAGIC_AT, MAGIC_AT + MAGIC.length).equals(MAGIC)
}

/** Where the next header begins, at any byte, or -1. */
export function tarHeaderIn(bytes: Buffer, from = 0): number {
  for (let hit = bytes.indexOf(MAGIC, from + MAGIC_AT); hit >= 0; hit = bytes.indexOf(MAGIC, hit + 1)) {
    const start = hit - MAGIC_AT
    if (readTarHeader(bytes.subarray(start, start + BLOCK_BYTES)) !== null) return start
  }
  return -1
}

/** Parses a pax header, which describes the following entry. */
export function readPax(content: Buffer): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {}
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const length = parseInt(content.toString('latin1', at, space), 10)
    if (space < 0 || !(length > 0)) break
    const [key = '', ...value] = content.toString('utf8', space + 1, at + length - 1).split('=')
    if (key === 'path') found.name = value.join('=')
    if (key === 'size' && Number.isSafeInteger(Number(value[0]))) found.size = Math.max(0, Number(value[0]))
    at += length
  }
  return found
}

export function textAt(block: Buffer, from: number, length: number): string {
  const end = block.subarray(from, from + length).indexOf(0)
  return block.toString('utf8', from, end < 0 ? from + length : from + end)
}

/** Octal, or base 256 for a number that does not fit. */
function numberAt(block: Buffer, from: number, length: number): number {
  if (block[from] === 0x80) return Number(BigInt(`0x${block.toString('hex', from + 1, from + length)}`))
  const digits = block.toString('latin1', from, from + length).replace(/^[ \0]+|[ \0].*$/gs, '')
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN
}
