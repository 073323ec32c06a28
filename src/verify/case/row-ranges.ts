/**
 * Which rows of a table belong to which source. The tables have no index by source, but were filled source by source: one walk
 * gives each source a short range of row numbers.
 */
import type { Connection } from '../../store/open.js'

export interface RowRange {
  first: number
  last: number
  count: number
}

export type RangedTable = 'event' | 'redelivery' | 'problem'

export function readRanges(db: Connection, table: RangedTable): Map<number, RowRange> {
  const ranges = new Map<number, RowRange>()
  // Problems that deduplication adds are not of the source's own rows.
  const where = table === 'problem' ? "WHERE source_id IS NOT NULL AND kind <> 'conflict'" : ''
  const rows = db.prepare(`SELECT source_id, rowid FROM ${table} ${where} ORDER BY rowid`).raw().iterate()
  let source = -1
  let range: RowRange = { first: 0, last: 0, count: 0 }
  for (const [sourceId, rowid] of rows as IterableIterator<[number, number]>) {
    if (sourceId !== source) {
      source = sourceId
      range = ranges.get(sourceId) ?? { first: rowid, last: rowid, count: 0 }
      ranges.set(sourceId, range)
    }
    range.last = rowid
    range.count++
  }
  return ranges
}
