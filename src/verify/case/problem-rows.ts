/** Compares the stored problems of a source, in the order they were written, with those its content gives again. */
import type { Problem } from '../../model/problem.js'
import { RowDigest } from '../../store/row-digest.js'
import type { FindingList } from './finding.js'

export interface ProblemRow {
  readonly kind: Problem['kind']
  readonly record_index: number | null
  readonly byte_offset: number | null
  readonly byte_length: number | null
  readonly event_id: string | null
}

/** About the file or its stream, before its content is read; the stored content does not reproduce them. */
const OF_THE_FILE: ReadonlySet<Problem['kind']> = new Set<Problem['kind']>([
  'truncated-gzip',
  'corrupt-gzip',
  'trailing-garbage',
  'multi-member-gzip',
  'nested-gzip',
  'bad-container',
  'bad-member',
  'utf-16',
  'too-large',
  'changed-during-read',
])

/** From the first record on, problems are written whenever more than this wait: ingest/source-job.ts. */
const MOST_WAITING = 1000

export class ProblemRows {
  readonly #stored: readonly ProblemRow[]
  readonly #findings: FindingList
  #waiting: (Problem | null)[] = []
  #next = 0
  #differ = false

  constructor(stored: readonly ProblemRow[], findings: FindingList) {
    this.#stored = stored
    this.#findings = findings
  }

  /** Problems reported before the content is read. */
  begin(): void {
    for (const { kind } of this.#stored) {
      if (!OF_THE_FILE.has(kind)) break
      this.#waiting.push(null)
    }
  }

  found(problem: Problem, hasRecords: boolean, digest: RowDigest): void {
    this.#waiting.push(problem)
    if (hasRecords && this.#waiting.length > MOST_WAITING) this.#write(digest)
  }

  end(digest: RowDigest): void {
    this.#write(digest)
    for (const row of this.#stored.slice(this.#next)) {
      digestProblem(digest, row)
      this.#differ ||= !OF_THE_FILE.has(row.kind)
    }
    if (this.#differ) this.#findings.add('rows', 'its problems differ from those that its content gives')
  }

  #write(digest: RowDigest): void {
    for (const problem of this.#waiting) {
      const row = this.#take(digest, problem !== null)
      this.#differ ||= problem !== null && (row === undefined || !isSame(row, problem))
    }
    this.#waiting = []
  }

  /** Damage of a stream comes before the problems of its last piece. */
  #take(digest: RowDigest, ofContent: boolean): ProblemRow | undefined {
    for (;;) {
      const row = this.#stored[this.#next]
      if (row === undefined) return undefined
      this.#next++
      digestProblem(digest, row)
      if (!ofContent || !OF_THE_FILE.has(row.kind)) return row
    }
  }
}

function digestProblem(digest: RowDigest, { kind, byte_offset, byte_length }: ProblemRow): void {
  digest.problem({ kind, byteOffset: byte_offset, byteLength: byte_length })
}

/** Details can quote Node and change with its version; they are covered by the digests of the last run. */
function isSame(row: ProblemRow, problem: Problem): boolean {
  return (
    row.kind === problem.kind &&
    row.byte_offset === (problem.byteOffset ?? null) &&
    row.byte_length === (problem.byteLength ?? null) &&
    row.record_index === (problem.recordIndex ?? null) &&
    row.event_id === (problem.eventId ?? null)
  )
}

/** Of a source whose problems are its only rows. */
export function digestOf(problems: readonly ProblemRow[]): string {
  const digest = new RowDigest()
  for (const problem of problems) digestProblem(digest, problem)
  return digest.take()
}
