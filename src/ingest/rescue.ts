/**
 * A batch whose worker died: out of memory, or ended by the system. One source is to blame; it is found by halves, is rejected by name,
 * and the rest is indexed. All of it goes through a thread of its own, so that no other batch dies with it.
 */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { BatchResult, BatchSource, BatchTask } from '../model/batch.js'
import type { ParsePool } from './pool.js'
import { unwrap } from './worker-failure.js'

export class Rescue {
  readonly #pool: Pick<ParsePool, 'alone'>
  /** One batch at a time: that bounds the memory, too. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(pool: Pick<ParsePool, 'alone'>) {
    this.#pool = pool
  }

  /** @throws what is no fault of a source: a full disk, a bug. */
  index(task: BatchTask): Promise<BatchResult> {
    const result = this.#last.then(() => this.#index(task))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #index(task: BatchTask): Promise<BatchResult> {
    // A thread holds two batches: perhaps this is the one that only died with the other.
    const again = await this.#attempt(task, task.sources)
    if (!(again instanceof Death)) return again
    const fatal = new Map((await this.#fatalIn(task, task.sources, again)).map((one) => [one.id, one]))
    const sources = task.sources.map((source) => fatal.get(source.id) ?? source)
    const rest = await this.#attempt(task, sources)
    if (rest instanceof Death) throw rest.cause
    return rest
  }

  /** Those of which each kills a worker alone. @param death what all of them together did. */
  async #fatalIn(task: BatchTask, sources: readonly BatchSource[], death: Death): Promise<BatchSource[]> {
    const [only] = sources
    if (sources.length === 1 && only !== undefined) return [{ ...only, fatal: death.message }]
    const fatal: BatchSource[] = []
    const middle = Math.ceil(sources.length / 2)
    for (const half of [sources.slice(0, middle), sources.slice(middle)]) {
      const result = await this.#attempt(task, half)
      if (result instanceof Death) fatal.push(...(await this.#fatalIn(task, half, result)))
    }
    return fatal
  }

  async #attempt(task: BatchTask, sources: readonly BatchSource[]): Promise<BatchResult | Death> {
    rmSync(task.shardPath, { force: true })
    try {
      // A load of its own: what was shipped to this shard before went with it.
      return unwrap(await this.#pool.alone({ ...task, load: randomUUID(), sources: sources.map(fromFile) }))
    } catch (error) {
      if (!isDeath(error)) throw error
      return new Death(error)
    }
  }
}

class Death {
  readonly cause: Error
  constructor(cause: Error) {
    this.cause = cause
  }

  get message(): string {
    return `reading it ended the worker, and it was left out: ${this.cause.message}`
  }
}

/** The worker is gone, or could not go on for want of memory; anything else is not the fault of a source. */
export function isDeath(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code = '', message } = error as Error & { code?: string }
  return DEATH_CODES.has(code) || DEATH.test(message)
}

const DEATH_CODES: ReadonlySet<string> = new Set([
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_WORKER_INIT_FAILED',
  'ERR_STRING_TOO_LONG',
  'ERR_BUFFER_TOO_LARGE',
  'ERR_MEMORY_ALLOCATION_FAILED',
])

/** Piscina's words for a thread that exited, and V8's for what does not fit. */
const DEATH =
  /^worker exited with code|^Array buffer allocation failed|^Invalid (?:string|array|typed array) length|^(?:Map|Set) maximum size exceeded/i

/** The bytes that were passed on went with the worker: the member is read from its container again. */
function fromFile(source: BatchSource): BatchSource {
  const { member } = source
  if (member?.place.kind !== 'passed') return source
  return { ...source, member: { ...member, place: { kind: 'tar.gz', index: member.place.index } } }
}
