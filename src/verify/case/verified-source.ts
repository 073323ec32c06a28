/** The columns of a source that verify uses. */
export interface VerifiedSource {
  readonly id: number
  readonly path: string
  readonly path_hex: string | null
  readonly member: string | null
  readonly size: number
  readonly sha256: string | null
  readonly content_sha256: string | null
  readonly content_size: number | null
  readonly kind: string | null
  readonly shape: string | null
  readonly status: string
  readonly duplicate_of: number | null
  readonly storage: string | null
  readonly gzip_members: number | null
  readonly records: number
  readonly rejected: number
  readonly other_rows: number | null
  readonly row_digest: string | null
  /** The content was converted from UTF-16. */
  readonly is_converted: number
  readonly is_lenient: number
  /** Version of coldtrail that indexed it. */
  readonly made_by: string | null
  readonly working_directory: string | null
}

export const VERIFIED_SOURCE_SQL = `SELECT s.id, s.path, s.path_hex, s.member, s.size, s.sha256, s.content_sha256, s.content_size, s.kind, s.shape, s.status,
  s.duplicate_of, s.storage, s.gzip_members, s.records, s.rejected, s.other_rows, s.row_digest,
  (SELECT w.working_directory FROM runs w WHERE w.id = coalesce(s.path_run_id, s.run_id)) AS working_directory,
  CASE WHEN json_valid(r.versions) THEN json_extract(r.versions, '$.coldtrail') END AS made_by,
  coalesce(r.arguments LIKE '%"--lenient"%', 0) AS is_lenient,
  EXISTS (SELECT 1 FROM problem p WHERE p.id BETWEEN @first AND @last AND p.source_id = s.id AND p.kind = 'utf-16') AS is_converted
  FROM source s LEFT JOIN runs r ON r.id = s.run_id WHERE s.id = @id`
