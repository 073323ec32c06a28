/**
 * Digest over the rows of a source in the order they were made. Computed when indexing, and again by `verify`.
 * Independent of path, run and row numbers: equal content has an equal digest in every case.
 */
import { createHash, type Hash } from 'node:crypto'
import type { Entry, ResourceUse, SqlValue } from '../model/dictionary.js'

/** Location of a record's bytes. */
export interface Place {
  readonly sourceId: number
  readonly offset: number
  readonly length: number
  /** Path to a wrapped record; null if it is the value itself. */
  readonly locator: string | null
}

/** A shared value of an event, by ID, also as text. */
type Shared = Pick<Entry, 'id' | 'label'>

/** The parts of an event covered by the digest, from an `EventDraft` or from the columns of its row. */
export interface DigestedEvent {
  readonly eventTimeMs: number | null
  readonly action: Shared
  readonly place: Shared
  readonly identity: Shared
  readonly address: Shared
  readonly client: Shared
  readonly outcome: Shared
  readonly flags: number
  readonly eventId: string
  readonly requestId: string | null
  readonly sharedEventId: string | null
  readonly bytesIn: number | null
  readonly bytesOut: number | null
  readonly targetUse: number | null
}

export interface DigestedProblem {
  readonly kind: string
  readonly byteOffset?: number | null | undefined
  readonly byteLength?: number | null | undefined
}

type DigestedPlace = Omit<Place, 'sourceId'>

/** Rows are hashed in chunks of many kB: a call per row would cost more than the hashing. */
const PIECE_BYTES = 64 * 1024

export class RowDigest {
  #hash: Hash = createHash('sha256')
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #used = 0

  /** @param uses ` resource.role` for each use, sorted by both. */
  event({ offset, length, locator }: DigestedPlace, row: DigestedEvent, uses: string): void {
    const ids = `${row.action.label} ${row.place.label} ${row.identity.label} ${row.address.label} ${row.client.label} ${row.outcome.label}`
    const texts = `${row.eventId} ${row.requestId} ${row.sharedEventId}`
    const { bytesIn, bytesOut } = row
    const bytes = bytesIn === null && bytesOut === null ? '' : ` ${bytesIn}/${bytesOut}`
    const where = locator === null ? '' : ` ${locator}`
    this.#add(
      `${offset} ${length} ${row.eventTimeMs} ${ids} ${row.flags} ${texts}${bytes} ${row.targetUse}${uses}${where}\n`,
    )
  }

  problem({ kind, byteOffset, byteLength }: DigestedProblem): void {
    this.#add(`problem ${kind} ${byteOffset ?? ''} ${byteLength ?? ''}\n`)
  }

  /** @param values the fields of the line in table order. None can contain a line end. */
  accessLine({ offset, length }: Omit<DigestedPlace, 'locator'>, values: readonly SqlValue[]): void {
    this.#add(`access ${offset} ${length}\n${values.join('\n')}\n`)
  }

  aggregate({ offset, length, locator }: DigestedPlace, counts: readonly (readonly SqlValue[])[]): void {
    this.#add(`aggregate ${offset} ${length} ${locator} ${JSON.stringify(counts)}\n`)
  }

  /** Digest of the rows since the last call. */
  take(): string {
    this.#hashPiece()
    const digest = this.#hash.digest('hex')
    this.#hash = createHash('sha256')
    return digest
  }

  #add(row: string): void {
    const most = row.length * 3
    if (this.#used + most > PIECE_BYTES) this.#hashPiece()
    if (most > PIECE_BYTES) this.#hash.update(row)
    else this.#used += this.#piece.write(row, this.#used)
  }

  #hashPiece(): void {
    this.#hash.update(this.#piece.subarray(0, this.#used))
    this.#used = 0
  }
}

/** The uses of an event as covered by the digest. */
export function usesText(resources: readonly ResourceUse[]): string {
  let uses = ''
  for (const { resource, role } of resources) uses += ` ${resource.label}.${role}`
  return uses
}
