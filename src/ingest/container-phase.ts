/**
 * Containers, after all plain files: their members become sources, numbered in the order of containers and members, and are
 * indexed as files are. A container's own row is written last, so that a run that was cut short goes on inside it.
 */
import type { BatchResult, BatchSource, ListedContainer } from '../model/batch.js'
import { findBySha256, membersOf } from '../store/ledger.js'
import type { Connection } from '../store/open.js'
import { Shard } from '../store/shard.js'
import type { BatchFeeder } from './batch-feeder.js'
import { makeBatches, makeShares } from './batches.js'
import type { Progress } from './progress.js'

export interface ContainerTotals {
  /** Members found. */
  members: number
  /** Members that an earlier run had indexed. */
  already: number
  /** Containers that an interrupt left for the next run. */
  notReached: number
}

export class ContainerPhase {
  readonly #db: Connection
  readonly #feeder: BatchFeeder
  readonly #progress: Progress
  readonly #workers: number
  readonly #totals: ContainerTotals = { members: 0, already: 0, notReached: 0 }
  #nextId: number

  constructor(db: Connection, feeder: BatchFeeder, progress: Progress, workers: number) {
    this.#db = db
    this.#feeder = feeder
    this.#progress = progress
    this.#workers = workers
    this.#nextId =
      (db.prepare('SELECT coalesce(max(id), 0) AS id FROM source').get() as { id: number }).id + 1
  }

  async run(): Promise<ContainerTotals> {
    const containers = this.#feeder.containers.toSorted((a, b) => a.source.id - b.source.id)
    this.#nextId = Math.max(this.#nextId, 1 + (containers.at(-1)?.source.id ?? 0))
    for (const container of containers) {
      if (!this.#feeder.interrupted) await this.#index(container)
      else this.#totals.notReached++
    }
    return this.#totals
  }

  async #index(container: ListedContainer): Promise<void> {
    if (this.#isCopy(container)) {
      this.#write(container)
      return
    }
    const members = this.#fresh(container)
    this.#progress.more(
      members.length,
      members.reduce((sum, member) => sum + member.size, 0),
    )
    await this.#feeder.feed(
      container.shape === 'zip' ? makeBatches(members) : makeShares(members, this.#workers),
    )
    if (!this.#feeder.interrupted) this.#write(container)
    else this.#totals.notReached++
  }

  /** The same container under another name: the merge remembers both paths. */
  #isCopy({ sha256 }: ListedContainer): boolean {
    return sha256 !== null && findBySha256(this.#db, sha256).some(({ status }) => status === 'indexed')
  }

  #fresh({ source, members, sha256 }: ListedContainer): BatchSource[] {
    const known = sha256 === null ? new Set<string>() : membersOf(this.#db, sha256)
    const fresh = members.filter(({ name }) => !known.has(name))
    this.#totals.members += members.length
    this.#totals.already += members.length - fresh.length
    return fresh.map(({ name, size, place }) => ({
      ...source,
      id: this.#nextId++,
      size,
      hints: {},
      member: { name, place, containerSha256: sha256 ?? '' },
    }))
  }

  #write(container: ListedContainer): void {
    this.#feeder.add((shardPath) => containerShard(container, shardPath, this.#feeder.runId))
  }
}

function containerShard(container: ListedContainer, shardPath: string, runId: number): BatchResult {
  const { source, shape, sha256, problems } = container
  const { id, path, pathHex, size, mtimeMs, hints } = source
  const shard = new Shard(shardPath, runId, 0)
  for (const problem of problems) shard.addProblem(problem, { id, path, member: null })
  shard.addSource({
    id,
    path,
    size,
    mtimeMs,
    hints,
    shape,
    sha256,
    pathHex: pathHex ?? null,
    member: null,
    containerSha256: null,
    contentSize: null,
    contentSha256: null,
    kind: 'other',
    status: 'indexed',
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
