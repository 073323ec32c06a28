/** What of a source row is verified. */
export interface VerifiedSource {
  readonly id: number
  readonly path: string
  readonly path_hex: string | null
  readonly member: string | null
  readonly size: number
  readonly sha256: string | null
  readonly content_sha256: string | null
  readonly status: string
  readonly duplicate_of: number | null
  readonly storage: string | null
  readonly gzip_members: number | null
  readonly records: number
  readonly row_digest: string | null
  readonly working_directory: string | null
}

export const VERIFIED_SOURCE_SQL = `SELECT s.id, s.path, s.path_hex, s.member, s.size, s.sha256, s.content_sha256, s.status, s.duplicate_of,
  s.storage, s.gzip_members, s.records, s.row_digest, r.working_directory
  FROM source s LEFT JOIN runs r ON r.id = s.run_id WHERE s.id = ?`
