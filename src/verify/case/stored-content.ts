/** The stored bytes of a source, in pieces, hashed on the way. */
import { createHash, hash, type Hash } from 'node:crypto'
import { CaseError } from '../../model/case-error.js'
import { inflateSegment, type StoredSegment } from '../../store/inflate-segment.js'
import { readQuietly } from '../../store/open-noatime.js'
import type { Connection } from '../../store/open.js'
import { referencedContent } from '../../store/referenced-content.js'
import type { FindingList } from './finding.js'
import type { VerifiedSource } from './verified-source.js'

export class StoredContent {
  readonly #segments
  readonly #bytes

  constructor(db: Connection) {
    this.#segments = db.prepare<[number], StoredSegment>(
      'SELECT rowid, content_offset, content_length, encoding FROM segment WHERE source_id = ? ORDER BY content_offset, content_length',
    )
    this.#bytes = db.prepare<[number]>('SELECT bytes FROM segment WHERE rowid = ?').pluck()
  }

  /** Yields the content in order and adds findings. @returns whether all of it was read. */
  *pieces(source: VerifiedSource, findings: FindingList): Generator<Buffer, boolean> {
    const segments = this.#segments.all(source.id)
    // A --reference case stores what it could not read from the archive again: converted text.
    if (source.storage === 'reference' && segments.length === 0) return yield* referenced(source, findings)
    const content = createHash('sha256')
    let at = 0
    for (const segment of segments) {
      const stored = this.#bytes.get(segment.rowid)
      const bytes = Buffer.isBuffer(stored) ? stored : Buffer.alloc(0)
      if (segment.encoding === 'gzip') checkFile(source, bytes, findings)
      // The bytes of a damaged file are stored next to its readable content.
      if (segment.content_length === 0) continue
      const piece = inflate(segment, bytes)
      if (piece === null || segment.content_offset !== at || piece.length !== segment.content_length) {
        const place = `the piece at byte ${segment.content_offset} of the content`
        findings.add('bytes', `${place} does not inflate to what was stored`)
        return false
      }
      content.update(piece)
      at += piece.length
      yield piece
    }
    checkContent(source, content, findings)
    return true
  }
}

function inflate(segment: StoredSegment, bytes: Buffer): Buffer | null {
  try {
    return inflateSegment(segment, bytes)
  } catch (error) {
    if (error instanceof CaseError) return null
    throw error
  }
}

function checkFile({ sha256 }: VerifiedSource, bytes: Buffer, findings: FindingList): void {
  const now = hash('sha256', bytes)
  if (now !== sha256) findings.add('bytes', `the stored file has SHA-256 ${now}, not ${sha256 ?? 'any'}`)
}

function checkContent(source: VerifiedSource, content: Hash, findings: FindingList): void {
  const now = content.digest('hex')
  if (now !== source.content_sha256) {
    findings.add('bytes', `the stored content has SHA-256 ${now}, not ${source.content_sha256 ?? 'any'}`)
  }
  // If a file was neither compressed nor converted, content and file are the same; a damaged member has no hash of its
  // own.
  const isSame = source.sha256 !== null && source.gzip_members === null && source.is_converted === 0
  if (isSame && source.sha256 !== source.content_sha256) {
    findings.add(
      'bytes',
      `file and content of a plain file have different SHA-256: ${source.sha256}, ${source.content_sha256 ?? '-'}`,
    )
  }
}

function* referenced(source: VerifiedSource, findings: FindingList): Generator<Buffer, boolean> {
  let bytes: Buffer
  try {
    bytes = readQuietly(source.path_hex === null ? source.path : Buffer.from(source.path_hex, 'hex'))
  } catch (error) {
    findings.add(
      'archive',
      `cannot be read: ${(error as Error).message} (the case was made with --reference)`,
    )
    return false
  }
  const now = hash('sha256', bytes)
  if (now !== source.sha256) {
    findings.add('archive', `the file has SHA-256 ${now}, not ${source.sha256 ?? 'any'}`)
    return false
  }
  const content = referencedContent(bytes, source.content_size)
  if (content === null) {
    findings.add('archive', 'the file is unchanged, but its content cannot be read by reference')
    return false
  }
  const contentNow = hash('sha256', content)
  if (contentNow !== source.content_sha256) {
    findings.add('bytes', `the content has SHA-256 ${contentNow}, not ${source.content_sha256 ?? 'any'}`)
  }
  yield content
  return true
}
