/**
 * Rows left out by the commands that count: these count CloudTrail events, while access-log lines describe many of the
 * same requests.
 */
import type { Question } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readNumber } from '../../store/reader.js'
import { askAccessLog, hasAccessLines } from '../access-log/ask.js'
import { askAggregates, hasAggregates } from './aggregates.js'
import { sql } from '../plan/statement.js'
import { isoTime } from '../../model/time.js'

export interface NotCounted {
  readonly access_log_lines: number
  readonly aggregates: number
}

/** Counting stops here: an exact number above it is not worth the wait. */
export const MOST_NOT_COUNTED = 1_000_000

/** Null when the case holds events only. More than MOST_NOT_COUNTED are reported as that plus one. */
export function notCounted(db: Connection, question: Question): NotCounted | null {
  const hasLines = hasAccessLines(db)
  const hasCounts = hasAggregates(db)
  if (!hasLines && !hasCounts) return null
  const page = { order: 'asc', limit: 1 } as const
  return {
    access_log_lines: hasLines ? askAccessLog(db, question, page).count(MOST_NOT_COUNTED) : 0,
    aggregates: hasCounts ? askAggregates(db, question, page).count(MOST_NOT_COUNTED) : 0,
  }
}

/** Start of a window that covers all lines: `find window` requires one. */
export function firstLineTime(db: Connection): string | null {
  const first = readNumber(db, sql`SELECT min(time_ms) FROM access_log`)
  return first === null ? null : isoTime(first)
}
