/** Reads rows by ID, lazily and in batches. */
import type { EventRow } from '../../model/event.js'
import type { Page } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { iterateColumn, readColumn } from '../../store/reader.js'
import type { Statement } from './statement.js'

/** The first rows come soon, later batches are larger. */
const FIRST_BATCH = 50
const BATCH = 500

/** A page is read at once, so that a slow reader of the output does not hold a lock on the case. */
export function idsOf(db: Connection, ids: Statement, { limit }: Page): Iterable<number> {
  return limit === undefined ? iterateColumn<number>(db, ids) : readColumn<number>(db, ids)
}

/** @param read returns the rows with these IDs in order. */
export function* rowsInBatches(
  ids: () => Iterable<number>,
  read: (ids: readonly number[]) => Iterable<EventRow>,
): Generator<EventRow> {
  let batch: number[] = []
  let size = FIRST_BATCH
  for (const id of ids()) {
    if (batch.push(id) < size) continue
    yield* read(batch)
    batch = []
    size = BATCH
  }
  yield* read(batch)
}
