/** A summary as text for a report. */
import { shellWord } from '../model/shell-word.js'
import {
  CONTROL_NAMES,
  LIST_NAMES,
  RARE_NAMES,
  type ControlName,
  type ControlRow,
  type ListName,
  type RareName,
  type RareRow,
  type RankedRow,
  type Summary,
  type Timeline,
} from '../model/summary.js'
import { formatCount, formatDuration } from './bytes.js'
import { drawHistogram, formatBucket } from './histogram.js'
import { renderKeyValues, type KeyValue } from './key-values.js'
import { printable } from './printable.js'
import { writeTable, type Cells } from './rows-table.js'
import type { SinkOptions } from './sink.js'

export interface ReportOptions extends SinkOptions {
  /** Whether to draw the timeline. */
  readonly timeline: boolean
  /** Whether block characters can be printed. */
  readonly unicode: boolean
}

const CONTROL_TITLES: Readonly<Record<ControlName, string>> = {
  credentials: 'CREDENTIALS AND PRINCIPALS, made or changed: principal × call',
  access: 'ACCESS GIVEN, or what limits it taken away: principal × call',
  recording: 'RECORDING, stopped or changed: principal × call',
}

const TITLES: Readonly<Record<ListName, string>> = {
  principals: 'PRINCIPALS',
  credential_classes: 'CREDENTIALS',
  services: 'SERVICES',
  event_names: 'EVENT NAMES',
  source_ips: 'SOURCE ADDRESSES',
  user_agents: 'USER AGENTS',
  regions: 'REGIONS',
  accounts: 'ACCOUNTS',
  error_codes: 'ERRORS, by how many principals met them',
}

const RARE_TITLES: Readonly<Record<RareName, string>> = {
  event_names: 'RARE: principal × event name',
  regions: 'RARE: principal × region',
  source_ips: 'RARE: principal × source address',
  user_agents: 'RARE: principal × user agent',
}

/** Values come last: a long user agent must not push the numbers out of sight. */
const RANKED_COLUMNS = ['events', 'errors', 'principals', 'first_seen', 'last_seen', 'value'] as const
const CONTROL_COLUMNS = [
  'events',
  'errors',
  'principals',
  'first_seen',
  'last_seen',
  'value',
  'principal',
] as const
const RARE_COLUMNS = [
  'events',
  'of',
  'principals',
  'first_seen',
  'known_for',
  'event_id',
  'principal',
  'value',
] as const
const BURST_COLUMNS = [
  'errors',
  'start',
  'end',
  'event_names',
  'event_id',
  'principal',
  'error_codes',
] as const

export async function writeSummary(
  summary: Summary,
  out: NodeJS.WritableStream,
  options: ReportOptions,
): Promise<void> {
  out.write(renderKeyValues(totalLines(summary)))
  if (summary.totals.events === 0) return
  if (options.timeline) out.write(timelineText(summary.timeline, options.unicode))
  for (const name of CONTROL_NAMES) {
    const { total, rows } = summary.control[name]
    out.write(heading(CONTROL_TITLES[name], rows.length, total))
    await writeTable(
      CONTROL_COLUMNS,
      rows.map((row) => ({ ...row })),
      out,
      options,
    )
    out.write(rows.slice(0, 1).map(seenWith).join(''))
  }
  for (const name of LIST_NAMES) {
    const { total, rows } = summary.lists[name]
    out.write(heading(TITLES[name], rows.length, total))
    await writeTable(RANKED_COLUMNS, rows.map(rankedCells), out, options)
  }
  for (const name of RARE_NAMES) {
    const { total, rows } = summary.rare[name]
    out.write(heading(RARE_TITLES[name], rows.length, total))
    await writeTable(RARE_COLUMNS, rows.map(rareCells), out, options)
  }
  const { total, rows } = summary.bursts
  out.write(
    heading('ERROR BURSTS: at least 10 failures of one principal, no pause over 60 s', rows.length, total),
  )
  const bursts = rows.map((burst) => ({ ...burst, error_codes: burst.error_codes.join(' ') }))
  await writeTable(BURST_COLUMNS, bursts, out, options)
}

function totalLines({ totals, services }: Summary): KeyValue[] {
  const span = totals.first_seen === null ? '' : `, from ${totals.first_seen} to ${totals.last_seen ?? ''}`
  const unsaid = totals.unsaid === 0 ? '' : `, ${formatCount(totals.unsaid)} that do not say`
  const lines: KeyValue[] = [
    { key: 'events', value: `${formatCount(totals.events)}${span}` },
    { key: '', value: `${formatCount(totals.reads)} reads, ${formatCount(totals.writes)} writes${unsaid}` },
    { key: 'failed', value: formatCount(totals.errors) },
    { key: 'principals', value: formatCount(totals.principals) },
  ]
  if (totals.insights > 0)
    lines.push({ key: 'insights', value: `${formatCount(totals.insights)} records that are no calls` })
  if (totals.without_time > 0)
    lines.push({ key: 'no time', value: `${formatCount(totals.without_time)} events have no readable time` })
  return services.events === 0 ? lines : [...lines, serviceLine(services, totals.events)]
}

const SERVICES_NAMED = 5

function serviceLine({ included, events, principals }: Summary['services'], all: number): KeyValue {
  const share = ((events / all) * 100).toFixed(events === all ? 0 : 1)
  const named = principals
    .slice(0, SERVICES_NAMED)
    .map(({ value, events: own }) => `${value} ${formatCount(own)}`)
  const rest = principals.length > SERVICES_NAMED ? ', …' : ''
  const what = `${formatCount(events)} events (${share} %) that AWS services made for themselves: ${named.join(', ')}${rest}`
  return included
    ? { key: 'services', value: `${what}. Included below` }
    : { key: 'services', value: [what, 'Left out of everything below; --include-service shows them'] }
}

function timelineText({ bucket_ms, buckets }: Timeline, unicode: boolean): string {
  const [first] = buckets
  const last = buckets.at(-1)
  if (first === undefined || last === undefined) return ''
  const lines = (['events', 'errors'] as const).flatMap((name) => {
    const counts = buckets.map((bucket) => bucket[name])
    const most = counts.reduce((one, other) => Math.max(one, other))
    if (most === 0) return []
    const title = `${name} per ${formatBucket(bucket_ms)}, at most ${formatCount(most)}`
    return [title, ...drawHistogram(counts, { height: name === 'events' ? 4 : 2, unicode })]
  })
  const axis = buckets.length > 1 ? `${first.start} … ${last.start}` : first.start
  return `\nTIMELINE, ${axis}\n${lines.join('\n')}\n`
}

function heading(title: string, shown: number, total: number): string {
  const count = total > shown ? `${formatCount(shown)} of ${formatCount(total)}` : formatCount(total)
  return `\n${title} (${count})\n`
}

function rankedCells({ value, ...row }: RankedRow): Cells {
  return { ...row, value: valueText(value) }
}

/** By key, since a name can belong to several principals. */
function seenWith({ principal_key, value }: ControlRow): string {
  return `events of the first row: coldtrail find principal ${shellWord(printable(principal_key))} --event ${value}\n`
}

function rareCells({ principal_events, known_for_ms, ...row }: RareRow): Cells {
  return {
    ...row,
    of: principal_events,
    known_for: known_for_ms === null ? null : formatDuration(known_for_ms),
  }
}

function valueText(value: string | null): string {
  return value === null ? '(none)' : value === '' ? '(empty)' : value
}
