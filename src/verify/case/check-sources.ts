/** The expensive checks of each source, as a plain function over a list of them that can run in any thread. */
import { randomInt } from 'node:crypto'
import type { Verdict } from '../../decode/decode.js'
import { LIMITS } from '../../decode/limits.js'
import { AccessNormaliser } from '../../normalise/access-log.js'
import { Normaliser } from '../../normalise/normalise.js'
import type { Connection } from '../../store/open.js'
import { ArchiveReader } from './archive-reader.js'
import { FindingList, isDamage, type Finding } from './finding.js'
import { GivenNames } from './given-names.js'
import { digestOf, ProblemRows, type ProblemRow } from './problem-rows.js'
import { RemadeSource } from './remade-source.js'
import type { RowRange, RowRanges } from './row-ranges.js'
import { SourceRowReader } from './source-rows.js'
import { StoredContent } from './stored-content.js'
import { WordSums } from './text-check.js'
import { WordCheck } from './word-check.js'
import { VERIFIED_SOURCE_SQL, type VerifiedSource } from './verified-source.js'

export interface SourceRows {
  readonly id: number
  readonly ranges: RowRanges
  /** Events that are looked up by their words; `one` is chosen at random. */
  readonly findsWords: 'none' | 'one' | 'all'
}

export interface SourceTask {
  readonly sources: readonly SourceRows[]
  readonly toolVersion: string
  /** Of the sums over words: another in each run. */
  readonly seed: number
  /** Compare with the archive: folders to look in, or none to look where the files were found. */
  readonly reread: readonly string[] | null
}

export interface SourceResult {
  readonly findings: readonly Finding[]
  readonly sources: number
  readonly records: number
  readonly bytes: number
  /** Sources whose content cannot be read completely. */
  readonly unread: number
  readonly notes: SourceNotes
  /** Locations of the first records with a repeated key. */
  readonly repeated: readonly string[]
  /** Hashes of the callers' names in its records. */
  readonly names: readonly number[]
  /** Sums over the words of the events that were looked up. */
  readonly words: Uint32Array
}

export interface SourceNotes {
  /** Sources indexed by another version: their rows are unchanged, but this version would make different ones. */
  otherVersion: number
  /** Sources indexed by another version whose rows could not be hashed again: repeats in a reduced form are gone. */
  notHashed: number
  /** Files compared with the archive. */
  reread: number
  /** Members of containers, which are not compared with the archive. */
  members: number
  /** Records with a repeated key: the columns hold the last value. */
  repeatedKeys: number
}

/** Number of them listed with their location. */
export const MOST_REPEATED = 10

/** So many reduced forms of each source are looked up by their words: nothing else refers to their IDs. */
const MOST_FORMS = 20

/** One per thread: it only caches IDs of values, which are the same everywhere. */
const normaliser = new Normaliser(LIMITS.maxDepth)
const accessNormaliser = new AccessNormaliser()

export function checkSources(db: Connection, task: SourceTask): SourceResult {
  const totals: Totals = {
    records: 0,
    bytes: 0,
    unread: 0,
    notes: { otherVersion: 0, notHashed: 0, reread: 0, members: 0, repeatedKeys: 0 },
    repeated: [],
  }
  const findings: Finding[] = []
  const names = new GivenNames(db)
  const words = new WordSums(task.seed)
  let checker = new SourceChecker(db, task, totals, { names, words })
  for (const rows of task.sources) {
    try {
      findings.push(...checker.check(rows))
    } catch (error) {
      if (!isDamage(error)) throw error
      totals.unread++
      findings.push({ check: 'structure', place: `source ${rows.id}`, detail: (error as Error).message })
      checker.close()
      // A statement that met damage stays busy: the other sources get new ones.
      checker = new SourceChecker(db, task, totals, { names, words })
    }
  }
  checker.close()
  return { findings, sources: task.sources.length, names: names.given, words: words.sums, ...totals }
}

interface Totals {
  records: number
  bytes: number
  unread: number
  readonly notes: SourceNotes
  readonly repeated: string[]
}

/** What the records of all sources of a task give. */
interface Given {
  readonly names: GivenNames
  readonly words: WordSums
}

class SourceChecker {
  readonly #totals: Totals
  readonly #toolVersion: string
  readonly #names: GivenNames
  readonly #archive: ArchiveReader | null
  readonly #rows: SourceRowReader
  readonly #content: StoredContent
  readonly #words: WordCheck
  readonly #source
  readonly #problems

