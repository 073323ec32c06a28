/**
 * Maps rows to sources. The tables have no index by source, but were filled source by source: one pass gives each
 * source a short range of row numbers.
 */
import type { Connection } from '../../store/open.js'

export interface RowRange {
  readonly first: number
  last: number
  count: number
  /** Rows are in location order. */
  isOrdered: boolean
}

const TABLES = {
  // A united event has the place of one of its forms.
  event: `SELECT source_id, id, record_offset FROM event e WHERE NOT EXISTS (SELECT 1 FROM reduced_form f WHERE f.id = e.id)
    ORDER BY id`,
  redelivery: 'SELECT source_id, rowid, record_offset FROM redelivery ORDER BY rowid',
  reduced_form: 'SELECT source_id, id, record_offset FROM reduced_form ORDER BY id',
  access_log: 'SELECT source_id, id, record_offset FROM access_log ORDER BY id',
  aggregate: 'SELECT source_id, id, record_offset, locator FROM aggregate ORDER BY id',
  // Excludes rows that deduplication adds, which are not the source's own.
  problem:
    "SELECT source_id, id, 0 FROM problem WHERE source_id IS NOT NULL AND kind <> 'conflict' ORDER BY id",
} as const

export type RangedTable = keyof typeof TABLES
export const RANGED_TABLES = Object.keys(TABLES) as readonly RangedTable[]

/** Of one source. */
export type RowRanges = Partial<Record<RangedTable, RowRange>>
/** Of all sources. */
export type RangesByTable = Readonly<Record<RangedTable, ReadonlyMap<number, RowRange>>>

type Row = [sourceId: number, rowid: number, offset: number, locator?: string | null]

export function readRanges(db: Connection, table: RangedTable): Map<number, RowRange> {
  const ranges = new Map<number, RowRange>()
  const rows = db.prepare(TABLES[table]).raw().iterate() as IterableIterator<Row>
  let before: Row = [-1, 0, 0]
  let range: RowRange = { first: 0, last: 0, count: 0, isOrdered: true }
  for (const row of rows) {
    const [sourceId, rowid, offset, locator] = row
    if (sourceId !== before[0]) {
      range = ranges.get(sourceId) ?? { first: rowid, last: rowid, count: 0, isOrdered: true }
      // A source that appears again later was extended out of order.
      if (range.count > 0) range.isOrdered = false
      ranges.set(sourceId, range)
    } else if (offset < before[2]) range.isOrdered = false
    // Several rows of one aggregated event count as one.
    const isPart = table === 'aggregate' && range.count > 0 && offset === before[2] && locator === before[3]
    range.last = rowid
    if (!isPart) range.count++
    before = row
  }
  return ranges
}

export function rangesOf(sourceId: number, ranges: RangesByTable): RowRanges {
  const own: RowRanges = {}
  for (const table of RANGED_TABLES) {
    const range = ranges[table].get(sourceId)
    if (range !== undefined) own[table] = range
  }
  return own
}

export function noRanges(): Record<RangedTable, Map<number, RowRange>> {
  return {
    event: new Map(),
    redelivery: new Map(),
    reduced_form: new Map(),
    access_log: new Map(),
    aggregate: new Map(),
    problem: new Map(),
  }
}
