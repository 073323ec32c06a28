/** Is this a container? Told by its first bytes. */
import { constants, gunzipSync } from 'node:zlib'
import { isGzip } from '../../model/inflate.js'
import { isTar } from '../../decode/tar-header.js'

export type ContainerKind = 'zip' | 'tar' | 'tar.gz'

/** Inflates to more than a block of tar, whatever the file's name takes. */
const GZIP_HEAD = 16 * 1024

/** A smaller gzip is inflated whole sooner than twice. */
const HEAD_FIRST_BYTES = 512 * 1024

/** @param bytes all of a file. null also for a small gzip: it is told by its content, which is at hand soon. */
export function wholeContainerKind(bytes: Buffer): ContainerKind | null {
  return isGzip(bytes) && bytes.length < HEAD_FIRST_BYTES ? null : containerKind(bytes)
}

/** @param head the first bytes of a file; a few kB at least, when it has them. */
export function containerKind(head: Buffer): ContainerKind | null {
  if (head[0] === 0x50 && head[1] === 0x4b && (isPair(head, 3, 4) || isPair(head, 5, 6))) return 'zip'
  if (!isGzip(head)) return isTar(head) ? 'tar' : null
  const inflated = inflatedHead(head)
  return isTar(isGzip(inflated) ? inflatedHead(inflated) : inflated) ? 'tar.gz' : null
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
