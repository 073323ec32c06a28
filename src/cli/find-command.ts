/** Base of the `find` commands: runs the question, prints the answer and its totals. */
import { setImmediate } from 'node:timers/promises'
import type * as Interfaces from '@oclif/core/interfaces'
import type { EventRow, RowKind } from '../model/event.js'
import type { Question, Scope, Subject } from '../model/question.js'
import type { ResourceHistory } from '../model/resource-list.js'
import { askedKinds, askKinds, type KindAnswer } from '../query/find/all-kinds.js'
import { OwnedAccounts } from '../query/principals/account-owner.js'
import { DeletionsShown, unnamedDeletions } from '../query/access-log/delete-objects.js'
import { RecordReader } from '../store/record-reader.js'
import {
  isAboutPrincipal,
  matchPrincipals,
  type MatchedPrincipal,
  type PrincipalMatch,
} from '../query/principals/principal-match.js'
import { mentions } from '../query/find/by-text.js'
import { questionOfBeginnings, questionOfBucket, questionOfCapitals } from '../query/find/suggestions.js'
import { resourceHistory } from '../query/resources/resource-history.js'
import { hasEventId } from '../query/find/run-question.js'
import { unmetScope } from '../query/find/unmatched-filters.js'
import { isoTime } from '../model/time.js'
import { windowText } from '../query/find/window.js'
import { formatCount } from '../render/bytes.js'
import { openSink } from '../render/format.js'
import { KIND_NOUNS, rowCounts } from '../render/row-counts.js'
import { shellWord } from '../model/shell-word.js'
import type { RowSink } from '../render/sink.js'
import { closeReader, openReader, type Connection } from '../store/open.js'
import { readState } from '../store/reader.js'
import { digestStates, type DigestStates } from '../store/verification.js'
import { CaseCommand } from './case-command.js'
import { readOutput, type Output } from './parse/find-output.js'
import { joinSpread, readFindScope, spellOutError } from './parse/find-scope.js'
import { findFlags } from './parse/flags.js'
import { besideHistory } from './output/other-rows-notes.js'
import { historyColumns, showHistory } from './output/history-output.js'

/** Result of `--json`. */
export interface FindResult {
  readonly question: Subject
  readonly window: { readonly since: string | null; readonly until: string | null }
  readonly shown: number
  /** Matching events not shown; null if not counted or too many to count. */
  readonly more: number | null
  readonly rows: readonly EventRow[]
  /** Principals matched by the name that was given. */
  readonly principals?: readonly MatchedPrincipal[]
}

export type FindFlags = Interfaces.InferredFlags<typeof FindCommand.baseFlags>

/** Counting stops here: an exact number above it is not worth the wait. */
const MOST_COUNTED = 100_000
/** A closed pipe is only noticed between turns of the event loop. */
const ROWS_PER_TURN = 500

interface Shown {
  readonly rows: readonly EventRow[]
  readonly count: number
  readonly kinds: ReadonlyMap<RowKind, number>
  readonly states: ReadonlyMap<string, number>
  readonly owned: OwnedAccounts
  readonly deletions: DeletionsShown
  readonly isMore: boolean
}

export abstract class FindCommand extends CaseCommand {
  static override baseFlags = { ...CaseCommand.baseFlags, ...findFlags }

  protected override async init(): Promise<void> {
    await super.init()
    this.argv = joinSpread(spellOutError(this.argv), Object.keys(this.ctor.args).length > 0)
  }

