/** What an index run is asked to do, as meant, not as typed. */
import type { LedgerTotals } from '../model/ledger.js'

export interface IngestPlan {
  readonly casePath: string
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  readonly workers: number
  readonly reference: boolean
  /** Map curly quotes in damaged JSON. */
  readonly lenient?: boolean
  /** Rows and full text by SQLite's own INSERT and FTS5's own index: store/plain-sqlite.ts. */
  readonly plainSqlite?: boolean
  /** Whole files are skipped by the date in their path; ms since the epoch, or null. */
  readonly since: number | null
  readonly until: number | null
  /** For the runs row. */
  readonly commandLine: readonly string[]
  readonly toolVersion: string
}

export interface IngestTotals extends LedgerTotals {
  conflicts: number
  bytes: number
  milliseconds: number
  interrupted: boolean
  /** Worker and main-thread milliseconds by stage. */
  stages: Record<string, number>
}

export interface ProgressState {
  readonly phase: 'looking' | 'comparing' | 'indexing' | 'finishing'
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly filesDone: number
  readonly filesTotal: number
  readonly events: number
  readonly problems: number
  readonly duplicates: number
  readonly step: string
}

export type ProgressListener = (state: ProgressState) => void
