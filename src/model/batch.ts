/** Messages between threads: plain data only. A class would lose its methods, an error its code. */
import type { Problem } from './problem.js'
import type { FoundFile, PathHints, SourceKind } from './source.js'

export interface BatchSource extends FoundFile {
  /** Number in discovery order, independent of the worker. */
  readonly id: number
  readonly hints: PathHints
  /** For a member, `path` is the container's. */
  readonly member?: MemberRef | undefined
  /** Reading it kills a worker, with this message: it is rejected without being read. */
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

/** How a worker gets a member's bytes. */
export type MemberPlace = ZipPlace | TarPlace | PassedBytes | TarGzPlace

export interface ZipPlace {
  readonly kind: 'zip'
  /** Of the local header. */
  readonly offset: number
  readonly compressedSize: number
  readonly method: number
  readonly crc32: number
  readonly encrypted: boolean
  /** Its end or length is unknown: what can be read is all there is. */
  readonly isCut: boolean
}

export interface TarPlace {
  readonly kind: 'tar'
  /** Of its first byte. */
  readonly offset: number
}

/** A tar.gz can only be read from the beginning; its reader passes the members on. */
export interface PassedBytes {
  readonly kind: 'passed'
  /** Owns its ArrayBuffer, which is transferred to the worker without copying. */
  readonly bytes: Uint8Array
  /** Why these are not all bytes, or null. */
  readonly damage: string | null
  /** Number of the entry, from 0. */
  readonly index: number
}

/** A member of a tar.gz that is too large to be passed on. */
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

/** A container found by a worker: its members become batches of their own. */
export interface ListedContainer {
  readonly source: BatchSource
  readonly shape: 'zip' | 'tar' | 'tar.gz'
  readonly sha256: string | null
  /** Identity of the file when it was hashed: see ingest/read-file.ts. */
  readonly identity: string
  /** Empty for a tar.gz: its members are found while it is read. */
  readonly members: readonly ListedMember[]
  readonly problems: readonly Problem[]
  /** It is not read at all; problems say why. */
  readonly rejected: boolean
}

export interface BatchTask {
  /** Identifies one load into one case: values shipped in another load do not count. */
  readonly load: string
  readonly runId: number
  /** First ID of the batch's own range: see event-id.ts. */
  readonly firstId: number
  readonly sources: readonly BatchSource[]
  /** The only file that the worker writes. */
  readonly shardPath: string
  /** Do not store bytes. */
  readonly reference: boolean
  /** Repair curly quotes in damaged JSON. */
  readonly lenient: boolean
  /** Use SQLite itself instead of our writers: store/plain-sqlite.ts. */
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

/** SHA-256 of each file in order; null if unreadable. */
export type HashResult = readonly (string | null)[]

/** A source in a worker's shard. */
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
  /** `partial`: a container of which members were left out, to be read again. */
  readonly status: 'indexed' | 'rejected' | 'neighbour' | 'partial'
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
