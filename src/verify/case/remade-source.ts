/**
 * Rebuilds the rows of a source from its stored content with the code of index, and compares each with its row in the
 * case. So every shape is checked by the code that reads it, and nothing here knows about shapes.
 */
import {
  ContentDecoder,
  type AccessLine,
  type FoundAggregate,
  type FoundRecord,
} from '../../decode/decode.js'
import type { RecordSink, Verdict } from '../../decode/decode.js'
import { AlikeProblems } from '../../decode/alike-problems.js'
import { repairQuotes, type Repairs } from '../../decode/repair-quotes.js'
import { LIMITS } from '../../decode/limits.js'
import { hasRepeatedKey } from '../../decode/repeated-keys.js'
import { FLAG, type EventDraft } from '../../model/dictionary.js'
import type { AccessDraft } from '../../model/access-draft.js'
import type { Problem } from '../../model/problem.js'
import type { AccessNormaliser } from '../../normalise/access-log.js'
import { aggregateRows } from '../../normalise/aggregate.js'
import type { Normaliser } from '../../normalise/normalise.js'
import { accessValues } from '../../store/access-log-schema.js'
import { RowDigest, usesText } from '../../store/row-digest.js'
import { areEqual, areEqualLists, differingColumns, isOtherForm } from './compare-rows.js'
import type { FindingList } from './finding.js'
import type { ProblemRows } from './problem-rows.js'
import { RowGroups } from './row-groups.js'
import type { EventRow, SourceRow } from './source-rows.js'

export interface SourceParts {
  readonly rows: readonly Iterator<SourceRow>[]
  readonly problems: ProblemRows
  readonly normaliser: Normaliser
  readonly accessNormaliser: AccessNormaliser
  /** Damaged records were repaired to be read. */
  readonly isLenient: boolean
  /** With its row ID, if it has a row of its own. */
  readonly onEvent: (draft: EventDraft, row: EventRow | undefined) => void
  /** A record with a repeated key: its columns hold the last value. */
  readonly onRepeatedKey: (draft: EventDraft, offset: number) => void
  readonly onAccessLine: (draft: AccessDraft) => void
  readonly findings: FindingList
}

