/** Everything that is heavy for each source: a plain function over a list of them, so that it can run in any thread. */
import { LIMITS } from '../../decode/limits.js'
import type { Connection } from '../../store/open.js'
import { ArchiveReader } from './archive-reader.js'
import { FindingList, isDamage, type Finding } from './finding.js'
import { RecordChecker } from './record-check.js'
import { RowDigest, type ProblemRow } from './row-digest.js'
import type { RowRange, RowRanges } from './row-ranges.js'
import { SourceRowReader, type SourceRow } from './source-rows.js'
import { StoredContent } from './stored-content.js'
import { mayBeReduced, VERIFIED_SOURCE_SQL, type VerifiedSource } from './verified-source.js'

export interface SourceRows {
  readonly id: number
  readonly ranges: RowRanges
}

export interface SourceTask {
  readonly sources: readonly SourceRows[]
  /** Compare with the archive: folders to look in, or none to look where the files were found. */
  readonly reread: readonly string[] | null
}

export interface SourceResult {
  readonly findings: readonly Finding[]
  readonly sources: number
  readonly records: number
  readonly bytes: number
  readonly notes: SourceNotes
}

export interface SourceNotes {
  /** Sources whose rows could not be hashed again: too many problems, or repeats in another form than the record. */
  notHashed: number
  /** Files that were read again in the archive. */
  reread: number
  /** Members of containers, which are not read again. */
  members: number
}

/** Problems of a source are written after its rows, but in batches of this many. */
const ORDERED_PROBLEMS = 1000

export function checkSources(db: Connection, task: SourceTask): SourceResult {
  const totals: Totals = { records: 0, bytes: 0, notes: { notHashed: 0, reread: 0, members: 0 } }
  const findings: Finding[] = []
  let checker = new SourceChecker(db, task.reread, totals)
  for (const rows of task.sources) {
    try {
      findings.push(...checker.check(rows))
    } catch (error) {
      if (!isDamage(error)) throw error
      findings.push({ check: 'structure', place: `source ${rows.id}`, detail: (error as Error).message })
      // A statement that met damage stays busy: the other sources get new ones.
      checker = new SourceChecker(db, task.reread, totals)
    }
  }
  return { findings, sources: task.sources.length, ...totals }
}

interface Totals {
  records: number
  bytes: number
  readonly notes: SourceNotes
}

class SourceChecker {
  readonly #totals: Totals
  readonly #archive: ArchiveReader | null
  readonly #rows: SourceRowReader
  readonly #content: StoredContent
  readonly #source
  readonly #problems

  constructor(db: Connection, reread: readonly string[] | null, totals: Totals) {
    this.#totals = totals
    this.#archive = reread === null ? null : new ArchiveReader(reread)
    this.#rows = new SourceRowReader(db)
    this.#content = new StoredContent(db)
    this.#source = db.prepare<[{ id: number; first: number; last: number }], VerifiedSource>(
      VERIFIED_SOURCE_SQL,
    )
    this.#problems = db.prepare<[number, number, number], ProblemRow>(
      `SELECT kind, byte_offset, byte_length FROM problem WHERE id BETWEEN ? AND ? AND source_id = ? AND kind <> 'conflict' ORDER BY id`,
    )
  }

  check(rows: SourceRows): Finding[] {
    const source = this.#read(rows.id, rows.ranges.problem)
    if (source === undefined) return []
    const findings = new FindingList(source.member === null ? source.path : `${source.path}/${source.member}`)
    if (source.status === 'duplicate') this.#checkCopy(source, findings)
    else this.#checkRows(source, rows, findings)
    if (this.#archive !== null) this.#reread(source, this.#archive, findings)
    return findings.all
  }

  #read(id: number, problems?: RowRange): VerifiedSource | undefined {
    return this.#source.get({ id, first: problems?.first ?? 0, last: problems?.last ?? -1 })
  }

  #checkCopy(source: VerifiedSource, findings: FindingList): void {
    const original = source.duplicate_of === null ? undefined : this.#read(source.duplicate_of)
    if (original === undefined) findings.add('bytes', 'a copy of a source that is not there')
    else if (original.sha256 !== source.sha256)
      findings.add('bytes', `not a copy of ${original.path}: the SHA-256 differ`)
    else if (original.row_digest !== source.row_digest)
      findings.add('rows', `has another row digest than ${original.path}, of which it is a copy`)
  }

  /** One walk over the content and the rows side by side: neither is held whole. */
  #checkRows(source: VerifiedSource, { ranges }: SourceRows, findings: FindingList): void {
    const digest = new RowDigest()
    const records = new RecordChecker({
      mayBeReduced: mayBeReduced(source),
      isLenient: source.is_lenient !== 0,
    })
    const walk = new RecordWalk(this.#rows.of(source.id, ranges), { digest, records, findings })
    walk.end(this.#walkContent(source, walk, findings))
    this.#totals.records += walk.rows
    if (walk.notCompared > 0) this.#totals.notes.notHashed++
    else this.#checkDigest(source, ranges.problem, digest, findings)
  }

  /** @returns whether all of the content went by. */
  #walkContent(source: VerifiedSource, walk: RecordWalk, findings: FindingList): boolean {
    if (source.storage === null || source.storage === 'none') return true
    const pieces = this.#content.pieces(source, findings)
    for (;;) {
      const next = pieces.next()
      if (next.done === true) return next.value
      this.#totals.bytes += next.value.length
      walk.piece(next.value)
    }
  }

  #checkDigest(
    source: VerifiedSource,
    problems: RowRange | undefined,
    digest: RowDigest,
    findings: FindingList,
  ): void {
    if ((problems?.count ?? 0) > ORDERED_PROBLEMS && source.made > 0) {
      this.#totals.notes.notHashed++
      return
    }
    if (problems !== undefined) {
      for (const problem of this.#problems.iterate(problems.first, problems.last, source.id))
        digest.problem(problem)
    }
    if (digest.digest() !== source.row_digest) {
      findings.add('rows', 'its rows are not those that were made when it was indexed: their digest differs')
    }
  }

  #reread(source: VerifiedSource, archive: ArchiveReader, findings: FindingList): void {
    if (source.sha256 === null) return
    if (source.member !== null) {
      this.#totals.notes.members++
      return
    }
    this.#totals.notes.reread++
    const difference = archive.compare(source)
    if (difference !== null) findings.add('archive', difference)
  }
}

