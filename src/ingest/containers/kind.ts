/** Detects containers by their first bytes. */
import { constants, gunzipSync } from 'node:zlib'
import { isGzip } from '../../model/inflate.js'
import { isTar } from '../../decode/tar-header.js'
import { startsLikeJson } from '../../decode/text-kind.js'
import { tarHeaderIn } from './tar-entry.js'

export type ContainerKind = 'zip' | 'tar' | 'tar.gz'

/** Inflates to more than a block of tar, even after a long file name in the header. */
const GZIP_HEAD = 16 * 1024

/** Inflating a smaller gzip completely is faster than twice in part. */
const HEAD_FIRST_BYTES = 512 * 1024

/** @param bytes the whole file. null also for a small gzip, whose content is checked once inflated. */
export function wholeContainerKind(bytes: Buffer): ContainerKind | null {
  if (isGzip(bytes) && bytes.length < HEAD_FIRST_BYTES) return null
  return containerKind(bytes) ?? (isGzip(bytes) ? null : hiddenContainer(bytes))
}

/** Not JSON, and a tar after a damaged first header. */
export function holdsTar(bytes: Buffer): boolean {
  return isTar(bytes) || (!isLikeJson(bytes) && tarHeaderIn(bytes) >= 0)
}

/** The first byte of a container may be damaged into a bracket. The rest of its first header is not in JSON. */
function isLikeJson(bytes: Buffer): boolean {
  const isZip = bytes[1] === 0x4b && isPair(bytes, 3, 4)
  return startsLikeJson(bytes) && !isZip && bytes.toString('latin1', 257, 262) !== 'ustar'
}

/** A zip can have anything before it, such as a self-extractor; or its first header is damaged. */
function hiddenContainer(bytes: Buffer): ContainerKind | null {
  if (isLikeJson(bytes)) return null
  const tail = bytes.subarray(-LONGEST_ZIP_END)
  const end = tail.lastIndexOf(ZIP_END)
  if (end >= 0 && end + 22 <= tail.length) return 'zip'
  return tarHeaderIn(bytes) >= 0 ? 'tar' : null
}

const ZIP_END = Buffer.from('PK\u0005\u0006', 'latin1')
/** With the longest comment, and as much after it. */
const LONGEST_ZIP_END = 2 * 65_557

/** @param head the first bytes of a file; at least a few kB, if it has them. */
export function containerKind(head: Buffer): ContainerKind | null {
  if (head[0] === 0x50 && head[1] === 0x4b && (isPair(head, 3, 4) || isPair(head, 5, 6))) return 'zip'
  if (!isGzip(head)) return isTar(head) ? 'tar' : null
  const inflated = inflatedHead(head)
  return holdsTar(isGzip(inflated) ? inflatedHead(inflated) : inflated) ? 'tar.gz' : null
}

function isPair(head: Buffer, third: number, fourth: number): boolean {
  return head[2] === third && head[3] === fourth
}

function inflatedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head.subarray(0, GZIP_HEAD), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 1100 * GZIP_HEAD,
    })
  } catch {
    return Buffer.alloc(0)
  }
}
