/** Reads the content of a referenced file as index did, so that offsets of events are valid. */
import { constants } from 'node:buffer'
import { inflateNested, isGzip } from '../model/inflate.js'

/** A damaged file can yield this much more than recorded. */
const SLACK = 1024 * 1024

/**
 * @param contentSize as recorded. For a large damaged file this way of reading can yield a few bytes more than
 * streaming did. @returns null if the content does not fit one buffer.
 */
export function referencedContent(bytes: Buffer, contentSize: number | null): Buffer | null {
  if (!isGzip(bytes)) return bytes
  const size = contentSize ?? 0
  if (!Number.isSafeInteger(size) || size < 0 || size > constants.MAX_LENGTH - SLACK) return null
  // With gzip in gzip, the outer stream of stored blocks is larger than the content.
  const content = inflateNested(bytes, Math.max(size + SLACK, bytes.length))?.content
  if (content === undefined || content.length < size) return null
  return content.subarray(0, size)
}
