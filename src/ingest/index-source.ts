/** One source → its rows in the shard. Evidence trouble becomes problems; it never throws for what a file holds. */
import { createHash, hash, type Hash } from 'node:crypto'
import { ContentDecoder, type FoundRecord, type RecordSink, type Verdict } from '../decode/decode.js'
import { inflateWhole, isGzip, type Inflated } from '../decode/inflate.js'
import type { Limits } from '../decode/limits.js'
import type { BatchSource, SourceRow, StageTimes } from '../model/batch.js'
import type { Problem } from '../model/problem.js'
import type { Normaliser } from '../normalise/normalise.js'
import type { Shard } from '../store/shard.js'
import { gunzipped, HashedFile } from './hashed-file.js'
import { changedSince, closeFile, openForReading, readAll, type OpenFile } from './read-file.js'
import { PieceWriter } from './segments.js'

export interface SourceContext {
  readonly shard: Shard
  readonly normaliser: Normaliser
  readonly limits: Limits
  readonly reference: boolean
  readonly stages: StageTimes
}

type Facts = Pick<
  SourceRow,
  'sha256' | 'contentSize' | 'contentSha256' | 'storage' | 'gzipMembers' | 'trailingBytes'
>

const NO_FACTS: Facts = {
  sha256: null,
  contentSize: null,
  contentSha256: null,
  storage: 'none',
  gzipMembers: null,
  trailingBytes: null,
}

export async function indexSource(source: BatchSource, context: SourceContext): Promise<void> {
  const job = new SourceJob(source, context)
  let file: OpenFile
  try {
    file = openForReading(source.pathHex === undefined ? source.path : Buffer.from(source.pathHex, 'hex'))
  } catch (error) {
    job.reject('unreadable', (error as Error).message, NO_FACTS)
    return
  }
  try {
    if (!file.before.isFile()) job.reject('not-regular', 'no longer a regular file', NO_FACTS)
    else if (file.before.size > context.limits.wholeBytes) await job.stream(file)
    else if (!job.whole(file)) await job.stream(file)
  } catch (error) {
    if (!isReadError(error)) throw error
    job.reject('unreadable', (error as Error).message, NO_FACTS)
  } finally {
    closeFile(file)
  }
}

/** The input failed, not the shard: only the file's own reads use these calls. */
function isReadError(error: unknown): boolean {
  const { syscall, code } = error as { syscall?: string; code?: string }
  return (syscall === 'read' || syscall === 'fstat') && code !== 'ENOSPC'
}

class SourceJob implements RecordSink {
  readonly #source: BatchSource
  readonly #context: SourceContext
  readonly #decoder: ContentDecoder
  #problems: Problem[] = []
  #records = 0

  constructor(source: BatchSource, context: SourceContext) {
    this.#source = source
    this.#context = context
    this.#decoder = new ContentDecoder(this, context.limits)
  }

