/** What crosses between threads: plain data only. A class would arrive without its methods, an error without its code. */
import type { FoundFile, PathHints, SourceKind } from './source.js'

export interface BatchSource extends FoundFile {
  /** Number in discovery order: the same whatever the worker. */
  readonly id: number
  readonly hints: PathHints
}

export interface BatchTask {
  readonly runId: number
  readonly sources: readonly BatchSource[]
  /** Where the worker writes its shard; nothing else is written. */
  readonly shardPath: string
  /** Leave the bytes where they lie. */
  readonly reference: boolean
}

/** Totals of a batch, before duplicates are known. */
export interface BatchResult {
  readonly shardPath: string
  readonly files: number
  readonly bytes: number
  readonly events: number
  readonly problems: number
  readonly stages: StageTimes
}

/** Milliseconds of a worker's time, by stage. */
export interface StageTimes {
  read: number
  hash: number
  inflate: number
  /** Splitting, parsing, normalising and inserting of records. */
  records: number
  store: number
}

export interface HashTask {
  readonly files: readonly FoundFile[]
}

/** SHA-256 of each file, in order; null where it could not be read. */
export type HashResult = readonly (string | null)[]

/** A source as the worker leaves it in its shard. */
export interface SourceRow {
  readonly id: number
  readonly path: string
  readonly pathHex: string | null
  readonly member: string | null
  readonly size: number
  readonly mtimeMs: number
  readonly sha256: string | null
  readonly contentSize: number | null
  readonly contentSha256: string | null
  readonly kind: SourceKind
  readonly shape: string | null
  readonly status: 'indexed' | 'rejected'
  readonly storage: 'original' | 'deflated' | 'reference' | 'none'
  readonly gzipMembers: number | null
  readonly trailingBytes: number | null
  readonly records: number
  readonly events: number
  readonly rejected: number
  readonly rowDigest: string
  readonly hints: PathHints
}
