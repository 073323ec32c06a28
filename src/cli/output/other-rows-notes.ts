/** Says how much stands beside what was counted, and how to ask for it. */
import type { Question, Subject } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import { hasAccessLines } from '../../query/access-log/ask.js'
import { unanswerable } from '../../query/access-log/filters.js'
import { firstLineTime, MOST_NOT_COUNTED, notCounted, type NotCounted } from '../../query/find/other-rows.js'
import { isoTime } from '../../model/time.js'
import { formatCount } from '../../render/bytes.js'
import { rowCounts } from '../../render/row-counts.js'
import type { Connection } from '../../store/open.js'

export interface BesideCounts {
  /** Null when the case holds events only. */
  readonly counts: NotCounted | null
  readonly notes: readonly string[]
}

export function besideCounts(db: Connection, question: Question): BesideCounts {
  const counts = notCounted(db, question)
  if (counts === null) return { counts, notes: [] }
  return {
    counts,
    notes: [...(hasAccessLines(db) ? leftOut(question, counts) : []), ...beside(db, question, counts)],
  }
}

/** A filter that no line can answer makes their number 0, which must not pass for "there are none". */
function leftOut({ filters }: Question, { access_log_lines: lines }: NotCounted): string[] {
  const flags = unanswerable(filters)
  return flags.length === 0 || lines > 0
    ? []
    : [
        `lines of access logs do not tell what ${flags.join(', ')} asks for: they are not among these counts, however many there are`,
      ]
}

function beside(db: Connection, question: Question, counts: NotCounted): string[] {
  const { access_log_lines: lines, aggregates } = counts
  const kinds: string[] = []
  if (lines > 0) kinds.push('--kind access-log')
  if (aggregates > 0) kinds.push('--kind aggregate')
  if (kinds.length === 0) return []
  const number =
    lines > MOST_NOT_COUNTED
      ? `more than ${formatCount(MOST_NOT_COUNTED)} lines of access logs`
      : rowCounts(
          new Map([
            ['access-log', lines],
            ['aggregate', aggregates],
          ]),
        )
  const is = lines + aggregates === 1 ? 'is' : 'are'
  return [`${number} ${is} not among these counts: ${findCommand(db, question)} ${kinds.join(' ')}`]
}

/** With the same window; the filters are as they were typed, which we do not know. */
function findCommand(db: Connection, question: Question): string {
  const { window, filters } = question
  const since = window.sinceMs === undefined ? null : isoTime(window.sinceMs)
  const until = window.untilMs === undefined ? [] : ['--until', isoTime(window.untilMs)]
  const from = since ?? (isWindow(question) && until.length === 0 ? firstLineTime(db) : null)
  const isNarrowed = Object.values(filters).some((value) => (Array.isArray(value) ? value.length > 0 : value))
  return [
    'coldtrail find',
    ...subjectWords(question),
    ...(from === null ? [] : ['--since', from]),
    ...until,
    ...(isNarrowed ? ['[the same filters]'] : []),
  ].join(' ')
}

function isWindow({ kind }: Subject): boolean {
  return kind === 'window'
}

function subjectWords(subject: Subject): string[] {
  return subject.kind === 'window' ? ['window'] : [subject.kind, shellWord(subject.value)]
}
