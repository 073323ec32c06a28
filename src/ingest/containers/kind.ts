/** Is this a container? Told by its first bytes. */
import { constants, gunzipSync } from 'node:zlib'
import { isGzip } from '../../decode/inflate.js'

export type ContainerKind = 'zip' | 'tar' | 'tar.gz'

const TAR_BLOCK = 512
/** Inflates to more than a block of tar, whatever the file's name takes. */
const GZIP_HEAD = 64 * 1024

/** @param head the first bytes of a file; a few kB at least, when it has them. */
export function containerKind(head: Buffer): ContainerKind | null {
  if (head[0] === 0x50 && head[1] === 0x4b && (isPair(head, 3, 4) || isPair(head, 5, 6))) return 'zip'
  if (!isGzip(head)) return isTar(head) ? 'tar' : null
  return isTar(inflatedHead(head)) ? 'tar.gz' : null
}

function isPair(head: Buffer, third: number, fourth: number): boolean {
  return head[2] === third && head[3] === fourth
}

function inflatedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head.subarray(0, GZIP_HEAD), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 1024 * GZIP_HEAD,
    })
  } catch {
    return Buffer.alloc(0)
  }
}

/** A header block whose checksum holds: the word `ustar` alone could stand in a record. */
export function isTar(content: Buffer): boolean {
  if (content.length < TAR_BLOCK || content.toString('latin1', 257, 262) !== 'ustar') return false
  const told = parseInt(
    content
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  )
  let sum = 8 * 0x20
  for (let at = 0; at < TAR_BLOCK; at++) if (at < 148 || at >= 156) sum += content[at] as number
  return told === sum
}
