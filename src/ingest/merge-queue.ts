/** Takes shards in any order and merges them in batch order, several per transaction if they wait. */
import { rmSync } from 'node:fs'
import type { BatchResult, StageTimes } from '../model/batch.js'
import { joinTexts, mergeShards } from '../store/merge.js'
import type { Connection } from '../store/open.js'
import type { Progress } from './progress.js'

/** SQLite attaches at most 10 databases by default. */
const MAX_GROUP = 8
/** A commit costs two syncs and rewriting the last pages of every table. */
const SHARDS_A_COMMIT = 4
/** With indexes it also rewrites most of their pages, since identifiers come in random order. */
const SHARDS_AN_INDEXED_COMMIT = 8

export class MergeQueue {
  readonly #db: Connection
  readonly #bulk: boolean
  readonly #progress: Progress
  readonly #ready = new Map<number, BatchResult>()
  #next = 0
  bytes = 0
  mergeMs = 0
  /** After an interrupt. */
  readonly notReached = { files: 0, members: 0 }
  readonly stages: StageTimes = { read: 0, hash: 0, inflate: 0, records: 0, store: 0 }

  constructor(db: Connection, bulk: boolean, progress: Progress) {
    this.#db = db
    this.#bulk = bulk
    this.#progress = progress
  }

  /** Minimum number of shards to merge at once. */
  get least(): number {
    return this.#bulk ? SHARDS_A_COMMIT : SHARDS_AN_INDEXED_COMMIT
  }

  get waiting(): number {
    return this.#ready.size
  }

  add(index: number, result: BatchResult): void {
    this.#ready.set(index, result)
    this.#mergeReady(this.least)
  }

  flush(): void {
    this.#mergeReady(1)
  }

  /** Merges the next shards in order once at least `least` wait, in one commit. */
  #mergeReady(least: number): void {
    for (;;) {
      const group: BatchResult[] = []
      for (let index = this.#next; group.length < MAX_GROUP; index++) {
        const result = this.#ready.get(index)
        if (result === undefined) break
        group.push(result)
      }
      if (group.length < least || group.length === 0) return
      this.#merge(group)
    }
  }

  #merge(group: readonly BatchResult[]): void {
    const started = performance.now()
    const counts = mergeShards(
      this.#db,
      group.map((result) => result.shardPath),
      { bulk: this.#bulk },
    )
    joinTexts(this.#db)
    this.mergeMs += performance.now() - started
    for (const result of group) {
      this.#ready.delete(this.#next++)
      rmSync(result.shardPath, { force: true })
      this.bytes += result.bytes
      for (const stage of Object.keys(this.stages) as (keyof StageTimes)[])
        this.stages[stage] += result.stages[stage]
      this.#progress.merged(result.files, result.bytes, result.problems)
    }
    this.#progress.addEvents(counts.events, counts.duplicateSources)
  }
}