interface WalkParts {
  readonly digest: RowDigest
  readonly records: RecordChecker
  readonly findings: FindingList
}

/** Takes rows and content in the same order, and holds only what of the content may belong to the next row. */
class RecordWalk {
  rows = 0
  /** Rows whose digest can not be made again. */
  notCompared = 0
  readonly #iterator: Iterator<SourceRow>
  readonly #parts: WalkParts
  #next: SourceRow | undefined
  #held: Buffer = Buffer.alloc(0)
  /** Offset of #held in the content. */
  #base = 0

  constructor(rows: Iterator<SourceRow>, parts: WalkParts) {
    this.#iterator = rows
    this.#parts = parts
    this.#advance()
  }

  piece(piece: Buffer): void {
    const window = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
    const end = this.#base + window.length
    for (let row = this.#next; row !== undefined && row.offset + row.length <= end; row = this.#next) {
      const from = row.offset - this.#base
      if (from < 0) this.#report(row, 'it lies before the record of the row before it')
      else this.#check(row, window.subarray(from, from + row.length))
      this.#advance()
    }
    const keepFrom = Math.min(Math.max(this.#next?.offset ?? end, this.#base), end)
    this.#held = Buffer.from(window.subarray(keepFrom - this.#base))
    this.#base = keepFrom
  }

  /** @param isWhole whether all of the content went by: what is left over then lies beyond its end. */
  end(isWhole: boolean): void {
    for (let row = this.#next; row !== undefined; row = this.#next) {
      if (isWhole) this.#report(row, 'the content ends before it')
      this.#advance()
    }
  }

  #check(row: SourceRow, outer: Buffer): void {
    const verdict = this.#parts.records.check(row, outer)
    if (verdict === 'not-compared') this.notCompared++
    else if (verdict !== null) this.#report(row, verdict.wrong)
  }

  #report(row: SourceRow, wrong: string): void {
    const name = row.kind === 'access' ? 'a line of an access log' : (row.event_id ?? 'an aggregated event')
    const within = row.locator === null ? '' : ` at ${row.locator}`
    this.#parts.findings.add('event', `${name} at byte ${row.offset}, ${row.length} bytes${within}: ${wrong}`)
  }

  #advance(): void {
    for (;;) {
      const next = this.#iterator.next()
      this.#next = next.done === true ? undefined : next.value
      if (this.#next === undefined) return
      this.rows++
      this.#parts.digest.row(this.#next)
      if (isPossible(this.#next)) return
      // Waiting for its end would hold all of the content.
      this.#report(this.#next, 'no record can lie there')
    }
  }
}

function isPossible({ offset, length }: SourceRow): boolean {
  return offset >= 0 && length > 0 && length <= LIMITS.maxValueBytes
}
