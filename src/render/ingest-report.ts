/** The totals of an index run, as sentences that add up. */
import type { LedgerTotals, RecordLedger, SourceLedger } from '../model/ledger.js'
import { shellWord } from '../model/shell-word.js'
import { formatBytes, formatCount, formatDuration } from './bytes.js'

export interface IngestReport extends LedgerTotals {
  readonly bytes: number
  readonly milliseconds: number
}

export function renderIngestReport(totals: IngestReport, casePath: string): string[] {
  const { files, members, records, others, families, exclude } = totals
  const { access_log_lines: accessLines, aggregated_events: aggregated } = others
  const rows = records.found + accessLines + aggregated
  const rate = totals.milliseconds > 0 ? Math.round(rows / (totals.milliseconds / 1000)) : 0
  const lines = [
    `files    ${sourcesText(files)}`,
    ...(members.found > 0 ? [`members  ${sourcesText(members)}`] : []),
    `records  ${recordsText(records)}`,
    ...(accessLines > 0 ? [`lines    ${formatCount(accessLines)} of S3 server access logs`] : []),
    ...(aggregated > 0 ? [`counts   ${formatCount(aggregated)} aggregated events: counts, no events`] : []),
    ...Object.entries(families).map(
      ([family, n]) => `other    ${formatCount(n)} ${family}: no event of CloudTrail in it`,
    ),
    ...(exclude.length > 0
      ? [
          `         to leave them out: ${exclude.map((pattern) => `--exclude ${shellWord(pattern)}`).join(' ')}`,
        ]
      : []),
    `time     ${formatDuration(totals.milliseconds)}, ${formatBytes(totals.bytes)} read, ${formatCount(rate)} records/s`,
  ]
  if (files.found === 0)
    lines.push('nothing  there was no file to read: check the folder, and what --exclude leaves')
  const kinds = Object.entries(totals.problems).sort(([a], [b]) => (a < b ? -1 : 1))
  if (kinds.length > 0) {
    lines.push(
      `problems ${kinds.map(([kind, n]) => `${kind} ${formatCount(n)}`).join(', ')}: see coldtrail problems --case ${casePath}`,
    )
  }
  return lines
}

function sourcesText(sources: SourceLedger): string {
  const parts = sum({
    indexed: sources.indexed,
    'copies of indexed files': sources.duplicate,
    'already indexed': sources.alreadyIndexed,
    ...(sources.neighbours > 0 ? { 'of other services or programs': sources.neighbours } : {}),
    skipped: sources.skipped,
    rejected: sources.rejected,
  })
  return `${formatCount(sources.found)} found = ${parts}`
}

/** Reduced forms are only mentioned if there are any. */
export function recordsText({ found, events, duplicates, replaced, rejected }: RecordLedger): string {
  const forms = replaced > 0 ? { 'reduced forms replaced': replaced } : {}
  return `${formatCount(found)} found = ${sum({ events, duplicates, ...forms, rejected })}`
}

function sum(parts: Record<string, number>): string {
  return Object.entries(parts)
    .map(([name, n]) => `${formatCount(n)} ${name}`)
    .join(' + ')
}
