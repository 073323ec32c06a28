/** The content of one stored segment: no more than its row says, however much there is, since a case may come from anybody. */
import { gunzipSync, inflateRawSync } from 'node:zlib'
import { damagedCase, type CaseError } from '../model/case-error.js'

export interface StoredSegment {
  readonly rowid: number
  readonly content_offset: number
  readonly content_length: number
  readonly encoding: 'gzip' | 'plain' | 'deflate'
}

/** What a segment can hold: index stores no larger pieces. */
const MOST_OF_SEGMENT = 1024 * 1024 * 1024

/** @throws CaseError exit 12 for what is no content, or more than the row says. */
export function inflateSegment(segment: StoredSegment, bytes: unknown): Buffer {
  if (!Buffer.isBuffer(bytes)) throw damagedSegment(segment, 'has no bytes')
  const { content_length: length, encoding } = segment
  if (encoding === 'plain') return bytes
  if (!Number.isSafeInteger(length) || length < 0 || length > MOST_OF_SEGMENT)
    throw damagedSegment(segment, `declares ${length} bytes`)
  const inflate = encoding === 'deflate' ? inflateRawSync : gunzipSync
  try {
    return inflate(bytes, { chunkSize: Math.max(64, length), maxOutputLength: Math.max(1, length) })
  } catch (error) {
    const isMore = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    throw damagedSegment(
      segment,
      isMore ? `holds more than the ${length} bytes declared in its row` : (error as Error).message,
      error,
    )
  }
}

function damagedSegment({ rowid }: StoredSegment, what: string, cause?: unknown): CaseError {
  return damagedCase(`the case file is damaged: stored segment ${rowid}: ${what}`, cause)
}
