/** The content of a file that a --reference case points to, as index read it: places of events count its bytes. */
import { constants } from 'node:buffer'
import { inflateNested, isGzip } from '../model/inflate.js'

/** So much more a damaged file can give than the row says. */
const SLACK = 1024 * 1024

/**
 * @param contentSize as the case has it. Of a large damaged file this way of reading can give some bytes more than the stream did.
 * @returns null when it can not be given in one piece.
 */
export function referencedContent(bytes: Buffer, contentSize: number | null): Buffer | null {
  if (!isGzip(bytes)) return bytes
  const size = contentSize ?? 0
  if (!Number.isSafeInteger(size) || size < 0 || size > constants.MAX_LENGTH - SLACK) return null
  // What is gzip in gzip can be more on the way: the outer one of stored blocks is larger than the content.
  const content = inflateNested(bytes, Math.max(size + SLACK, bytes.length))?.content
  if (content === undefined || content.length < size) return null
  return content.subarray(0, size)
}
