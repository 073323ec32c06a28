/** Coverage as text for a report. */
import type {
  Coverage,
  CoverageDay,
  DeliveredTwice,
  DigestGapRow,
  Gap,
  MissingFile,
  TrailEvent,
} from '../model/coverage.js'
import { formatCount, formatDuration } from './bytes.js'
import { cellWidth, padCell } from './cell-width.js'
import { printable } from './printable.js'
import { writeTable, type Cells } from './rows-table.js'
import type { SinkOptions } from './sink.js'

export interface CoverageReportOptions extends SinkOptions {
  /** Rows of each list. */
  readonly limit: number
  /** Whether block characters can be printed. */
  readonly unicode: boolean
}

const GAP_COLUMNS = [
  'kind',
  'start',
  'end',
  'length',
  'usual',
  'same_hours_active',
  'events_inside',
  'account_id',
  'aws_region',
  'explained_by',
] as const
const DIGEST_COLUMNS = [
  'kind',
  'start',
  'end',
  'hours',
  'account_id',
  'aws_region',
  'trail',
  'explained_by',
] as const
const MISSING_COLUMNS = ['delivered', 'family', 'named_by', 'evidence', 'key'] as const
const FAILED_COLUMNS = ['times', 'first_seen', 'last_seen', 'error_code', 'service', 'bucket'] as const
const KIND_COLUMNS = ['kind', 'event_source', 'before', 'first_seen', 'last_seen', 'events'] as const
const EVENT_COLUMNS = [
  'time',
  'event_name',
  'error_code',
  'account_id',
  'aws_region',
  'event_id',
  'principal',
  'target',
  'content',
] as const

export async function writeCoverage(
  coverage: Coverage,
  out: NodeJS.WritableStream,
  options: CoverageReportOptions,
): Promise<void> {
  const { gaps, digests, missing, failed_deliveries, trail_events, kinds, delivered_twice } = coverage
  out.write(matrix(coverage, options.unicode))
  const list = async (title: string, columns: readonly string[], rows: readonly Cells[], total: number) => {
    out.write(heading(title, rows.length, total))
    await writeTable(columns, rows, out, options)
  }
  const some = <Row>(rows: readonly Row[]) => rows.slice(0, options.limit)
  await list(
    'GAPS: nothing delivered where the neighbours show activity',
    GAP_COLUMNS,
    some(gaps).map(gapCells),
    gaps.length,
  )
  const unread = digests.unread === 0 ? '' : `, ${formatCount(digests.unread)} known by name only`
  const title = `DIGEST GAPS: ${formatCount(digests.files)} digests${unread}; hours that none covers`
  await list(title, DIGEST_COLUMNS, some(digests.gaps).map(digestCells), digests.gaps.length)
  out.write(
    heading(
      'MISSING FILES: delivered according to CloudTrail, not in the archive',
      Math.min(missing.length, options.limit),
      missing.length,
    ),
  )
  if (missing.length > 0) out.write(missingByPlace(missing, options.limit))
  await writeTable(
    MISSING_COLUMNS,
    some(missing).map((file) => ({ ...file })),
    out,
    options,
  )
  if (failed_deliveries.length > 0) {
    await list(
      'FAILED DELIVERIES: services could not write their logs to the bucket',
      FAILED_COLUMNS,
      failed_deliveries.map((row) => ({ ...row })),
      failed_deliveries.length,
    )
  }
  await list(
    'CHANGES TO WHAT IS RECORDED',
    EVENT_COLUMNS,
    some(trail_events).map(changeCells),
    trail_events.length,
  )
  await list(
    'KINDS OF EVENTS: from when they are recorded',
    KIND_COLUMNS,
    some(kinds).map((row) => ({ ...row })),
    kinds.length,
  )
  if (delivered_twice.length > 0) {
    const title = 'EVENTS IN SEVERAL DELIVERIES: by the trails that delivered them'
    await list(title, ['events', 'trails'], some(delivered_twice).map(twiceCells), delivered_twice.length)
  }
  out.write(sentences('ABOUT THIS ARCHIVE', coverage.notes))
  out.write(sentences('WHAT CANNOT BE KNOWN', coverage.unknowable))
}

function heading(title: string, shown: number, total: number): string {
  const count = total > shown ? `${formatCount(shown)} of ${formatCount(total)}` : formatCount(total)
  return `\n${title} (${count})\n`
}

function gapCells(gap: Gap): Cells {
  const { kind, start, end, account_id, aws_region, events_inside } = gap
  return {
    kind,
    start,
    end,
    account_id,
    aws_region,
    events_inside,
    length: formatDuration(gap.duration_ms),
    usual: formatDuration(gap.usual_pause_ms),
    same_hours_active: `${gap.active_neighbours} of ${gap.neighbours} days`,
    explained_by: gap.explained_by.join(' '),
  }
}

