/** Totals: no record vanishes between a file and its rows, and no file between a run and now. */
import type { Connection } from '../../store/open.js'
import { FindingList, type Finding } from './finding.js'
import type { RangesByTable } from './row-ranges.js'

interface SourceCounts {
  readonly id: number
  readonly path: string
  readonly status: string
  readonly records: number
  readonly events: number
  readonly duplicates: number
  readonly replaced: number
  readonly rejected: number
  readonly other_rows: number | null
}

export function checkLedger(db: Connection, counted: RangesByTable): Finding[] {
  const found: Finding[] = []
  const sources = db
    .prepare(
      'SELECT id, path, status, records, events, duplicates, replaced, rejected, other_rows FROM source',
    )
    .iterate()
  const united = unitedFirst(db)
  const total = { records: 0, parts: 0 }
  for (const source of sources as IterableIterator<SourceCounts>) {
    total.records += source.records
    total.parts += source.events + source.duplicates + source.replaced + source.rejected
    found.push(...checkSource(source, counted, united.get(source.id) ?? 0))
  }
  const findings = new FindingList('case file')
  if (total.records !== total.parts)
    findings.add('ledger', `${total.records} records, but ${total.parts} are accounted for`)
  return [...found, ...findings.all, ...checkRunCounts(db)]
}

function checkSource(
  source: SourceCounts,
  { event, redelivery, reduced_form, access_log, aggregate }: RangesByTable,
  united: number,
): Finding[] {
  const findings = new FindingList(source.path)
  const { records, events: own, duplicates, replaced, rejected } = source
  if (records !== own + duplicates + replaced + rejected) {
    findings.add(
      'ledger',
      `${records} records, but ${own} events + ${duplicates} duplicates + ${replaced} replaced + ${rejected} rejected`,
    )
  }
  const rows = (event.get(source.id)?.count ?? 0) + united
  if (rows !== own) findings.add('ledger', `${rows} rows of events, ${own} were made`)
  // A copy of another file has no rows of its own.
  const again = (redelivery.get(source.id)?.count ?? 0) + (reduced_form.get(source.id)?.count ?? 0) - united
  const expected = source.status === 'indexed' ? duplicates + replaced : 0
  if (again !== expected) findings.add('ledger', `${again} rows of repeated events, ${expected} were made`)
  const others = (access_log.get(source.id)?.count ?? 0) + (aggregate.get(source.id)?.count ?? 0)
  if (others !== (source.other_rows ?? 0)) {
    findings.add(
      'ledger',
      `${others} rows of access logs and aggregated events, ${source.other_rows ?? 0} were made`,
    )
  }
  return findings.all
}

/** Source → reduced forms that an event of several begins with: these are its rows of events. */
function unitedFirst(db: Connection): Map<number, number> {
  const rows = db
    .prepare('SELECT source_id, count(*) FROM reduced_form WHERE id = target GROUP BY source_id')
    .raw()
  return new Map(rows.all() as [number, number][])
}

interface Counts {
  readonly found?: number
  readonly indexed?: number
  readonly duplicate?: number
  readonly alreadyIndexed?: number
  /** Not counted by older versions. */
  readonly neighbours?: number
  readonly skipped?: number
  readonly rejected?: number
}

interface RunCounts {
  readonly files?: Counts
  readonly members?: Counts
  readonly records?: { readonly found?: number }
}

/** Compares with what each run counted at its end, which reveals a source removed with all its rows. */
function checkRunCounts(db: Connection): Finding[] {
  const findings = new FindingList('runs')
  const now = db.prepare(
    `SELECT count(*) FILTER (WHERE status = 'indexed') AS indexed, count(*) FILTER (WHERE status = 'duplicate') AS duplicate,
     coalesce(sum(records), 0) AS found FROM source WHERE run_id = ?`,
  )
  const runs = db.prepare('SELECT id, counts FROM runs WHERE counts IS NOT NULL ORDER BY id').all() as {
    id: number
    counts: string
  }[]
  for (const { id, counts } of runs) {
    const then = readCounts(counts)
    const { indexed, duplicate, found } = now.get(id) as { indexed: number; duplicate: number; found: number }
    const run = `run ${id} counted`
    const counted = (state: 'indexed' | 'duplicate') =>
      (then?.files?.[state] ?? NaN) + (then?.members?.[state] ?? NaN)
    if (counted('indexed') !== indexed)
      findings.add('ledger', `${run} ${counted('indexed')} indexed files, the case holds ${indexed}`)
    if (counted('duplicate') !== duplicate)
      findings.add('ledger', `${run} ${counted('duplicate')} copies, the case holds ${duplicate}`)
    for (const what of ['files', 'members'] as const) {
      const found = then?.[what]?.found ?? NaN
      if (found !== sumOf(then?.[what]))
        findings.add('ledger', `${run} ${found} ${what} found, but accounts for ${sumOf(then?.[what])}`)
    }
    if (then?.records?.found !== found)
      findings.add('ledger', `${run} ${then?.records?.found ?? '?'} records, the case holds ${found}`)
  }
  return findings.all
}

function sumOf(counts: Counts | undefined): number {
  const { indexed = NaN, duplicate = NaN, alreadyIndexed = NaN, skipped = NaN, rejected = NaN } = counts ?? {}
  return indexed + duplicate + alreadyIndexed + (counts?.neighbours ?? 0) + skipped + rejected
}

function readCounts(text: string): RunCounts | null {
  try {
    return JSON.parse(text) as RunCounts
  } catch {
    return null
  }
}
