import type { CaseInfo, RunInfo } from '../model/case-info.js'
import { formatBytes, formatCount } from './bytes.js'
import { recordsText } from './ingest-report.js'
import { padCell, cellWidth } from './cell-width.js'
import { renderKeyValues, type KeyValue } from './key-values.js'
import { printable } from './printable.js'

/** Facts about a case as aligned text for a report. */
export function renderCaseInfo(info: CaseInfo): string {
  return renderKeyValues([
    ...identityLines(info),
    ...contentLines(info),
    ...sizeLines(info),
    ...runLines(info),
    ...authenticityLines(info),
  ])
}

function identityLines(info: CaseInfo): KeyValue[] {
  return [
    { key: 'case file', value: info.file },
    { key: 'format version', value: info.format_version },
    { key: 'tool version', value: info.tool_version },
    { key: 'state', value: info.state },
    { key: 'logical digest', value: info.logical_digest ?? 'none' },
  ]
}

function contentLines(info: CaseInfo): KeyValue[] {
  return [
    { key: 'events', value: formatCount(info.events) },
    { key: 'appearances', value: formatCount(info.appearances) },
    { key: 'time span', value: spanText(info.time_span) },
    { key: 'records', value: recordsText(info.records) },
    { key: 'other rows', value: othersText(info) },
    { key: 'sources', value: counted(Object.entries(info.sources)) },
    ...membersLine(info),
    { key: 'kinds', value: counted(Object.entries(info.kinds).map(kindCount)) },
    { key: 'accounts', value: counted(info.accounts.map(accountCount)) },
    { key: 'regions', value: counted(info.regions.map((r) => [r.aws_region, r.events])) },
    { key: 'problems', value: counted(Object.entries(info.problems)) },
  ]
}

/** Only if there are any. */
function membersLine({ members }: CaseInfo): KeyValue[] {
  const entries = Object.entries(members)
  return entries.length === 0 ? [] : [{ key: 'of them members', value: counted(entries) }]
}

function accountCount({
  account_id,
  account_owner,
  events,
}: CaseInfo['accounts'][number]): [string | null, number] {
  return [account_owner === undefined ? account_id : `${account_id ?? ''} ${account_owner}`, events]
}

function sizeLines({ sizes }: CaseInfo): KeyValue[] {
  return [
    { key: 'case size', value: sizeText(sizes.case_bytes) },
    { key: 'source size', value: sizeText(sizes.source_bytes) },
    { key: 'content size', value: sizeText(sizes.content_bytes) },
  ]
}

function runLines({ runs }: CaseInfo): KeyValue[] {
  return [{ key: 'runs', value: orNone(runs.map(runText)) }]
}

/** Sentences for a report, with what they do not establish. */
function authenticityLines({ verification }: CaseInfo): KeyValue[] {
  if (verification === undefined) return []
  if (verification === null) {
    return [{ key: 'authenticity', value: 'not checked: coldtrail digest verify --keys keys.json' }]
  }
  const { finished, tool_version, statement } = verification
  return [
    { key: 'authenticity', value: [`digest verify of ${finished}, coldtrail ${tool_version}`, ...statement] },
  ]
}

function spanText({ first, last }: CaseInfo['time_span']): string {
  return first === null || last === null ? 'none' : `${first} to ${last}`
}

/** In AWS's terms. */
function kindCount([kind, count]: readonly [string, number]): [string, number] {
  return [kind === 's3-access-log' ? 'S3 server access log' : kind, count]
}

function othersText({ others, access_log_time_span: span }: CaseInfo): readonly string[] {
  const { access_log_lines: lines, aggregated_events: aggregated } = others
  const when = span.first === null ? '' : `, ${spanText(span)}`
  return orNone([
    ...(lines > 0 ? [`${formatCount(lines)} lines of S3 server access logs${when}`] : []),
    ...(aggregated > 0 ? [`${formatCount(aggregated)} aggregated events`] : []),
  ])
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? formatBytes(bytes) : `${formatBytes(bytes)} (${formatCount(bytes)} bytes)`
}

function runText({ id, started, finished, status }: RunInfo): string {
  return `${id}  ${started} to ${finished ?? '(not finished)'}  ${status}`
}

/** `name  count` lines, counts right-aligned. */
function counted(entries: readonly (readonly [string | null, number])[]): readonly string[] {
  const shown = entries.map(([name, count]) => [printable(name ?? '(none)'), formatCount(count)] as const)
  const nameWidth = Math.max(0, ...shown.map(([name]) => cellWidth(name)))
  const countWidth = Math.max(0, ...shown.map(([, count]) => count.length))
  return orNone(shown.map(([name, count]) => `${padCell(name, nameWidth)}  ${count.padStart(countWidth)}`))
}

function orNone(values: readonly string[]): readonly string[] {
  return values.length === 0 ? ['none'] : values
}
