/** Reads the digests of a case from the stored bytes, and hashes them again. */
import { hash } from 'node:crypto'
import type { Connection } from '../../store/open.js'
import { RecordReader } from '../../store/record-reader.js'
import { deliveredName, readTrailName } from '../../model/trail-name.js'
import { parseDigest, type Digest, type DigestHeader } from './digest-file.js'
import { eachSource, pathOf, type SourceFacts } from './source-lookup.js'

export interface DigestFile {
  readonly source: SourceFacts
  readonly path: string
  readonly place: string | null
  readonly name: string
  /** Of the content as read now. */
  readonly sha256: string
  /** null if the file is not a digest. */
  readonly header: DigestHeader | null
  /** Why it is not. */
  readonly problem: string | null
}

const NAMED_DIGEST =
  "(kind = 'digest' OR path LIKE '%CloudTrail-Digest%' OR member LIKE '%CloudTrail-Digest%')"

/** A digest of a very busy hour has a few MB. */
const MAX_DIGEST_BYTES = 256 * 1024 * 1024

export class DigestReader {
  readonly #db: Connection
  readonly #reader: RecordReader

  constructor(db: Connection) {
    this.#db = db
    this.#reader = new RecordReader(db)
  }

  /** Every file that is a digest or has the name of one. */
  readAll(): DigestFile[] {
    const files: DigestFile[] = []
    for (const page of eachSource(this.#db, NAMED_DIGEST)) {
      for (const source of page) {
        const path = pathOf(source)
        const named = deliveredName(path)
        if (source.kind === 'digest' || readTrailName(path)?.family === 'CloudTrail-Digest')
          files.push({ ...this.#head(source), ...named, path, source })
      }
    }
    return files
  }

  #head(source: SourceFacts): Pick<DigestFile, 'sha256' | 'header' | 'problem'> {
    if (source.kind !== 'digest') {
      return { sha256: source.content_sha256 ?? '', header: null, problem: whyNoDigest(source) }
    }
    const content = this.content(source)
    if (typeof content === 'string') return { sha256: '', header: null, problem: content }
    const digest = parseDigest(content)
    const sha256 = hash('sha256', content)
    if (typeof digest === 'string') return { sha256, header: null, problem: `invalid format (${digest})` }
    return { sha256, header: digest.header, problem: null }
  }

  /** Reads it again, with its list of log files. */
  read(source: SourceFacts): Digest | null {
    const content = this.content(source)
    const digest = typeof content === 'string' ? content : parseDigest(content)
    return typeof digest === 'string' ? null : digest
  }

  /** @returns a text if there are no bytes. */
  content(source: SourceFacts): Buffer | string {
    const size = source.content_size ?? 0
    if (size > MAX_DIGEST_BYTES) return `invalid format (${size} bytes are too many for a digest)`
    try {
      return this.#reader.read(source.duplicate_of ?? source.id, 0, size)
    } catch (error) {
      return `its bytes cannot be read: ${(error as Error).message}`
    }
  }
}

function whyNoDigest({ sha256, size, kind }: SourceFacts): string {
  if (sha256 === null) return 'the file is there, but could not be read'
  if (size === 0) return 'invalid format (the file is empty)'
  return kind === 'trail'
    ? 'invalid format (a log file, not a digest)'
    : 'invalid format (not a digest, or damaged)'
}