function digestCells({ explained_by, ...row }: DigestGapRow): Cells {
  return { ...row, explained_by: explained_by.join(' ') }
}

/** A table is no place for a whole policy. */
const MOST_CONTENT = 300

function changeCells({ content, ...row }: TrailEvent): Cells {
  const isLong = content !== null && content.length > MOST_CONTENT
  return {
    ...row,
    content: isLong ? `${content.slice(0, MOST_CONTENT)}… (coldtrail show ${row.event_id})` : content,
  }
}

function twiceCells({ events, trails: [one = '', other] }: DeliveredTwice): Cells {
  return { events, trails: other === undefined ? `${one}, more than once` : `${one}; ${other}` }
}

function sentences(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `- ${printable(line)}\n`).join('')}`
}

/** Thousands of keys are less useful than counts by place. */
function missingByPlace(missing: readonly MissingFile[], limit: number): string {
  const counts = new Map<string, number>()
  for (const { family, account_id, aws_region } of missing) {
    const place = `${family} of ${account_id} ${aws_region}`
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1))
  const lines = sorted.slice(0, limit).map(([place, count]) => `${formatCount(count)} ${printable(place)}`)
  if (sorted.length > limit) lines.push(`… and ${formatCount(sorted.length - limit)} more places`)
  return `${lines.join('\n')}\n`
}

const DAY = 86_400_000
/** Days in one line of the matrix. */
const LINE_DAYS = 62
const NOTHING = '·'
const EVENTS_ONLY = 'e'
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** One line per account and region, one sign per day. */
function matrix({ days, events_without_time: untimed }: Coverage, unicode: boolean): string {
  const [first] = days
  if (first === undefined) {
    const events =
      untimed > 0
        ? `no event has a time; ${formatCount(untimed)} without one are in the case`
        : 'no event is recorded'
    return `No CloudTrail file was delivered, and ${events}.\n`
  }
  const starts = days.map(({ day }) => Date.parse(day))
  const from = starts.reduce((one, other) => Math.min(one, other))
  const to = starts.reduce((one, other) => Math.max(one, other))
  const places = new Map<string, CoverageDay[]>()
  for (const day of days) {
    const place = `${day.account_id ?? '(no account)'} ${day.aws_region ?? '(no region)'}`
    const own = places.get(place)
    if (own === undefined) places.set(place, [day])
    else own.push(day)
  }
  const blocks: string[] = []
  for (let start = from; start <= to; start += LINE_DAYS * DAY) {
    const span = { start, days: Math.min(LINE_DAYS, (to - start) / DAY + 1) }
    // One forged time must not produce a thousand empty lines.
    if (starts.some((day) => day >= start && day < start + span.days * DAY))
      blocks.push(matrixBlock(places, span, unicode))
  }
  return blocks.join('\n') + legend(unicode)
}

function matrixBlock(
  places: ReadonlyMap<string, readonly CoverageDay[]>,
  span: { readonly start: number; readonly days: number },
  unicode: boolean,
): string {
  const width = Math.max(...[...places.keys()].map((place) => cellWidth(printable(place))))
  const header =
    span.days > 1
      ? `${dayText(span.start)} … ${dayText(span.start + (span.days - 1) * DAY)}`
      : dayText(span.start)
  const starts = Array.from({ length: span.days }, (_, at) => span.start + at * DAY)
  const lines = [...places].map(([place, own]) => {
    const byDay = new Map(own.map((day) => [Date.parse(day.day), day]))
    const most = own.reduce((one, { files }) => Math.max(one, files), 0)
    const shown = starts.map((start) => byDay.get(start))
    const signs = shown.map((day) => sign(day, most, unicode))
    return `${padCell(printable(place), width)}  ${signs.join('')}  ${countsOf(shown)}`
  })
  return `FILES BY DAY, ${header}\n${lines.join('\n')}\n`
}

function sign(day: CoverageDay | undefined, most: number, unicode: boolean): string {
  if (day === undefined) return unicode ? NOTHING : '.'
  if (day.files === 0) return EVENTS_ONLY
  if (!unicode) return '#'
  return LEVELS[Math.min(LEVELS.length - 1, Math.floor((day.files / most) * LEVELS.length))] ?? '█'
}

function countsOf(days: readonly (CoverageDay | undefined)[]): string {
  const sum = (column: 'files' | 'events') => days.reduce((total, day) => total + (day?.[column] ?? 0), 0)
  return `${formatCount(sum('files'))} files, ${formatCount(sum('events'))} events`
}

function legend(unicode: boolean): string {
  const files = unicode ? '▁ to █ files delivered, of the most in a day' : '# files delivered'
  return `${files}; ${EVENTS_ONLY} events of that day, but no file with its stamp; ${unicode ? NOTHING : '.'} neither\n`
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