  constructor(db: Connection, { reread, toolVersion }: SourceTask, totals: Totals, given: Given) {
    this.#totals = totals
    this.#toolVersion = toolVersion
    this.#names = given.names
    this.#archive = reread === null ? null : new ArchiveReader(reread)
    this.#rows = new SourceRowReader(db)
    this.#content = new StoredContent(db)
    this.#words = new WordCheck(db, given.words)
    this.#source = db.prepare<[{ id: number; first: number; last: number }], VerifiedSource>(
      VERIFIED_SOURCE_SQL,
    )
    this.#problems = db.prepare<[number, number, number], ProblemRow>(
      `SELECT kind, record_index, byte_offset, byte_length, event_id FROM problem WHERE id BETWEEN ? AND ? AND source_id = ? AND kind <> 'conflict' ORDER BY id`,
    )
  }

  close(): void {
    this.#words.close()
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
      findings.add('rows', `its row digest differs from that of ${original.path}, of which it is a copy`)
  }

  #checkRows(source: VerifiedSource, rows: SourceRows, findings: FindingList): void {
    const problems = this.#readProblems(source.id, rows.ranges.problem)
    if (source.status === 'indexed') this.#remake(source, rows, problems, findings)
    // Nothing of it was usable: its problems are its only rows.
    else checkDigest(source, digestOf(problems), findings)
  }

  #readProblems(sourceId: number, range: RowRange | undefined): ProblemRow[] {
    return range === undefined ? [] : this.#problems.all(range.first, range.last, sourceId)
  }

  /** If this version made the rows, rebuilding them must give the same ones. */
  #remake(
    source: VerifiedSource,
    { ranges, findsWords }: SourceRows,
    stored: readonly ProblemRow[],
    findings: FindingList,
  ): void {
    const differences = new FindingList(findings.place)
    const own = ranges.event?.count ?? 0
    const chosen = findsWords === 'one' && own > 0 ? randomInt(own) : -1
    let events = 0
    let forms = 0
    const isChosen = (isForm: boolean): boolean =>
      findsWords === 'one' && (isForm ? forms++ < MOST_FORMS : events++ === chosen)
    const remade = new RemadeSource({
      rows: this.#rows.of(source.id, ranges),
      problems: new ProblemRows(stored, differences),
      normaliser,
      accessNormaliser,
      isLenient: source.is_lenient !== 0,
      onEvent: (draft, row) => {
        this.#names.caller(draft.identity, differences)
        if (row === undefined || row.kind === 'redelivery') return
        const rowid = row.id
        if (findsWords === 'all' || isChosen(row.kind === 'form'))
          this.#words.event(rowid, draft, differences)
        else this.#words.action(draft, differences)
      },
      onRepeatedKey: ({ eventId }, offset) => {
        this.#totals.notes.repeatedKeys++
        if (this.#totals.repeated.length < MOST_REPEATED)
          this.#totals.repeated.push(`${findings.place}, byte ${offset}: ${eventId}`)
      },
      onAccessLine: (draft) => {
        this.#names.requester(draft.client, differences)
        if (findsWords !== 'all') return
        this.#words.value(draft.client, 'a caller', differences)
        this.#words.value(draft.call, 'a call', differences)
      },
      findings: differences,
    })
    try {
      if (!this.#walkContent(source, remade, findings)) {
        this.#totals.unread++
        return
      }
      const { digest, verdict } = remade.end()
      this.#totals.records += remade.records
      const isOld = source.made_by !== this.#toolVersion
      if (verdict !== null) checkVerdict(source, verdict, differences)
      if (isOld && digest === source.row_digest && differences.all.length > 0)
        this.#totals.notes.otherVersion++
      // Rows folded into another form can only be rebuilt by the version that made them.
      else if (isOld && remade.otherForms > 0) this.#totals.notes.notHashed++
      else {
        findings.addAll(differences.all)
        checkDigest(source, digest, findings)
      }
    } finally {
      remade.close()
    }
  }

  /** @returns whether all content was read. */
  #walkContent(source: VerifiedSource, remade: RemadeSource, findings: FindingList): boolean {
    if (source.storage === null || source.storage === 'none') return true
    const pieces = this.#content.pieces(source, findings)
    const isWhole = (source.content_size ?? 0) <= LIMITS.wholeBytes
    const held: Buffer[] = []
    for (;;) {
      const next = pieces.next()
      if (next.done === true) {
        if (isWhole && next.value) remade.whole(held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held))
        else if (!isWhole) remade.piece(Buffer.alloc(0), true)
        return next.value
      }
      this.#totals.bytes += next.value.length
      if (isWhole) held.push(next.value)
      else remade.piece(next.value)
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

function checkDigest({ row_digest }: VerifiedSource, digest: string, findings: FindingList): void {
  if (digest === row_digest) return
  findings.add('rows', 'its rows differ from those made when it was indexed (digest)')
}

/** Compares the counts and facts about a source as a whole. */
function checkVerdict(source: VerifiedSource, verdict: Verdict, findings: FindingList): void {
  const facts: [name: string, row: unknown, content: unknown][] = [
    ['kind', source.kind, verdict.kind],
    ['shape', source.shape, verdict.shape === '' ? null : verdict.shape],
    ['records', source.records, verdict.values],
    ['rejected', source.rejected, verdict.rejected],
    ['other_rows', source.other_rows ?? 0, verdict.others],
  ]
  for (const [name, row, content] of facts) {
    if (row !== content)
      findings.add('rows', `its ${name} is ${String(row)}, its content gives ${String(content)}`)
  }
}
