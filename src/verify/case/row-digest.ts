/** Makes the digest of a source's rows again, as store/shard.ts made it when the source was indexed. */
import { createHash } from 'node:crypto'
import type { EventRow, SourceRow } from './source-rows.js'

export interface ProblemRow {
  readonly kind: string
  readonly byte_offset: number | null
  readonly byte_length: number | null
}

export class RowDigest {
  readonly #hash = createHash('sha256')
  #text = ''

  row(row: SourceRow): void {
    if (row.kind === 'access') this.#add(`access ${row.offset} ${row.length}\n`)
    else if (row.kind === 'aggregate') this.#add(`aggregate ${row.offset} ${row.length} ${row.counts}\n`)
    else this.#add(eventLine(row))
  }

  problem({ kind, byte_offset, byte_length }: ProblemRow): void {
    this.#add(`problem ${kind} ${byte_offset ?? ''} ${byte_length ?? ''}\n`)
  }

  digest(): string {
    return this.#hash.update(this.#text).digest('hex')
  }

  #add(line: string): void {
    this.#text += line
    if (this.#text.length < 16_384) return
    this.#hash.update(this.#text)
    this.#text = ''
  }
}

function eventLine(row: EventRow): string {
  const { offset, length, time, action, place, identity, origin, outcome, flags } = row
  const ids = `${action} ${place} ${identity} ${origin} ${outcome}`
  const texts = `${row.event_id} ${String(row.request_id)} ${String(row.shared_event_id)}`
  return `${offset} ${length} ${String(time)} ${ids} ${flags} ${texts}${row.uses ?? ''}\n`
}
