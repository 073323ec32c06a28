import type { OtherRows, RecordLedger } from './ledger.js'
import type { ProblemKind } from './problem.js'
import type { VerificationInfo } from './verification.js'

/** Result of `coldtrail info`, also its `--json` result. Times are UTC text. */
export interface CaseInfo {
  readonly file: string
  readonly format_version: string
  readonly tool_version: string
  readonly state: string
  readonly logical_digest: string | null
  readonly events: number
  readonly appearances: number
  /** Sources by status: indexed, duplicate, neighbour, rejected. */
  readonly sources: Readonly<Record<string, number>>
  /** Members of zips and tars among them, by status. */
  readonly members: Readonly<Record<string, number>>
  readonly records: RecordLedger
  readonly others: OtherRows
  /** Of events and access-log lines. */
  readonly time_span: TimeSpan
  readonly access_log_time_span: TimeSpan
  readonly accounts: readonly {
    readonly account_id: string | null
    readonly events: number
    /** Owner of the account if AWS has published it as its own. */
    readonly account_owner?: string
  }[]
  readonly regions: readonly { readonly aws_region: string | null; readonly events: number }[]
  /** Sources by kind: trail, insight, digest; others by shape: s3-access-log, zip, public-keys. */
  readonly kinds: Readonly<Record<string, number>>
  readonly problems: Readonly<Partial<Record<ProblemKind, number>>>
  readonly sizes: CaseSizes
  readonly runs: readonly RunInfo[]
  /** The newest validation of CloudTrail's digests; null if there was none. */
  readonly verification?: VerificationInfo | null
}

export interface TimeSpan {
  readonly first: string | null
  readonly last: string | null
}

export interface CaseSizes {
  readonly case_bytes: number
  /** Bytes of the sources as found. */
  readonly source_bytes: number
  /** Bytes of the sources after decompression. */
  readonly content_bytes: number
}

export interface RunInfo {
  readonly id: number
  readonly started: string
  readonly finished: string | null
  readonly status: string
}

/** All problems of one kind, with the first as an example. */
export interface ProblemGroup {
  readonly kind: ProblemKind
  /** Set for `neighbour`, which has one group per family. */
  readonly family?: string
  readonly count: number
  readonly first: ProblemPlace
}

export interface ProblemPlace {
  readonly path: string
  readonly member: string | null
  readonly byte_offset: number | null
  readonly record_index: number | null
}
