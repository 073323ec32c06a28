/** Results of digest validation for the files of a case. The names are part of the case format. */
export const FILE_STATES = {
  VALID:
    'as CloudTrail wrote it: named, with this hash, by a digest whose signature is good (of a digest: its own signature is good)',
  INVALID: 'not as CloudTrail wrote it, or its signature is not good; the reason says which',
  MISSING: 'named by a digest, but not in the case: deleted, not collected or not indexed',
  'NOT COVERED': 'no digest that can be relied on names this file: nothing is known of it',
  'UNSIGNED TAIL':
    'the hashes agree, but the signature of the digest is not at hand: that of a newest one is in the metadata of its object only',
  CONSISTENT: 'the hashes agree, but no public keys were given: signatures were not checked',
} as const

/** Reason of NOT COVERED if the case has no digest at all. */
export const NO_DIGEST = 'no digest is in the case'

export type FileState = keyof typeof FILE_STATES

/** `lake-sign` is the result_sign.json of a CloudTrail Lake query, `lake-result` a file that it lists. */
export type CheckedFileKind = 'digest' | 'log' | 'lake-sign' | 'lake-result'

export interface CheckedFile {
  readonly kind: CheckedFileKind
  /** `s3://bucket/key` as named by a digest; null if nothing names the file. */
  readonly key: string | null
  readonly state: FileState
  readonly reason: string | null
  /** null if the file is MISSING. */
  readonly source_id: number | null
  /** Path in the archive. */
  readonly path: string | null
  /** source.id of the deciding digest or sign file. */
  readonly digest_source_id: number | null
  /** Of the key that signed the digest. */
  readonly fingerprint: string | null
  readonly backfill: boolean
}

export type StateCounts = Partial<Record<FileState, number>>
export type VerificationCounts = Record<CheckedFileKind, StateCounts>

/** A time without digests between two digests of one trail, account and region. */
export interface DigestGap {
  readonly trail: string
  readonly from: string
  readonly to: string
}

/** The newest finished digest validation of a case, for `info`. */
export interface VerificationInfo {
  readonly id: number
  readonly finished: string
  readonly tool_version: string
  /** SHA-256 of each file of public keys; empty if none was given. */
  readonly keys_sha256: readonly string[]
  readonly counts: VerificationCounts
  readonly gaps: readonly DigestGap[]
  /** Sentences for a report: what was done, what it shows, and what it does not establish. */
  readonly statement: readonly string[]
}

/** Result of the newest validation for one source. */
export interface SignedState {
  readonly state: FileState
  readonly reason: string | null
  readonly key: string | null
  /** The deciding digest, as `s3://bucket/key`. */
  readonly digest_key: string | null
  readonly fingerprint: string | null
  readonly finished: string
}
