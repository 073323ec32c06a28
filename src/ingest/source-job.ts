/** One source → its rows in the shard. Damaged evidence becomes problems; nothing in a file makes it throw. */
import { createHash, hash, type Hash } from 'node:crypto'
import {
  ContentDecoder,
  type AccessLine,
  type FoundAggregate,
  type FoundNotice,
  type FoundRecord,
  type RecordSink,
  type Verdict,
} from '../decode/decode.js'
import { AlikeProblems } from '../decode/alike-problems.js'
import { inflateNested, isGzip, type Inflated } from '../model/inflate.js'
import { isUtf16, toUtf8 } from '../decode/utf16.js'
import { repairQuotes, type Repairs } from '../decode/repair-quotes.js'
import { isOverLimit } from '../decode/limits.js'
import { emptyMarker, neighbourByName, type Neighbour } from '../decode/neighbours.js'
import type { BatchSource, SourceRow } from '../model/batch.js'
import { FLAG } from '../model/dictionary.js'
import type { Problem } from '../model/problem.js'
import { readTrailName } from '../model/trail-name.js'
import { aggregateRows } from '../normalise/aggregate.js'
import { holdsTar, wholeContainerKind, type ContainerKind } from './containers/kind.js'
import { MemberDamage } from './containers/member-damage.js'
import { NO_FACTS, type Facts } from './facts.js'
import { STREAM_DAMAGE, TEXT_DAMAGE } from './damage-kinds.js'
import { HashedInput } from './hashed-file.js'
import type { Input } from './input.js'
import { NestedGzip, OverLimit } from './nested-gzip.js'
import { PieceWriter } from './segments.js'
import type { SourceContext } from './source-context.js'
import { stopwatch } from './stopwatch.js'
import { whatToDo } from './unsupported.js'

/** What is to be done with a source after its bytes were looked at. */
export type Outcome = 'done' | 'stream' | ContainerKind

