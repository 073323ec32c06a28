/**
 * Reads the exact bytes of a record from the case's segments, or from the archive if the case was made with
 * --reference.
 */
import { hash } from 'node:crypto'
import { CaseError, damagedCase, EXIT } from '../model/case-error.js'
import { parseLocator } from '../model/locator.js'
import { TextTree } from '../model/text-tree.js'
import { inflateSegment, type StoredSegment } from './inflate-segment.js'
import { readQuietly } from './open-noatime.js'
import type { Connection } from './connection.js'
import { referencedContent } from './referenced-content.js'

/** Columns by which a record is found. */
export interface RecordPlace {
  readonly source_id: number
  readonly record_offset: number
  readonly record_length: number
  /** Location inside the outer value; null if the record is that value. */
  readonly locator: string | null
}

interface Source {
  readonly path: string
  readonly path_hex: string | null
  readonly sha256: string | null
  readonly content_size: number | null
  readonly storage: string
}

/** Cache of inflated pieces: records of one file are usually read together. */
const CACHE_BYTES = 96 * 1024 * 1024

export class RecordReader {
  readonly #db: Connection
  readonly #cache = new Map<string, Buffer>()
  #cachedBytes = 0
  #outer: { readonly key: string; readonly tree: TextTree } | undefined
  readonly #segments
  readonly #bytes
  readonly #source

  constructor(db: Connection) {
    this.#db = db
    this.#segments = this.#db.prepare<[number, number, number]>(
      `SELECT rowid, content_offset, content_length, encoding FROM segment
       WHERE source_id = ? AND content_offset < ? AND content_offset + content_length > ? ORDER BY content_offset`,
    )
    this.#bytes = this.#db.prepare<[number]>('SELECT bytes FROM segment WHERE rowid = ?')
    this.#source = this.#db.prepare<[number]>(
      'SELECT path, path_hex, sha256, content_size, storage FROM source WHERE id = ?',
    )
  }

  /** @throws CaseError exit 12 if the bytes are unavailable or not those that were indexed. */
  read(sourceId: number, offset: number, length: number, locator: string | null = null): Buffer {
    if (!isPlace(offset, length)) {
      throw damagedCase(`a record of source ${sourceId} has no place: ${length} bytes at ${offset}`)
    }
    const outer = (): Buffer => this.#bytesAt(sourceId, offset, length)
    return locator === null ? outer() : this.#wrapped(`${sourceId}:${offset}:${length}`, outer, locator)
  }

  readAt({ source_id, record_offset, record_length, locator }: RecordPlace): Buffer {
    return this.read(source_id, record_offset, record_length, locator)
  }

  /** Caches the outer value, whose records are usually read together. */
  #wrapped(key: string, outer: () => Buffer, locator: string): Buffer {
    if (this.#outer?.key !== key) this.#outer = { key, tree: TextTree.ofBytes(outer()) }
    const steps = parseLocator(locator)
    const found = steps === null ? undefined : this.#outer.tree.at(steps)
    if (found === undefined) {
      throw new CaseError(`there is no record at ${locator} of the stored value`, {
        exit: EXIT.verificationFailed,
      })
    }
    return found.content()
  }

  #bytesAt(sourceId: number, offset: number, length: number): Buffer {
    const pieces = this.#segments.all(sourceId, offset + length, offset) as StoredSegment[]
    if (pieces.length === 0) return slice(this.#referenced(sourceId), offset, length, sourceId)
    const first = pieces[0] as StoredSegment
    const content = pieces.map((piece) => this.#inflate(piece))
    const joined = content.length === 1 ? (content[0] as Buffer) : Buffer.concat(content)
    return slice(joined, offset - first.content_offset, length, sourceId)
  }

  #inflate(segment: StoredSegment): Buffer {
    return this.#cached(`s${segment.rowid}`, () => {
      const { bytes } = this.#bytes.get(segment.rowid) as { bytes: unknown }
      return inflateSegment(segment, bytes)
    })
  }

  /** `--reference`: the file must still exist and be unchanged. */
  #referenced(sourceId: number): Buffer {
    return this.#cached(`f${sourceId}`, () => {
      const source = this.#source.get(sourceId) as Source | undefined
      if (source === undefined || source.storage !== 'reference') {
        throw new CaseError(`the case holds no bytes of source ${sourceId}`, {
          exit: EXIT.verificationFailed,
        })
      }
      const path = source.path_hex === null ? source.path : Buffer.from(source.path_hex, 'hex')
      let bytes: Buffer
      try {
        bytes = readQuietly(path)
      } catch (error) {
        throw new CaseError(`cannot read ${source.path}: ${(error as Error).message}`, {
          exit: EXIT.verificationFailed,
          hint: 'the case was made with --reference: put the archive back where it was',
          cause: error,
        })
      }
      if (hash('sha256', bytes) !== source.sha256) {
        throw new CaseError(`${source.path} is not the file that was indexed: its SHA-256 differs`, {
          exit: EXIT.verificationFailed,
        })
      }
      const content = referencedContent(bytes, source.content_size)
      if (content !== null) return content
      throw new CaseError(`cannot read the content of ${source.path} by reference`, {
        exit: EXIT.verificationFailed,
        hint: 'index it into a case without --reference',
      })
    })
  }

  #cached(key: string, make: () => Buffer): Buffer {
    const known = this.#cache.get(key)
    if (known !== undefined) {
      this.#cache.delete(key)
      this.#cache.set(key, known)
      return known
    }
    const made = make()
    this.#cache.set(key, made)
    this.#cachedBytes += made.length
    for (const [oldest, buffer] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES || oldest === key) break
      this.#cache.delete(oldest)
      this.#cachedBytes -= buffer.length
    }
    return made
  }
}

/** In a hostile case a column can contain anything. No record is empty. */
function isPlace(offset: number, length: number): boolean {
  return Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length > 0
}

function slice(content: Buffer, offset: number, length: number, sourceId: number): Buffer {
  if (offset < 0 || offset + length > content.length) {
    throw new CaseError(`source ${sourceId} is shorter than its record's place`, {
      exit: EXIT.verificationFailed,
    })
  }
  return content.subarray(offset, offset + length)
}