  protected async answer(subject: Subject, flags: FindFlags): Promise<FindResult> {
    // Reject unusable output options before opening the case.
    readOutput(flags, this.jsonEnabled())
    const db = openReader(flags.case)
    try {
      const kinds = askedKinds(db, flags.kind)
      const states = digestStates(db)
      const output = readOutput(flags, this.jsonEnabled(), { kinds, hasDigestStates: states !== null })
      const { notes, ...scope } = readFindScope(db, flags)
      for (const note of notes) this.note(note)
      const question: Question = { ...subject, ...scope }
      const match =
        isAboutPrincipal(question) && kinds.includes('event') ? matchPrincipals(db, question) : undefined
      const reader = output.records || output.parts ? new RecordReader(db) : undefined
      const records = output.records ? reader : undefined
      const parts = output.parts ? reader : undefined
      const extras = { resources: output.resources, records, parts, digestState: states?.of }
      const answer = askKinds(db, kinds, question, output.page, extras)
      const unmet = kinds.includes('event') ? unmetScope(db, scope) : []
      this.#noteScope(db, question, [...(match?.notes ?? []), ...answer.notes, ...unmet])
      const shown = await this.#show(answer, output)
      const more = this.#noteTotals(answer, shown, output)
      if (states !== null) this.#noteStates(shown.states, states)
      for (const note of [...shown.owned.notes(), ...shown.deletions.notes(db)]) this.note(note)
      if (shown.count === 0) this.#noteNothingFound(db, question, kinds, match)
      if (kinds.includes('event')) for (const note of unnamedDeletions(db, question)) this.note(note)
      const result = {
        question: subject,
        window: windowOf(question),
        shown: shown.count,
        more,
        rows: shown.rows,
      }
      return match === undefined ? result : { ...result, principals: match.principals }
    } finally {
      closeReader(db)
    }
  }

  /** Prints the history of one resource instead of its events. */
  protected async history(value: string, flags: FindFlags): Promise<ResourceHistory> {
    historyColumns(flags)
    const db = openReader(flags.case)
    try {
      const { notes, ...scope } = readFindScope(db, flags)
      this.#noteScope(db, scope, [...notes, ...unmetScope(db, scope)])
      const found = resourceHistory(db, scope, value)
      const question: Question = { kind: 'resource', value, ...scope }
      for (const note of besideHistory(db, question, found)) this.note(note)
      const history = await showHistory(found, flags, this.jsonEnabled(), (line) => {
        this.note(line)
      })
      for (const note of unnamedDeletions(db, question)) this.note(note)
      this.shown = history.history.length
      return history
    } finally {
      closeReader(db)
    }
  }

  #noteScope(db: Connection, { window }: Scope, notes: readonly string[]): void {
    const state = readState(db)
    if (state !== null && state !== 'ready') {
      this.note(
        'indexing has not finished: the answer may lack events; run coldtrail index again to complete the case',
      )
    }
    for (const note of notes) this.note(note)
    const text = windowText(window)
    if (text !== undefined) this.note(text)
  }

  async #show({ rows }: KindAnswer, output: Output): Promise<Shown> {
    if (output.format === 'result') return collect(rows, output)
    const out = process.stdout
    const options = {
      isTerminal: out.isTTY,
      width: out.isTTY ? out.columns : 0,
      isFolded: output.isDefault,
    }
    const sink = openSink(output.format, output.columns, out, options)
    return pour(rows, sink, output.limit)
  }

  #noteTotals(answer: KindAnswer, { count, isMore, kinds }: Shown, output: Output): number | null {
    if (count === 0) return 0
    const events = rowCounts(kinds)
    if (kinds.has('aggregate')) this.note(COUNTS_ARE_NO_EVENTS)
    if (!isMore) {
      this.note(events)
      return 0
    }
    if (output.isChosen) {
      this.note(`${events} shown, more match; --limit ${count} was asked for`)
      return null
    }
    const more = answer.count(count + MOST_COUNTED) - count
    const isCounted = more <= MOST_COUNTED
    const number = isCounted ? formatCount(more) : `more than ${formatCount(MOST_COUNTED)}`
    this.note(`${events} shown, ${number} more; --limit N shows more, --format jsonl gives all`)
    return isCounted ? more : null
  }

  /** Reports whether the shown events come from files that passed digest validation. */
  #noteStates(shown: Shown['states'], { finished, hasDigests }: DigestStates): void {
    if (shown.size === 0 || !hasDigests) return
    const counted = [...shown].map(([state, count]) => `${state} ${formatCount(count)}`)
    this.note(`events by digest state of their file (digest verify of ${finished}): ${counted.join(', ')}`)
  }

  #noteNothingFound(
    db: Connection,
    question: Question,
    kinds: readonly RowKind[],
    match: PrincipalMatch | undefined,
  ): void {
    const [only] = kinds
    this.note(
      kinds.length === 1 && only !== undefined ? `no ${KIND_NOUNS[only][0]} matches` : 'nothing matches',
    )
    const beginnings = questionOfBeginnings(db, question)
    if (beginnings !== undefined) this.note(`names with this prefix: ${beginnings}`)
    const capitals = questionOfCapitals(db, question)
    if (capitals !== undefined) this.note(`the case has this ARN in different case: ${capitals}`)
    const bucket = questionOfBucket(db, question)
    if (bucket !== undefined) this.note(`its bucket is in the case: ${bucket}`)
    const text = question.kind === 'window' ? undefined : mentions(question.value)
    if (question.kind === 'principal' && match?.notes.length === 0) {
      const hint = text === undefined ? '' : `; records that mention it: ${text}`
      this.note(`no caller has this name${hint}`)
    }
    const hasNoSuggestion = beginnings === undefined && capitals === undefined && bucket === undefined
    if (question.kind === 'resource' && hasNoSuggestion && text !== undefined)
      this.note(`records that mention it, if any: ${text}`)
    if (question.kind === 'request' && hasEventId(db, question.value)) {
      this.note(
        `${question.value} is the ID of an event, not of a request: coldtrail show ${shellWord(question.value)}`,
      )
    }
  }
}

