/**
 * Indexes containers after all plain files. Their members become sources, numbered in the order of containers and
 * members, and are indexed like files. The container's own row is written last, so that an interrupted run continues
 * inside it.
 */
import { LIMITS } from '../decode/limits.js'
import type { BatchResult, BatchSource, ListedContainer, ListedMember, SourceRow } from '../model/batch.js'
import { dayOutside, readTrailPath } from '../model/trail-path.js'
import { KnownSources, membersOf } from '../store/ledger.js'
import type { Connection } from '../store/open.js'
import { Shard } from '../store/shard.js'
import type { BatchFeeder, TaskFrame } from './batch-feeder.js'
import { batchWeight, makeBatches, weightOf } from './batches.js'
import { MemberNames } from './containers/member-names.js'
import { TarGzReader } from './containers/tar-gz.js'
import type { IngestPlan } from './plan.js'
import type { Progress } from './progress.js'

export interface ContainerTotals {
  /** Members found. */
  members: number
  /** Members indexed by an earlier run. */
  already: number
  /** Members that lie outside the window by their names. */
  skipped: number
  /** Containers of which such members were left out: another run reads them again. */
  partial: number
  /** Containers that an interrupt left for the next run. */
  notReached: number
}

type Window = Pick<IngestPlan, 'since' | 'until'>

