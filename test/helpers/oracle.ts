/** An answer key made by plain Python 3: another language, another JSON reader, none of our code. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const hasPython = spawnSync('python3', ['--version']).status === 0

export interface OracleRecord {
  readonly path: string
  /** Bytes of the decompressed content. */
  readonly offset: number
  readonly length: number
  /** Of the record's exact bytes. */
  readonly sha256: string
  readonly event_id: string
  readonly request_id: string | null
  readonly access_key: string | null
  /** ARNs in resources[]. */
  readonly resources: readonly string[]
  /** Words of every string value, in lower case, without those of eventID, requestID and eventTime. */
  readonly words: readonly string[]
}

export interface OracleKey {
  readonly files: number
  readonly records: readonly OracleRecord[]
  /** eventIDs of distinct records: equal copies count once. */
  readonly events: number
  readonly duplicates: number
  readonly by_event_name: Readonly<Record<string, number>>
  readonly by_principal_arn: Readonly<Record<string, number>>
  readonly by_source_ip: Readonly<Record<string, number>>
  readonly by_error_code: Readonly<Record<string, number>>
  readonly by_minute: Readonly<Record<string, number>>
}

const SCRIPT = fileURLToPath(new URL('./oracle.py', import.meta.url))

/** Reads every file below a folder. */
export function makeKey(folder: string): OracleKey {
  const run = spawnSync('python3', [SCRIPT, folder], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`the oracle failed: ${run.stderr}`)
  return JSON.parse(run.stdout) as OracleKey
}
