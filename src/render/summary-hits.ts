/** The first section of a summary: what detection rules found. */
import type { HitSummary } from '../model/detection.js'
import { writeTable } from './rows-table.js'
import type { SinkOptions } from './sink.js'
import { EMPTY_SUMMARY_ROW, type SummaryRow } from './summary-rows.js'

const COLUMNS = ['level', 'events', 'principals', 'first_seen', 'last_seen', 'title', 'techniques', 'author']

/** @param limit the most rows; informational ones are not listed. */
export async function writeSummaryHits(
  hits: readonly HitSummary[],
  limit: number,
  out: NodeJS.WritableStream,
  options: SinkOptions,
): Promise<void> {
  const listed = hits.filter(({ level }) => level !== null && level !== 'informational')
  if (listed.length === 0) return
  const shown = listed.slice(0, limit)
  const part =
    shown.length < listed.length ? ` (${shown.length} of ${listed.length}; coldtrail hits lists all)` : ''
  out.write(`HITS of detection rules${part}\n`)
  await writeTable(
    COLUMNS,
    shown.map((hit) => ({ ...hit })),
    out,
    options,
  )
  out.write('\n')
}

export function* hitSummaryRows(hits: readonly HitSummary[]): Generator<SummaryRow> {
  for (const { level, title, events, principals, first_seen, last_seen } of hits)
    yield {
      ...EMPTY_SUMMARY_ROW,
      section: 'hits',
      value: `${level ?? 'no level'}: ${title}`,
      events,
      principals,
      first_seen,
      last_seen,
    }
}
