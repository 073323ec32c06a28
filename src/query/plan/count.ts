import type { Connection } from '../../store/open.js'
import { readNumber } from '../../store/reader.js'
import { sql, type Statement } from './statement.js'

/** Number of rows, exact up to `cap`, else `cap` + 1. */
export function countUpTo(db: Connection, rows: Statement, cap: number): number {
  return readNumber(db, sql`SELECT count(*) FROM (${rows} LIMIT ${cap + 1})`) ?? 0
}
