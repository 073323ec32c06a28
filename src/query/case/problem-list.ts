import type { Connection } from '../../store/open.js'

export const PROBLEM_COLUMNS = [
  'kind',
  'path',
  'member',
  'record_index',
  'byte_offset',
  'byte_length',
  'event_id',
  'detail',
] as const

/** Every problem, or those of one kind, in the order of the evidence. */
export function listProblems(
  db: Connection,
  kind: string | undefined,
): IterableIterator<Record<string, string | number | null>> {
  const where = kind === undefined ? '' : 'WHERE kind = @kind'
  const statement = db.prepare(
    `SELECT ${PROBLEM_COLUMNS.join(', ')} FROM problem ${where} ORDER BY source_id, byte_offset, id`,
  )
  return statement.iterate(kind === undefined ? {} : { kind }) as IterableIterator<
    Record<string, string | number | null>
  >
}
