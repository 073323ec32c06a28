/** The meaning of an index command, independent of how it was typed. */
import type { LedgerTotals } from '../model/ledger.js'

export interface IngestPlan {
  readonly casePath: string
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  readonly workers: number
  readonly reference: boolean
  /** Repair curly quotes in damaged JSON. */
  readonly lenient?: boolean
  /** Use SQLite's own INSERT and FTS5 index for rows and full text: store/plain-sqlite.ts. */
  readonly plainSqlite?: boolean
  /** Skips whole files by the date in their path; ms since 1970, or null. */
  readonly since: number | null
  readonly until: number | null
  /** For the row in `runs`. */
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
