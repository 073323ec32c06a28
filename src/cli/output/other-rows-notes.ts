/** Notes how many rows of other kinds match the same question, and the command that shows them. */
import type { ResourceHistory } from '../../model/resource-list.js'
import type { Question, Subject } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import { hasAccessLines } from '../../query/access-log/ask.js'
import { unanswerable } from '../../query/access-log/filters.js'
import { firstLineTime, MOST_NOT_COUNTED, notCounted, type NotCounted } from '../../query/find/other-rows.js'
import { isoTime } from '../../model/time.js'
import { formatCount } from '../../render/bytes.js'
import { rowCounts } from '../../render/row-counts.js'
import { placeInS3 } from '../../query/resources/line-steps.js'
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
    notes: [...(hasAccessLines(db) ? leftOut(question, counts) : []), ...otherKinds(db, question, counts)],
  }
}

/** The history of a bucket or an object includes its lines. */
export function besideHistory(db: Connection, question: Question, { resource }: ResourceHistory): string[] {
  const counts = notCounted(db, question)
  if (counts === null) return []
  if (placeInS3({ arn: resource }) === undefined) return [...besideCounts(db, question).notes]
  return [...leftOut(question, counts), ...otherKinds(db, question, { ...counts, access_log_lines: 0 })]
}

/** A filter that lines do not have matches none of them, which must not read as "there are none". */
function leftOut({ filters }: Question, { access_log_lines: lines }: NotCounted): string[] {
  const flags = unanswerable(filters)
  return flags.length === 0 || lines > 0
    ? []
    : [`access-log lines have no field for ${flags.join(', ')}, so none of them is counted here`]
}

function otherKinds(db: Connection, question: Question, counts: NotCounted): string[] {
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

/** Same window; the filters as typed are not known here. */
function findCommand(db: Connection, question: Question): string {
  const { window, filters } = question
  const since = window.sinceMs === undefined ? null : isoTime(window.sinceMs)
  const until = window.untilMs === undefined ? [] : ['--until', isoTime(window.untilMs)]
  const from = since ?? (isWindow(question) && until.length === 0 ? firstLineTime(db) : null)
  const { except, ...wanted } = filters
  const isNarrowed = [...Object.values(wanted), ...Object.values(except)].some((value) =>
    Array.isArray(value) ? value.length > 0 : value,
  )
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