export class SourceJob implements RecordSink {
  readonly #source: BatchSource
  readonly #context: SourceContext
  readonly #decoder: ContentDecoder
  #repairs: Repairs | null = null
  #problems: Problem[] = []
  readonly #alike = new AlikeProblems((problem) => {
    this.#problems.push(problem)
    // Only a file without any record is judged as a whole, so from here on problems need not wait.
    if (this.#records > 0 && this.#problems.length > 1000) this.#writeProblems()
  })
  #records = 0

  constructor(source: BatchSource, context: SourceContext) {
    this.#source = source
    this.#context = context
    this.#decoder = new ContentDecoder(this, context.limits)
  }

  record(found: FoundRecord): boolean {
    const { record, text, offset, length, locator, recordClass, reduced, index, envelopeTime } = found
    const insight = recordClass === 'insight'
    const lenient = this.#repairs?.touches(offset, length) === true
    const flags = (reduced ? FLAG.reduced : 0) | (lenient ? FLAG.lenient : 0)
    const draft = this.#context.normaliser.normalise(
      { record, text, offset, length, index, insight, flags, envelopeTime },
      this.#report,
    )
    this.#context.shard.addEvent(draft, { sourceId: this.#source.id, offset, length, locator })
    this.#records++
    return (draft.flags & FLAG.tooDeep) !== 0
  }

  aggregate(found: FoundAggregate): void {
    const { offset, length, locator } = found
    const place = { sourceId: this.#source.id, offset, length, locator }
    this.#context.shard.addAggregate(aggregateRows(found, this.#report), place)
  }

  accessLine({ values, offset, length }: AccessLine): void {
    const { shard, accessNormaliser } = this.#context
    shard.addAccessLine(accessNormaliser.normalise(values), { sourceId: this.#source.id, offset, length })
  }

  notice(notice: FoundNotice): void {
    this.#context.shard.addNotice(notice, this.#source.id)
  }

  problem(problem: Problem): void {
    this.#alike.add(problem)
  }

  readonly #report = (problem: Problem): void => {
    this.problem(problem)
  }

  /** Reads an input in one piece, if possible. */
  whole(input: Input): Outcome {
    const { limits } = this.#context
    const lap = stopwatch(this.#context.stages)
    const bytes = input.whole()
    lap('read')
    if (bytes === null) return 'stream'
    if (input.changed() || bytes.length !== input.size) {
      this.#changed()
      return 'done'
    }
    if (bytes.length === 0) {
      const facts = { ...NO_FACTS, sha256: hash('sha256', bytes), contentSize: 0 }
      const family = emptyMarker(this.#source.member?.name ?? this.#source.path)
      if (family === undefined) this.reject('empty', 'no bytes', facts)
      else this.#neighbour({ family, isMissing: false }, facts)
      return 'done'
    }
    const gzip = isGzip(bytes)
    const isMember = this.#source.member !== undefined
    const container = isMember ? null : wholeContainerKind(bytes)
    if (container !== null) return container
    const inflated = gzip
      ? inflateNested(bytes, limits.wholeBytes)
      : { content: bytes, problems: [], members: 0, trailingBytes: 0 }
    lap('inflate')
    if (inflated === null || isOverLimit(inflated.content.length, bytes.length, limits)) return 'stream'
    // A container inside a container is not opened, since bombs are nested.
    if (gzip && !isMember && holdsTar(inflated.content)) return 'tar.gz'
    const sha256 = hash('sha256', bytes)
    const contentSha256 = gzip ? hash('sha256', inflated.content) : sha256
    lap('hash')
    this.#problems.push(...inflated.problems)
    this.#memberDamage(input)
    const text = this.#text(inflated.content)
    this.#decoder.push(this.#lenient(text), true)
    lap('records')
    const facts = this.#facts(inflated, gzip, { sha256, contentSha256 })
    this.#finish(facts, (row) => this.#keepWhole(row, bytes, { ...inflated, content: text }, gzip))
    lap('store')
    return 'done'
  }

  #changed(): void {
    this.reject(
      'changed-during-read',
      'the file changed while it was read: index it again when it is complete',
      NO_FACTS,
    )
  }

  #facts(inflated: Inflated, gzip: boolean, hashes: Pick<Facts, 'sha256' | 'contentSha256'>): Facts {
    return {
      ...hashes,
      contentSize: inflated.content.length,
      storage: this.#isReference ? 'reference' : 'original',
      gzipMembers: gzip ? inflated.members : null,
      trailingBytes: gzip ? inflated.trailingBytes : null,
    }
  }

  /** Members are stored even then: reading them from the container is expensive. */
  get #isReference(): boolean {
    return this.#context.reference && this.#source.member === undefined
  }

  /** Converts UTF-16 to UTF-8: from here on offsets count its bytes. */
  #text(content: Buffer): Buffer {
    if (!isUtf16(content)) return content
    this.problem({ kind: 'utf-16', detail: 'UTF-16 text: offsets count bytes of its UTF-8 conversion' })
    return toUtf8(content)
  }

  #lenient(content: Buffer): Buffer {
    if (!this.#context.lenient) return content
    this.#repairs = repairQuotes(content, this.#context.limits)
    return this.#repairs?.content ?? content
  }

  /** An intact .gz is stored as is; a damaged one too, with its readable content in pieces next to it. */
  #keepWhole(facts: Facts, bytes: Buffer, inflated: Inflated, gzip: boolean): Facts {
    const converted = this.#problems.some((p) => p.kind === 'utf-16')
    if (facts.storage !== 'original' && !converted) return facts
    const { shard } = this.#context
    const id = this.#source.id
    const sound = gzip && !converted && !inflated.problems.some((p) => p.kind !== 'multi-member-gzip')
    if (gzip) shard.addSegment(id, 0, sound ? inflated.content.length : 0, 'gzip', bytes)
    if (sound) return facts
    const pieces = new PieceWriter(shard, id)
    pieces.write(inflated.content)
    pieces.end()
    const kept = gzip ? facts : { ...facts, storage: 'deflated' as const }
    if (!converted) return kept
    const { length } = inflated.content
    return { ...kept, contentSize: length, contentSha256: hash('sha256', inflated.content) }
  }

  /** An input too large for memory: content is streamed and stored in pieces. */
  async stream(input: Input): Promise<void> {
    const { shard } = this.#context
    const pieces = this.#isReference ? null : new PieceWriter(shard, this.#source.id)
    const hashed = new HashedInput(input)
    const contentHash = createHash('sha256')
    const { size, gzip } = await this.#streamContent(hashed, contentHash, pieces)
    pieces?.end()
    if (input.changed())
      this.problem({ kind: 'changed-during-read', detail: 'the file changed while it was read' })
    const sha256 = await this.#digest(hashed)
    this.#memberDamage(input)
    this.#finish({
      sha256,
      // Also for a damaged member: verify compares what was stored of it.
      contentSha256: contentHash.digest('hex'),
      contentSize: size,
      storage: this.#isReference ? 'reference' : 'deflated',
      gzipMembers: gzip?.members ?? null,
      trailingBytes: gzip?.trailingBytes ?? null,
    })
  }

  async #digest(input: HashedInput): Promise<string | null> {
    try {
      return await input.digest()
    } catch (error) {
      if (error instanceof MemberDamage) return null
      throw error
    }
  }

  /** @returns bytes of content read. */
  async #streamContent(
    input: HashedInput,
    contentHash: Hash,
    pieces: PieceWriter | null,
  ): Promise<{ size: number; gzip: NestedGzip | null }> {
    const { limits } = this.#context
    const lap = stopwatch(this.#context.stages)
    const isOver = (reached: number): boolean => isOverLimit(reached, input.bytesRead, limits)
    let size = 0
    let gzip: NestedGzip | null = null
    let wanted = true
    try {
      if (isGzip(await input.peek())) gzip = new NestedGzip(input.chunks(), isOver, () => input.again())
      for await (const chunk of gzip?.content() ?? input.chunks()) {
        lap(gzip === null ? 'read' : 'inflate')
        if (isOver(size + chunk.length)) throw new OverLimit(`${size + chunk.length} bytes`)
        size += chunk.length
        contentHash.update(chunk)
        lap('hash')
        wanted &&= this.#decoder.push(chunk, false)
        lap('records')
        if (wanted) pieces?.write(chunk)
        lap('store')
      }
    } catch (error) {
      this.#streamDamage(error, size, input.bytesRead)
    }
    for (const problem of gzip?.problems ?? []) this.problem(problem)
    this.#decoder.push(Buffer.alloc(0), true)
    return { size, gzip }
  }

  #streamDamage(error: unknown, byteOffset: number, read: number): void {
    const { code = '', message } = error as Error & { code?: string }
    if (error instanceof OverLimit) {
      const detail = `${message} from ${read}: over the limit; the rest was not read`
      this.problem({ kind: 'too-large', detail, byteOffset })
    } else if (error instanceof MemberDamage)
      this.problem({ kind: 'bad-member', detail: message, byteOffset })
    else if (!code.startsWith('Z_')) throw error
    else {
      const kind = code === 'Z_BUF_ERROR' ? 'truncated-gzip' : 'corrupt-gzip'
      this.problem({ kind, detail: message, byteOffset })
    }
  }

  #memberDamage(input: Input): void {
    const detail = input.damage()
    if (detail !== null) this.problem({ kind: 'bad-member', detail })
  }

  #finish(facts: Facts, keep: (facts: Facts) => Facts = (same) => same): void {
    const { endedEarly } = this.#decoder
    const { verdict, unsupported, detail, neighbour } = this.#decoder.verdict()
    this.#alike.end()
    if (verdict !== null) {
      if (endedEarly !== null) this.problem({ kind: 'too-large', detail: endedEarly })
      this.#write(keep(facts), verdict, 'indexed')
      return
    }
    const nothing = { ...facts, storage: 'none' as const }
    // The finding is the limit, regardless of the part that was read.
    const overLimit = this.#problems.some((p) => p.kind === 'too-large')
    if (endedEarly !== null) this.reject('too-large', endedEarly, nothing)
    else if (neighbour !== undefined && !overLimit) this.#neighbour(neighbour, nothing)
    else if (unsupported && !overLimit) this.reject('unsupported', whatToDo(detail), nothing)
    else if (this.#isDamagedLog()) this.#write(nothing, NO_VERDICT, 'rejected')
    else {
      const named = neighbourByName(this.#source.member?.name ?? this.#source.path)
      if (named === undefined) this.reject('unknown-shape', detail, nothing)
      else this.#neighbour(named, nothing)
    }
  }

  /** Its bytes are not stored. If it replaces evidence, it is rejected. */
  #neighbour({ family, isMissing }: Neighbour, facts: Facts): void {
    if (isMissing) {
      this.reject('not-downloaded', family, facts)
      return
    }
    // Its name is that of a delivered file: what was in it is gone.
    if (readTrailName(this.#source.member?.name ?? this.#source.path) !== null) {
      this.reject('unknown-shape', `${family}, under the name of a delivered file`, facts)
      return
    }
    this.#problems = [{ kind: 'neighbour', detail: family }]
    this.#write(facts, { ...NO_VERDICT, shape: family }, 'neighbour')
  }

  /** Damage is the finding if the rest looks like a known format; in other text it would be noise. */
  #isDamagedLog(): boolean {
    if (this.#problems.some((p) => STREAM_DAMAGE.has(p.kind))) return true
    return this.#decoder.startsLikeLog && this.#problems.some((p) => TEXT_DAMAGE.has(p.kind))
  }

  /** The file is unusable: one problem with the reason replaces those of its parts. */
  reject(kind: Problem['kind'], detail: string, facts: Facts): void {
    this.#problems = [{ kind, detail, byteOffset: this.#problems[0]?.byteOffset }]
    this.#write(facts, NO_VERDICT, 'rejected')
  }

  #write(facts: Facts, verdict: Verdict, status: SourceRow['status']): void {
    const { path, pathHex, id, size, mtimeMs, hints, member } = this.#source
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
      member: member?.name ?? null,
      containerSha256: member?.containerSha256 ?? null,
      kind: verdict.kind,
      shape: verdict.shape === '' ? null : verdict.shape,
      records: verdict.values,
      events: this.#records,
      rejected: verdict.rejected,
      otherRows: verdict.others,
    })
  }

  #writeProblems(): void {
    const { id, path, member } = this.#source
    const source = { id, path, member: member?.name ?? null }
    for (const problem of this.#problems) this.#context.shard.addProblem(problem, source)
    this.#problems = []
  }
}

const NO_VERDICT: Verdict = { shape: '', kind: 'other', values: 0, rejected: 0, others: 0 }
