import type { AccessColumn, AggregateColumn, EventColumn, EventRow } from '../model/event.js'

/** Columns that can be requested: `resources` and the fields of other kinds become JSON text in text formats. */
export type RowColumn =
  EventColumn | AccessColumn | AggregateColumn | ObjectColumn | RecordColumn | 'kind' | 'digest_state'

/** Objects and lists; JSON formats omit those that a row does not have. */
export type ObjectColumn = 'resources' | 'access_log' | 'aggregate'

/** Parts of the record: exact JSON text. */
export type RecordColumn = 'request_parameters' | 'response_elements'

export interface SinkOptions {
  readonly isTerminal: boolean
  /** Columns of the terminal; 0 if unknown. */
  readonly width: number
  /** Of a terminal's table: what all rows have in common goes above it, and IDs are cut to what identifies them. */
  readonly isFolded?: boolean
}

/** Takes rows one by one. If write() returns a promise, wait for it before the next row. */
export interface RowSink {
  write(row: EventRow): void | Promise<void>
  end(): void | Promise<void>
}

const CHUNK_CHARACTERS = 64 * 1024

/** Node's codes for a closed pipe, depending on when it is noticed. */
const READER_GONE = new Set([
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_WRITE_AFTER_END',
])

/**
 * Collects text into chunks for a stream that it does not own. Waits for every chunk even if the stream has room: Node
 * reports a closed pipe only between turns of the event loop, so a loop that never waits would write forever.
 */
export class LineWriter {
  readonly #out: NodeJS.WritableStream
  #held = ''
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
    out.on('error', this.#fail)
    out.on('close', this.#closed)
  }

  /** A promise if a chunk was written; it rejects with EPIPE if the reader is gone. */
  write(text: string): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#held += text
    return this.#held.length < CHUNK_CHARACTERS ? undefined : this.#flush()
  }

  /** Resolves when the stream has taken everything. Keeps listening after a failure, since Node reports it twice. */
  async end(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await this.#flush()
    this.#out.off('error', this.#fail)
    this.#out.off('close', this.#closed)
  }

  /** Waits for the write callback, not for `drain`: it is also called when the write fails. */
  #flush(): Promise<void> {
    const text = this.#held
    this.#held = ''
    return new Promise((resolve, reject) => {
      const settle = (error?: Error | null) => {
        if (error) this.#fail(error)
        if (this.#failure === undefined) resolve()
        else reject(this.#failure)
      }
      this.#wake = settle
      this.#out.write(text, settle)
    })
  }

  readonly #fail = (error: Error): void => {
    this.#failure ??= asReaderGone(error)
    this.#wake?.()
  }

  readonly #closed = (): void => {
    this.#fail(Object.assign(new Error('the output was closed'), { code: 'EPIPE' }))
  }
}

function asReaderGone(error: Error & { code?: string }): Error {
  if (error.code === 'EPIPE' || !READER_GONE.has(error.code ?? '')) return error
  return Object.assign(new Error('the output was closed', { cause: error }), { code: 'EPIPE' })
}
