import type { AccessColumn, AggregateColumn, EventColumn, EventRow } from '../model/event.js'

/** What can be asked for as a column: `resources` and the fields of other kinds become JSON text where a format has only text. */
export type RowColumn = EventColumn | AccessColumn | AggregateColumn | ObjectColumn | 'kind' | 'digest_state'

/** Objects and lists; the JSON formats leave out those that a row does not have. */
export type ObjectColumn = 'resources' | 'access_log' | 'aggregate'

export interface SinkOptions {
  readonly isTerminal: boolean
  /** Columns of the terminal; 0 when unknown. */
  readonly width: number
}

/** Takes rows one by one. Wait for what it returns, when it returns a promise, before the next row. */
export interface RowSink {
  write(row: EventRow): void | Promise<void>
  end(): void | Promise<void>
}

const CHUNK_CHARACTERS = 64 * 1024

/** What Node calls a reader that went away, depending on when it is noticed. */
const READER_GONE = new Set([
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_WRITE_AFTER_END',
])

/**
 * Collects text into chunks for a stream that it neither owns nor ends. Every chunk is waited for, also when the stream
 * has room: Node tells of a closed pipe between two turns only, and a loop that never waits would write on for ever.
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

  /** A promise when a chunk went out; it rejects with code EPIPE when nobody reads any more. */
  write(text: string): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#held += text
    return this.#held.length < CHUNK_CHARACTERS ? undefined : this.#flush()
  }

  /** Resolves when the stream has taken everything. After a failure we keep listening: Node tells it twice. */
  async end(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await this.#flush()
    this.#out.off('error', this.#fail)
    this.#out.off('close', this.#closed)
  }

  /** The write callback, not `drain`, ends the wait: it is also called when the write fails. */
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
