/** The totals of an index run, as sentences that reconcile. */
import { formatBytes, formatCount, formatDuration } from './bytes.js'

export interface IngestReport {
  readonly files: {
    found: number
    indexed: number
    duplicate: number
    alreadyIndexed: number
    skipped: number
    rejected: number
  }
  readonly records: { found: number; events: number; duplicates: number; rejected: number }
  readonly problems: Record<string, number>
  readonly bytes: number
  readonly milliseconds: number
}

export function renderIngestReport(totals: IngestReport, casePath: string): string[] {
  const { files, records } = totals
  const rate = totals.milliseconds > 0 ? Math.round(records.found / (totals.milliseconds / 1000)) : 0
  const lines = [
    `files    ${formatCount(files.found)} found = ${sum({
      indexed: files.indexed,
      'copies of indexed files': files.duplicate,
      'already indexed': files.alreadyIndexed,
      skipped: files.skipped,
      rejected: files.rejected,
    })}`,
    `records  ${formatCount(records.found)} found = ${sum({ events: records.events, duplicates: records.duplicates, rejected: records.rejected })}`,
    `time     ${formatDuration(totals.milliseconds)}, ${formatBytes(totals.bytes)} read, ${formatCount(rate)} records/s`,
  ]
  const kinds = Object.entries(totals.problems).sort(([a], [b]) => (a < b ? -1 : 1))
  if (kinds.length > 0) {
    lines.push(
      `problems ${kinds.map(([kind, n]) => `${kind} ${formatCount(n)}`).join(', ')}: see coldtrail problems --case ${casePath}`,
    )
  }
  return lines
}

function sum(parts: Record<string, number>): string {
  return Object.entries(parts)
    .map(([name, n]) => `${formatCount(n)} ${name}`)
    .join(' + ')
}
