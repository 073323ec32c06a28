/** Runs one question against events, access logs and aggregated events, and merges the rows by time. */
import { ROW_KINDS, type EventRow, type RowKind } from '../../model/event.js'
import type { Order, Page, Question } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { askAccessLog, hasAccessLines } from '../access-log/ask.js'
import { askAggregates, hasAggregates } from './aggregates.js'
import { askQuestion, type RowExtras } from './run-question.js'

export interface KindAnswer {
  readonly notes: readonly string[]
  /** Can be iterated once; reads as it goes. */
  readonly rows: Iterable<EventRow>
  /** All matches regardless of the page: exact up to `cap`, more than `cap` beyond it. */
  count(cap: number): number
}

type AskKind = (db: Connection, question: Question, page: Page, extras: RowExtras) => KindAnswer

const ASK: Readonly<Record<RowKind, AskKind>> = {
  event: askQuestion,
  'access-log': askAccessLog,
  aggregate: askAggregates,
}

/** Kinds of rows in the case; events are always included. */
function kindsIn(db: Connection): RowKind[] {
  const isHeld: Readonly<Record<RowKind, (db: Connection) => boolean>> = {
    event: () => true,
    'access-log': hasAccessLines,
    aggregate: hasAggregates,
  }
  return ROW_KINDS.filter((kind) => isHeld[kind](db))
}

/** The requested kinds, as far as the case has them. */
export function askedKinds(db: Connection, typed: readonly string[] = []): RowKind[] {
  return typed.length === 0 ? kindsIn(db) : ROW_KINDS.filter((kind) => typed.includes(kind))
}

/** @throws CaseError for an invalid question. */
export function askKinds(
  db: Connection,
  kinds: readonly RowKind[],
  question: Question,
  page: Page,
  extras: RowExtras = {},
): KindAnswer {
  const answers = kinds.map((kind) => ASK[kind](db, question, page, extras))
  const [only] = answers
  if (answers.length === 1 && only !== undefined) return only
  return {
    notes: [...new Set(answers.flatMap(({ notes }) => notes))],
    rows: inOrder(
      answers.map(({ rows }) => rows),
      page.order,
    ),
    count: (cap) => answers.reduce((sum, answer) => sum + answer.count(cap), 0),
  }
}

interface Head {
  readonly stream: Iterator<EventRow>
  row: EventRow | undefined
}

/** Merges sorted streams; on equal times kinds come in table order, reversed for newest-first. */
function* inOrder(streams: readonly Iterable<EventRow>[], order: Order): Generator<EventRow> {
  const heads = streams.map((rows): Head => {
    const stream = rows[Symbol.iterator]()
    return { stream, row: nextOf(stream) }
  })
  if (order === 'desc') heads.reverse()
  const isBefore = (one: string, other: string) => (order === 'asc' ? one < other : one > other)
  try {
    for (;;) {
      let first: Head | undefined
      for (const head of heads) {
        if (head.row === undefined) continue
        if (first?.row === undefined || isBefore(sortKey(head.row), sortKey(first.row))) first = head
      }
      if (first?.row === undefined) return
      yield first.row
      first.row = nextOf(first.stream)
    }
  } finally {
    for (const { stream } of heads) stream.return?.()
  }
}

function nextOf(stream: Iterator<EventRow>): EventRow | undefined {
  const next = stream.next()
  return next.done === true ? undefined : next.value
}

/** Makes `…:48Z` and `…:48.120Z` sort by time; rows without a time come first, as in SQLite. */
function sortKey({ event_time: time }: EventRow): string {
  const text = time === null ? '' : String(time)
  return text.length === 20 ? `${text.slice(0, 19)}.000Z` : text
}
