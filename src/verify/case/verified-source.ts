/** What of a source row is verified. */
export interface VerifiedSource {
  readonly id: number
  readonly path: string
  readonly path_hex: string | null
  readonly member: string | null
  readonly size: number
  readonly sha256: string | null
  readonly content_sha256: string | null
  readonly shape: string | null
  readonly status: string
  readonly duplicate_of: number | null
  readonly storage: string | null
  readonly gzip_members: number | null
  /** Events that were made of it, also those that were folded into others since. */
  readonly made: number
  readonly row_digest: string | null
  /** The content was converted from UTF-16. */
  readonly is_converted: number
  readonly is_lenient: number
  readonly working_directory: string | null
}

export const VERIFIED_SOURCE_SQL = `SELECT s.id, s.path, s.path_hex, s.member, s.size, s.sha256, s.content_sha256, s.shape, s.status,
  s.duplicate_of, s.storage, s.gzip_members, s.events + s.duplicates AS made, s.row_digest, r.working_directory,
  coalesce(r.arguments LIKE '%"--lenient"%', 0) AS is_lenient,
  EXISTS (SELECT 1 FROM problem p WHERE p.id BETWEEN @first AND @last AND p.source_id = s.id AND p.kind = 'utf-16') AS is_converted
  FROM source s LEFT JOIN runs r ON r.id = s.run_id WHERE s.id = @id`

/** Shapes of delivered files, which hold records as they are. */
const PLAIN_SHAPES: ReadonlySet<string | null> = new Set(['records-envelope', 'event-array', 'json-values'])

export function mayBeReduced({ shape }: VerifiedSource): boolean {
  return !PLAIN_SHAPES.has(shape)
}