  record({ record, found, recordClass, index }: FoundRecord): void {
    const input = {
      record,
      text: found.text,
      offset: found.offset,
      length: found.length,
      index,
      insight: recordClass === 'insight',
    }
    const draft = this.#context.normaliser.normalise(input, this.#report)
    this.#context.shard.addEvent(draft, {
      sourceId: this.#source.id,
      offset: found.offset,
      length: found.length,
    })
    this.#records++
  }

  problem(problem: Problem): void {
    this.#problems.push(problem)
    // Only a file without any record is judged as a whole: from here on problems need not wait.
    if (this.#records > 0 && this.#problems.length > 1000) this.#writeProblems()
  }

  readonly #report = (problem: Problem): void => {
    this.problem(problem)
  }

  /** Reads a file in one piece. Returns false when its content is too large for that. */
  whole(file: OpenFile): boolean {
    const { limits, stages, reference } = this.#context
    let clock = performance.now()
    const lap = (stage: keyof StageTimes): void => {
      const now = performance.now()
      stages[stage] += now - clock
      clock = now
    }
    const bytes = readAll(file)
    lap('read')
    if (changedSince(file) || bytes.length !== file.before.size) {
      this.reject(
        'changed-during-read',
        'the file changed while it was read: index it again when it is complete',
        NO_FACTS,
      )
      return true
    }
    if (bytes.length === 0) {
      this.reject('empty', 'no bytes', { ...NO_FACTS, sha256: hash('sha256', bytes), contentSize: 0 })
      return true
    }
    const gzip = isGzip(bytes)
    const inflated = gzip ? inflateWhole(bytes, limits.wholeBytes) : plain(bytes)
    lap('inflate')
    if (inflated === null || isBomb(bytes.length, inflated.content.length, limits)) return false
    const sha256 = hash('sha256', bytes)
    const contentSha256 = gzip ? hash('sha256', inflated.content) : sha256
    lap('hash')
    this.#problems.push(...inflated.problems)
    this.#decoder.push(inflated.content, true)
    lap('records')
    const facts: Facts = {
      sha256,
      contentSha256,
      contentSize: inflated.content.length,
      storage: reference ? 'reference' : 'original',
      gzipMembers: gzip ? inflated.members : null,
      trailingBytes: gzip ? inflated.trailingBytes : null,
    }
    this.#finish(facts, (row) => this.#keepWhole(row, bytes, inflated, gzip))
    lap('store')
    return true
  }

  /** A sound .gz is kept as it is; a damaged one is kept too, and what could be read of it in pieces beside it. */
  #keepWhole(facts: Facts, bytes: Buffer, inflated: Inflated, gzip: boolean): Facts {
    if (facts.storage !== 'original') return facts
    const { shard } = this.#context
    const id = this.#source.id
    const sound = gzip && !inflated.problems.some((p) => p.kind !== 'multi-member-gzip')
    if (gzip) shard.addSegment(id, 0, sound ? inflated.content.length : 0, 'gzip', bytes)
    if (sound) return facts
    const pieces = new PieceWriter(shard, id)
    pieces.write(inflated.content)
    pieces.end()
    return gzip ? facts : { ...facts, storage: 'deflated' }
  }

  /** A file too large for memory: content goes by in pieces, and is kept in pieces. */
  async stream(file: OpenFile): Promise<void> {
    const { reference, shard } = this.#context
    const pieces = reference ? null : new PieceWriter(shard, this.#source.id)
    const input = new HashedFile(file)
    const gzip = input.startsWithGzip()
    const contentHash = createHash('sha256')
    const size = await this.#streamContent(input, gzip, contentHash, pieces)
    pieces?.end()
    if (changedSince(file))
      this.problem({ kind: 'changed-during-read', detail: 'the file changed while it was read' })
    const sha256 = input.digest()
    const contentSha256 = sha256 === null ? null : contentHash.digest('hex')
    const storage = reference ? 'reference' : 'deflated'
    this.#finish({
      sha256,
      contentSha256,
      contentSize: size,
      storage,
      gzipMembers: gzip ? 1 : null,
      trailingBytes: null,
    })
  }

  /** @returns bytes of content that were read. */
  async #streamContent(
    input: HashedFile,
    gzip: boolean,
    contentHash: Hash,
    pieces: PieceWriter | null,
  ): Promise<number> {
    let size = 0
    let wanted = true
    try {
      for await (const chunk of gzip ? gunzipped(input) : input.chunks()) {
        size += chunk.length
        if (this.#isOverLimit(size, input.bytesRead)) {
          const detail = `${size} bytes from ${input.bytesRead}: over the limit; the rest was not read`
          this.problem({ kind: 'too-large', detail, byteOffset: size - chunk.length })
          break
        }
        contentHash.update(chunk)
        wanted &&= this.#decoder.push(chunk, false)
        if (wanted) pieces?.write(chunk)
      }
    } catch (error) {
      this.#gzipDamage(error, size)
    }
    this.#decoder.push(Buffer.alloc(0), true)
    return size
  }

  #isOverLimit(size: number, read: number): boolean {
    const { maxContentBytes, bombBytes, maxRatio } = this.#context.limits
    return size > maxContentBytes || (size > bombBytes && size > read * maxRatio)
  }

  #gzipDamage(error: unknown, size: number): void {
    const code = (error as { code?: string }).code ?? ''
    if (!code.startsWith('Z_')) throw error
    const kind = code === 'Z_BUF_ERROR' ? 'truncated-gzip' : 'corrupt-gzip'
    this.problem({ kind, detail: (error as Error).message, byteOffset: size })
  }

  #finish(facts: Facts, keep: (facts: Facts) => Facts = (same) => same): void {
    const { verdict, unsupported, detail } = this.#decoder.verdict()
    if (verdict !== null) {
      this.#write(keep(facts), verdict, 'indexed')
      return
    }
    const nothing = { ...facts, storage: 'none' as const }
    if (unsupported)
      this.reject(
        'unsupported',
        `${detail}: not read by this version; convert it, then index the result`,
        nothing,
      )
    else if (this.#isDamagedLog()) this.#write(nothing, NO_VERDICT, 'rejected')
    else this.reject('unknown-shape', detail, nothing)
  }

  /** The damage is the finding, when the rest looks like what we read; of a text file it would be noise. */
  #isDamagedLog(): boolean {
    if (this.#problems.some((p) => p.kind.endsWith('-gzip') || p.kind === 'too-large')) return true
    return this.#decoder.startsLikeJson && this.#problems.some((p) => JSON_DAMAGE.has(p.kind))
  }

  /** Nothing of the file can be used: one problem says why, in place of what its parts gave. */
  reject(kind: Problem['kind'], detail: string, facts: Facts): void {
    this.#problems = [{ kind, detail, byteOffset: this.#problems[0]?.byteOffset }]
    this.#write(facts, NO_VERDICT, 'rejected')
  }

  #write(facts: Facts, verdict: Verdict, status: 'indexed' | 'rejected'): void {
    const { path, pathHex, id, size, mtimeMs, hints } = this.#source
    this.#writeProblems()
    this.#context.shard.addSource({
      ...facts,
      id,
      path,
      size,
      mtimeMs,
      hints,
      status,
      pathHex: pathHex ?? null,
      member: null,
      kind: verdict.kind,
      shape: verdict.shape === '' ? null : verdict.shape,
      records: verdict.values,
      events: this.#records,
      rejected: verdict.rejected,
    })
  }

  #writeProblems(): void {
    const { id, path } = this.#source
    for (const problem of this.#problems) this.#context.shard.addProblem(problem, { id, path, member: null })
    this.#problems = []
  }
}

const NO_VERDICT: Verdict = { shape: '', kind: 'other', values: 0, rejected: 0 }

const JSON_DAMAGE: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'truncated-json',
  'bad-json',
  'record-too-large',
])

function plain(content: Buffer): Inflated {
  return { content, problems: [], members: 0, trailingBytes: 0 }
}

function isBomb(size: number, contentSize: number, limits: Limits): boolean {
  return contentSize > limits.bombBytes && contentSize > size * limits.maxRatio
}
