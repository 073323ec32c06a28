/** What crosses between threads: plain data only. A class would arrive without its methods, an error without its code. */
import type { Problem } from './problem.js'
import type { FoundFile, PathHints, SourceKind } from './source.js'

export interface BatchSource extends FoundFile {
  /** Number in discovery order: the same whatever the worker. */
  readonly id: number
  readonly hints: PathHints
  /** Of a member: `path` is then the container's. */
  readonly member?: MemberRef | undefined
  /** Reading it ends a worker, in these words: it is rejected and not read. */
  readonly fatal?: string | undefined
}

/** Names are labels: nothing is ever written under them. */
export interface MemberRef {
  readonly name: string
  readonly containerSha256: string
  /** Of the container when it was hashed. */
  readonly identity: string
  readonly place: MemberPlace
}

/** How a worker comes to a member's bytes. */
export type MemberPlace = ZipPlace | TarPlace | PassedBytes | TarGzPlace

export interface ZipPlace {
  readonly kind: 'zip'
  /** Of the local header. */
  readonly offset: number
  readonly compressedSize: number
  readonly method: number
  readonly crc32: number
  readonly encrypted: boolean
  /** Where it ends, or how long it is, is not known: what can be read is all there is. */
  readonly isCut: boolean
}

export interface TarPlace {
  readonly kind: 'tar'
  /** Of its first byte. */
  readonly offset: number
}

/** A tar.gz can only be read from its beginning: whoever does passes on what it finds. */
export interface PassedBytes {
  readonly kind: 'passed'
  /** All of its own ArrayBuffer, which goes to the worker without being copied. */
  readonly bytes: Uint8Array
  /** Why these are not all, or null. */
  readonly damage: string | null
  /** Number of the entry, from 0. */
  readonly index: number
}

/** Of a member of a tar.gz that is too large to be passed on. */
export interface TarGzPlace {
  readonly kind: 'tar.gz'
  /** Number of the entry, from 0. */
  readonly index: number
}

export interface ListedMember {
  readonly name: string
  readonly size: number
  readonly place: MemberPlace
}

/** A container that a worker met: its members are batches of their own. */
export interface ListedContainer {
  readonly source: BatchSource
  readonly shape: 'zip' | 'tar' | 'tar.gz'
  readonly sha256: string | null
  /** What the file was while it was hashed: see ingest/read-file.ts. */
  readonly identity: string
  /** None yet of a tar.gz: they are met while it is read. */
  readonly members: readonly ListedMember[]
  readonly problems: readonly Problem[]
  /** Nothing of it is read: the problems say why. */
  readonly rejected: boolean
}

export interface BatchTask {
  /** Names one load into one case: what a worker has shipped to another does not count. */
  readonly load: string
  readonly runId: number
  /** First row number of the batch's own room: see event-id.ts. */
  readonly firstId: number
  readonly sources: readonly BatchSource[]
  /** Where the worker writes its shard; nothing else is written. */
  readonly shardPath: string
  /** Leave the bytes where they lie. */
  readonly reference: boolean
  /** Map curly quotes in damaged JSON. */
  readonly lenient: boolean
  /** SQLite itself does what is else written by hand: store/plain-sqlite.ts. */
  readonly plain: { readonly rows: boolean; readonly text: boolean }
}

/** Totals of a batch, before duplicates are known. */
export interface BatchResult {
  readonly shardPath: string
  readonly files: number
  readonly bytes: number
  readonly events: number
  readonly problems: number
  readonly stages: StageTimes
  readonly containers: readonly ListedContainer[]
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
  readonly status: 'indexed' | 'rejected' | 'neighbour'
  readonly storage: 'original' | 'deflated' | 'reference' | 'none'
  readonly gzipMembers: number | null
  readonly trailingBytes: number | null
  readonly records: number
  readonly events: number
  readonly rejected: number
  readonly rowDigest: string
  readonly containerSha256: string | null
  readonly otherRows: number
  readonly hints: PathHints
}
