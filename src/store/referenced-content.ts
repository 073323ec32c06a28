/** The content of a file that a --reference case points to, as index read it: places of events count its bytes. */
import { inflateNested, isGzip } from '../model/inflate.js'

/** It is taken in one piece, unless it was larger when it was indexed. */
const MAX_BYTES = 1024 * 1024 * 1024

/**
 * @param contentSize as the case has it. Of a large damaged file this way of reading can give some bytes more than the stream did.
 * @returns null when it can not be given in one piece.
 */
export function referencedContent(bytes: Buffer, contentSize: number | null): Buffer | null {
  if (!isGzip(bytes)) return bytes
  const size = contentSize ?? 0
  const content = inflateNested(bytes, Math.max(MAX_BYTES, size))?.content
  if (content === undefined || content.length < size) return null
  return content.subarray(0, size)
}
