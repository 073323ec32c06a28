/**
 * Recovers a batch whose worker died (out of memory, or killed by the system). Finds the offending source by bisection,
 * rejects it by name, and indexes the rest, in a separate thread so that no other batch dies with it.
 */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { BatchResult, BatchSource, BatchTask } from '../model/batch.js'
import type { ParsePool } from './pool.js'
import { unwrap } from './worker-failure.js'

export class Rescue {
  readonly #pool: Pick<ParsePool, 'alone'>
  /** One batch at a time, which also bounds memory. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(pool: Pick<ParsePool, 'alone'>) {
    this.#pool = pool
  }

  /** @throws errors that are not a source's fault: a full disk, a bug. */
  index(task: BatchTask): Promise<BatchResult> {
    const result = this.#last.then(() => this.#index(task))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #index(task: BatchTask): Promise<BatchResult> {
    // A thread holds two batches: this one may only have died with the other.
    const again = await this.#attempt(task, task.sources)
    if (!(again instanceof Death)) return again
    const fatal = new Map((await this.#fatalIn(task, task.sources, again)).map((one) => [one.id, one]))
    const sources = task.sources.map((source) => fatal.get(source.id) ?? source)
    const rest = await this.#attempt(task, sources)
    if (rest instanceof Death) throw rest.cause
    return rest
  }

  /** Sources that each kill a worker alone. @param death result of all of them together. */
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
      // A new load, since the values shipped to the lost shard are gone.
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

/** The worker exited or ran out of memory; other errors are not a source's fault. */
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

/** Messages of Piscina for an exited thread, and of V8 for an allocation that is too large. */
const DEATH =
  /^worker exited with code|^Array buffer allocation failed|^Invalid (?:string|array|typed array) length|^(?:Map|Set) maximum size exceeded/i

/** The passed bytes are lost with the worker: reads the member from its container again. */
function fromFile(source: BatchSource): BatchSource {
  const { member } = source
  if (member?.place.kind !== 'passed') return source
  return { ...source, member: { ...member, place: { kind: 'tar.gz', index: member.place.index } } }
}