export class RemadeSource implements RecordSink {
  /** Records, lines and aggregated events read. */
  records = 0
  /** Repeats folded into another form: their own columns are only in the record. */
  otherForms = 0
  readonly #parts: SourceParts
  readonly #rows: RowGroups
  readonly #decoder: ContentDecoder
  readonly #digest = new RowDigest()
  #repairs: Repairs | null = null
  #events = 0
  readonly #alike = new AlikeProblems((problem) => {
    this.#parts.problems.found(problem, this.#events > 0, this.#digest)
  })

  constructor(parts: SourceParts) {
    this.#parts = parts
    this.#rows = new RowGroups(parts.rows, (row) => {
      this.#unclaimed(row)
    })
    this.#decoder = new ContentDecoder(this, LIMITS)
    parts.problems.begin()
  }

  /** All content at once, as index reads a file that is not too large: only then are quotes repaired. */
  whole(content: Buffer): void {
    this.#repairs = this.#parts.isLenient ? repairQuotes(content, LIMITS) : null
    this.#decoder.push(this.#repairs?.content ?? content, true)
  }

  piece(piece: Buffer, last = false): void {
    this.#decoder.push(piece, last)
  }

  /** @returns the digest over the rows of the case, and the kind of content. */
  end(): { digest: string; verdict: Verdict | null } {
    this.#rows.end()
    this.#alike.end()
    this.#parts.problems.end(this.#digest)
    return { digest: this.#digest.take(), verdict: this.#decoder.verdict().verdict }
  }

  close(): void {
    this.#rows.close()
  }

  record(found: FoundRecord): boolean {
    const { record, text, offset, length, locator, recordClass, reduced, index, envelopeTime } = found
    const lenient = this.#repairs?.touches(offset, length) === true
    const flags = (reduced ? FLAG.reduced : 0) | (lenient ? FLAG.lenient : 0)
    const insight = recordClass === 'insight'
    const { normaliser, onEvent, onRepeatedKey } = this.#parts
    const draft = normaliser.normalise(
      { record, text, offset, length, index, insight, flags, envelopeTime },
      this.#report,
    )
    this.records++
    this.#events++
    const row = this.#rows.take(['event', 'form', 'redelivery'], offset, locator)
    onEvent(draft, row)
    // The text of a reduced form is not what its record was parsed from.
    if (!reduced && hasRepeatedKey(record, text)) onRepeatedKey(draft, offset)
    if (row === undefined) this.#missing(draft.eventId, { offset, length, locator })
    else this.#compare(row, draft, length)
    return (draft.flags & FLAG.tooDeep) !== 0
  }

  aggregate(found: FoundAggregate): void {
    const { offset, length, locator } = found
    this.records++
    const counts = aggregateRows(found, this.#report)
    const row = this.#rows.take(['aggregate'], offset, locator)
    if (row === undefined) {
      this.#missing('an aggregated event', { offset, length, locator })
      return
    }
    this.#digest.aggregate(row, row.counts)
    if (row.length !== length || !areEqualLists(row.counts, counts))
      this.#wrong(row, 'the aggregated event there has other values')
  }

  accessLine({ values, offset, length }: AccessLine): void {
    this.records++
    const { accessNormaliser, onAccessLine } = this.#parts
    const row = this.#rows.take(['access'], offset, null)
    if (row === undefined) {
      this.#missing('a line of an access log', { offset, length, locator: null })
      return
    }
    const draft = accessNormaliser.normalise(values)
    onAccessLine(draft)
    this.#digest.accessLine(row, row.values)
    if (row.length !== length || !areEqual(row.values, accessValues(draft)))
      this.#wrong(row, 'the line there has other values')
  }

  /** Most are in files that are not kept: the digest over the table covers them. */
  notice(): void {}

  problem(problem: Problem): void {
    this.#alike.add(problem)
  }

  readonly #report = (problem: Problem): void => {
    this.problem(problem)
  }

  #compare(row: EventRow, draft: EventDraft, length: number): void {
    const uses = usesText(draft.resources)
    const differing = differingColumns(row, draft, uses, length)
    if (isOtherForm(row, draft)) {
      this.otherForms++
      this.#digest.event(row, draft, uses)
      if (row.eventId === draft.eventId && row.length === length) return
    } else this.#digest.event(row, row, row.uses)
    if (differing.includes('eventID')) this.#wrong(row, `the record there has eventID ${draft.eventId}`)
    else if (differing.length > 0) this.#wrong(row, `the record there has another ${differing.join(', ')}`)
  }

  /** The digest also covers rows that no record claimed. */
  #unclaimed(row: SourceRow): void {
    if (row.kind === 'access') this.#digest.accessLine(row, row.values)
    else if (row.kind === 'aggregate') this.#digest.aggregate(row, row.counts)
    else this.#digest.event(row, row, row.uses)
    this.#wrong(row, 'no record lies there')
  }

  #wrong(row: SourceRow, wrong: string): void {
    this.#parts.findings.add('event', `${nameOf(row)} ${placeOf(row)}: ${wrong}`)
  }

  #missing(name: string, place: Place): void {
    this.#parts.findings.add('event', `${name} ${placeOf(place)}: the case has no row of it`)
  }
}

type Place = Pick<SourceRow, 'offset' | 'length' | 'locator'>

function placeOf({ offset, length, locator }: Place): string {
  return `at byte ${offset}, ${length} bytes${locator === null ? '' : ` at ${locator}`}`
}

function nameOf(row: SourceRow): string {
  if (row.kind === 'access') return 'a line of an access log'
  return row.kind === 'aggregate' ? 'an aggregated event' : row.eventId
}