export class ContainerPhase {
  readonly #db: Connection
  readonly #feeder: BatchFeeder
  readonly #progress: Progress
  readonly #window: Window
  readonly #totals: ContainerTotals = {
    members: 0,
    already: 0,
    skipped: 0,
    partial: 0,
    notReached: 0,
  }
  readonly #known: KnownSources
  /** Containers that this run has read, by hash, and how: their rows may still wait for the merge. */
  readonly #read = new Map<string, SourceRow['status']>()
  #nextId: number

  /** @param nextId first number that no source has, with those that wait for the merge. */
  constructor(db: Connection, feeder: BatchFeeder, progress: Progress, window: Window, nextId: number) {
    this.#db = db
    this.#feeder = feeder
    this.#progress = progress
    this.#window = window
    this.#known = new KnownSources(db)
    this.#nextId = nextId
  }

  async run(): Promise<ContainerTotals> {
    const containers = this.#feeder.containers.toSorted((a, b) => a.source.id - b.source.id)
    for (const container of containers) {
      if (!this.#feeder.interrupted) await this.#index(container)
      else this.#totals.notReached++
    }
    return this.#totals
  }

  async #index(container: ListedContainer): Promise<void> {
    const before = this.#totals.skipped
    const read = this.#isCopy(container) ? container : await this.#members(container)
    if (this.#feeder.interrupted) {
      this.#totals.notReached++
      return
    }
    const status = this.#statusOf(read, this.#totals.skipped > before)
    if (read.sha256 !== null && !read.rejected) this.#read.set(read.sha256, status)
    if (status === 'partial') this.#totals.partial++
    this.#feeder.add((shardPath) => containerShard(read, status, shardPath, this.#feeder.frame))
  }

  #statusOf({ rejected, sha256 }: ListedContainer, isPartial: boolean): SourceRow['status'] {
    if (rejected) return 'rejected'
    return isPartial ? 'partial' : (this.#read.get(sha256 ?? '') ?? 'indexed')
  }

  /** The same container under another name: the merge records both paths. */
  #isCopy({ sha256 }: ListedContainer): boolean {
    return sha256 !== null && (this.#read.has(sha256) || this.#known.original(sha256) !== undefined)
  }

  /** @returns the container with everything known about it once its members are indexed. */
  async #members(container: ListedContainer): Promise<ListedContainer> {
    const { sha256 } = container
    const names = new MemberNames(sha256 === null ? new Set() : membersOf(this.#db, sha256))
    const before = this.#totals.members
    const read =
      container.shape === 'tar.gz'
        ? await this.#passOn(container, names)
        : await this.#listed(container, names)
    this.#totals.already += names.already
    this.#totals.members += names.already
    return { ...read, rejected: read.rejected && this.#totals.members === before }
  }

  async #listed(container: ListedContainer, names: MemberNames): Promise<ListedContainer> {
    const members: BatchSource[] = []
    for (const { name, size, place } of container.members) {
      const fresh = names.fresh(name)
      if (fresh !== null && this.#isWanted(fresh))
        members.push(this.#source(container, { name: fresh, size, place }))
    }
    this.#progress.more(members.length, bytesOf(members) - container.source.size)
    await this.#feeder.feed(makeBatches(members, batchWeight(weightOf(members))))
    return container
  }

  async #passOn(container: ListedContainer, names: MemberNames): Promise<ListedContainer> {
    const { size } = container.source
    const reader = new TarGzReader(container, LIMITS)
    await this.#feeder.feed(makeBatches(this.#passed(container, reader, names), batchWeight(size)))
    const large = reader.tooLarge
      .filter(({ name }) => this.#isWanted(name))
      .map((member) => this.#source(container, member))
    this.#progress.more(large.length, bytesOf(large))
    if (large.length > 0) await this.#feeder.feed([large])
    const { problems } = reader
    return { ...container, problems, rejected: problems.some(({ kind }) => kind !== 'bad-member') }
  }

  /** Estimates the ratio of the rest from what was inflated so far. */
  async *#passed(
    container: ListedContainer,
    reader: TarGzReader,
    names: MemberNames,
  ): AsyncGenerator<BatchSource> {
    let expected = container.source.size
    let bytes = 0
    for await (const member of reader.members(names)) {
      if (this.#feeder.interrupted) return
      bytes += member.size
      if (!this.#isWanted(member.name)) continue
      const now = Math.round(bytes / reader.share)
      this.#progress.more(1, now - expected)
      expected = now
      yield this.#source(container, member)
    }
  }

  #isWanted(name: string): boolean {
    const { since, until } = this.#window
    if (!dayOutside(readTrailPath(name), since, until)) return true
    this.#totals.members++
    this.#totals.skipped++
    return false
  }

  #source({ source, sha256, identity }: ListedContainer, { name, size, place }: ListedMember): BatchSource {
    this.#totals.members++
    const member = { name, place, identity, containerSha256: sha256 ?? '' }
    return { ...source, id: this.#nextId++, size, hints: readTrailPath(name), member }
  }
}

function bytesOf(sources: readonly BatchSource[]): number {
  return sources.reduce((sum, { size }) => sum + size, 0)
}

function containerShard(
  container: ListedContainer,
  status: SourceRow['status'],
  shardPath: string,
  { runId, plain }: TaskFrame,
): BatchResult {
  const { source, shape, sha256, rejected } = container
  const problems = rejected
    ? container.problems.map((problem) => ({ ...problem, detail: `${shape}: ${problem.detail}` }))
    : container.problems
  const { id, path, pathHex, size, mtimeMs, hints } = source
  const shard = new Shard(shardPath, runId, 0, plain)
  for (const problem of problems) shard.addProblem(problem, { id, path, member: null })
  shard.addSource({
    id,
    path,
    size,
    mtimeMs,
    hints,
    shape: rejected ? null : shape,
    sha256,
    pathHex: pathHex ?? null,
    member: null,
    containerSha256: null,
    contentSize: null,
    contentSha256: null,
    kind: 'other',
    status,
    storage: 'none',
    gzipMembers: null,
    trailingBytes: null,
    records: 0,
    events: 0,
    rejected: 0,
    otherRows: 0,
  })
  shard.close()
  const stages = { read: 0, hash: 0, inflate: 0, records: 0, store: 0 }
  return { shardPath, files: 0, bytes: 0, events: 0, problems: shard.problems, stages, containers: [] }
}
