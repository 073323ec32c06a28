/**
 * Of sources with the same bytes, the first path in byte order names the events, whichever was met first. The row that was indexed and
 * a copy's then exchange what belongs to their paths; nothing else in the case points to a path.
 */
import type { Connection } from './connection.js'

/** A plain file comes before a member: by reference, only a file can be read. */
const KEY = ['member IS NOT NULL', 'path', "coalesce(path_hex, '')", "coalesce(member, '')"]

const keyOf = (table: string): string =>
  `(${KEY.map((part) => part.replace(/\b(?:member|path|path_hex)\b/g, `${table}.$&`)).join(', ')})`

/** What belongs to the path. */
const COLUMNS = [
  'path',
  'path_hex',
  'member',
  'mtime_ms',
  'path_account_id',
  'path_region',
  'path_delivered_ms',
  'container_sha256',
  'path_run_id',
] as const

type PathRow = Readonly<Record<(typeof COLUMNS)[number], string | number | null>> & {
  readonly id: number
  readonly run_id: number
}

/** @returns ids of the sources that got another path. */
export function nameByFirstPath(db: Connection): number[] {
  const earlier = db.prepare<[], { readonly source: number; readonly copy: number }>(
    `SELECT o.id AS source, c.id AS copy FROM source c JOIN source o ON o.id = c.duplicate_of
     WHERE c.status = 'duplicate' AND o.status = 'indexed' AND ${keyOf('c')} < ${keyOf('o')}
     ORDER BY o.id, ${keyOf('c').slice(1, -1)}`,
  )
  const read = db.prepare<[number], PathRow>(
    `SELECT id, run_id, ${COLUMNS.join(', ')} FROM source WHERE id = ?`,
  )
  const write = db.prepare(
    `UPDATE source SET ${COLUMNS.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`,
  )
  const problems = db.prepare('UPDATE problem SET path = @path, member = @member WHERE source_id = @id')
  const renamed = new Map<number, number>()
  for (const { source, copy } of earlier.all()) if (!renamed.has(source)) renamed.set(source, copy)
  for (const [source, copy] of renamed) {
    const [a, b] = [read.get(source), read.get(copy)]
    if (a === undefined || b === undefined) continue
    for (const row of [withPathOf(a, b), withPathOf(b, a)]) {
      write.run(row)
      problems.run({ id: row.id, path: row.path, member: row.member })
    }
  }
  return [...renamed.keys()]
}

function withPathOf({ id, run_id }: PathRow, other: PathRow): PathRow {
  const run = other.path_run_id ?? other.run_id
  return { ...other, id, run_id, path_run_id: run === run_id ? null : run }
}
