/** Totals of an index run and of a case: what was found equals the sum of the rest. */

/** found = indexed + duplicate + alreadyIndexed + neighbours + skipped + rejected. */
export interface SourceLedger {
  readonly found: number
  readonly indexed: number
  readonly duplicate: number
  readonly alreadyIndexed: number
  /** Of other services and programs. */
  readonly neighbours: number
  readonly skipped: number
  readonly rejected: number
}

/** found = events + duplicates + replaced + rejected: no record vanishes. */
export interface RecordLedger {
  readonly found: number
  readonly events: number
  readonly duplicates: number
  /** Reduced forms replaced by their full record. */
  readonly replaced: number
  readonly rejected: number
}

/** Rows that are not events. */
export interface OtherRows {
  readonly access_log_lines: number
  /** Each has a row for each of its counts. */
  readonly aggregated_events: number
}

export interface LedgerTotals {
  readonly files: SourceLedger
  /** Of zips and tars. */
  readonly members: SourceLedger
  readonly records: RecordLedger
  readonly others: OtherRows
  /** Files and members of other services and programs, by family. */
  readonly families: Readonly<Record<string, number>>
  /** Patterns for --exclude that leave these files out. */
  readonly exclude: readonly string[]
  /** By kind. */
  readonly problems: Readonly<Record<string, number>>
}