async function pour(rows: Iterable<EventRow>, sink: RowSink, limit = Infinity): Promise<Shown> {
  let count = 0
  let isMore = false
  const kinds = new Map<RowKind, number>()
  const states = new Map<string, number>()
  const owned = new OwnedAccounts()
  const deletions = new DeletionsShown()
  for (const row of rows) {
    isMore = count === limit
    if (isMore) break
    const wait = sink.write(row)
    if (wait !== undefined) await wait
    count += 1
    addKind(kinds, row)
    addState(states, row)
    addAccounts(owned, row)
    deletions.add(row)
    if (count % ROWS_PER_TURN === 0) await setImmediate()
  }
  await sink.end()
  return { rows: [], count, kinds, states, owned, deletions, isMore }
}

function collect(rows: Iterable<EventRow>, { columns, limit = Infinity }: Output): Shown {
  const found = [...rows]
  const shown = found.slice(0, limit)
  const isMore = found.length > shown.length
  const kinds = new Map<RowKind, number>()
  const states = new Map<string, number>()
  const owned = new OwnedAccounts()
  const deletions = new DeletionsShown()
  for (const row of shown) {
    addKind(kinds, row)
    addState(states, row)
    addAccounts(owned, row)
    deletions.add(row)
  }
  const kept = shown.map((row) => onlyColumns(row, columns))
  return { rows: kept, count: shown.length, kinds, states, owned, deletions, isMore }
}

function addKind(kinds: Map<RowKind, number>, { kind = 'event' }: EventRow): void {
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
}

function addState(states: Map<string, number>, { digest_state: state }: EventRow): void {
  if (state === undefined) return
  const name = state ?? 'not checked'
  states.set(name, (states.get(name) ?? 0) + 1)
}

function addAccounts(owned: OwnedAccounts, row: EventRow): void {
  owned.add(row.principal_account_id)
  owned.add(row.recipient_account_id)
}

const COUNTS_ARE_NO_EVENTS =
  'rows of kind aggregate count events that were not delivered one by one: --columns event_time,window_end,dimension,name,value'

function onlyColumns(row: EventRow, columns: Output['columns']): EventRow {
  const kept: ReadonlySet<string> = new Set([...columns, 'record'])
  const own = { ...row.access_log, ...row.aggregate, ...row }
  return Object.fromEntries(Object.entries(own).filter(([name]) => kept.has(name))) as unknown as EventRow
}

function windowOf({ window: { sinceMs, untilMs } }: Question): FindResult['window'] {
  return {
    since: sinceMs === undefined ? null : isoTime(sinceMs),
    until: untilMs === undefined ? null : isoTime(untilMs),
  }
}
