/** Base of the commands that count: opens the case, reads the scope and prints rows with their totals. */
import type * as Interfaces from '@oclif/core/interfaces'
import { CaseError } from '../model/case-error.js'
import type { Question, Scope } from '../model/question.js'
import type { NotCounted } from '../query/find/other-rows.js'
import { filterNotes } from '../query/find/filters.js'
import { newestEventMs } from '../query/find/run-question.js'
import { unmetScope } from '../query/find/unmatched-filters.js'
import { windowText } from '../query/find/window.js'
import { formatCount } from '../render/bytes.js'
import type { Format } from '../render/format.js'
import { closeReader, openReader, type Connection } from '../store/open.js'
import { readState } from '../store/reader.js'
import { CaseCommand } from './case-command.js'
import { TABLE_ROWS } from './parse/find-output.js'
import { besideCounts } from './output/other-rows-notes.js'
import { readScope, spellOutError, type ScopeFlags } from './parse/find-scope.js'
import { filterFlags } from './parse/flags.js'
import { printRows, type PlainRow } from './output/print-rows.js'

export type ListFlags = Interfaces.InferredFlags<typeof ListCommand.baseFlags>

/** JSON formats keep lists of names as lists; other formats join them. */
export type ListRow = Readonly<Record<string, string | number | null | readonly string[]>>

export interface ListOutput {
  readonly format: Format
  readonly columns: readonly string[]
  /** Rows in total, shown or not; null when all are shown. */
  readonly total: number | null
  /** What the rows are, in plural. */
  readonly noun: string
}

export abstract class CountCommand extends CaseCommand {
  /** Opens the case, prints the scope, and closes the case once the answer is complete. */
  protected async answer<Result>(
    flags: ScopeFlags & { readonly case: string },
    ask: (db: Connection, scope: Scope) => Result | Promise<Result>,
  ): Promise<Result> {
    const db = openReader(flags.case)
    try {
      const scope = readScope(flags, () => newestEventMs(db))
      this.noteScope(db, scope)
      return await ask(db, scope)
    } finally {
      closeReader(db)
    }
  }

  protected async printList(
    rows: Iterable<ListRow>,
    { format, columns, total, noun }: ListOutput,
  ): Promise<void> {
    // JSON keeps lists; for other formats String() joins them.
    const shown = await printRows(format, columns, rows as Iterable<PlainRow>)
    this.shown = shown
    const all = total ?? shown
    if (all === 0) this.note(`no ${noun}`)
    else if (shown < all)
      this.note(`${formatCount(shown)} of ${formatCount(all)} ${noun} shown; --limit N shows more`)
    else this.note(`${formatCount(all)} ${all === 1 ? noun.replace(/s$/, '') : noun}`)
  }

  /** Access-log lines and aggregated counts that match the same question; also part of `--json`. */
  protected noteNotCounted(db: Connection, question: Question): { readonly not_counted?: NotCounted } {
    const { counts, notes } = besideCounts(db, question)
    for (const note of notes) this.note(note)
    return counts === null ? {} : { not_counted: counts }
  }

  private noteScope(db: Connection, { filters, window }: Scope): void {
    const state = readState(db)
    if (state !== null && state !== 'ready') {
      this.note(
        'indexing has not finished: the counts may lack events; run coldtrail index again to complete the case',
      )
    }
    for (const note of [...filterNotes(db, filters), ...unmetScope(db, { filters, window })]) this.note(note)
    const text = windowText(window)
    if (text !== undefined) this.note(text)
  }
}

/** Accepts the filters of `find`. */
export abstract class ListCommand extends CountCommand {
  static override baseFlags = { ...CaseCommand.baseFlags, ...filterFlags }

  protected override async init(): Promise<void> {
    await super.init()
    this.argv = spellOutError(this.argv)
  }
}

/** Default limit of tables and `--json`; other formats print everything. */
export function rowLimit(
  flags: { readonly limit?: number | undefined; readonly format: Format },
  isResult: boolean,
): number {
  return flags.limit ?? (isResult || flags.format === 'table' ? TABLE_ROWS : Infinity)
}

/** @throws CaseError for a column that the rows do not have. */
export function chooseColumns(
  typed: string | undefined,
  format: Format,
  plain: readonly string[],
  lists: readonly string[],
): readonly string[] {
  if (typed === undefined) return format === 'json' || format === 'jsonl' ? [...plain, ...lists] : plain
  const names = [...new Set(typed.split(',').map((name) => name.trim()))].filter((name) => name !== '')
  const unknown = names.filter((name) => !plain.includes(name) && !lists.includes(name))
  if (names.length > 0 && unknown.length === 0) return names
  throw new CaseError(unknown.length > 0 ? `no such column: ${unknown.join(', ')}` : '--columns names none', {
    hint: `columns are ${[...plain, ...lists].join(', ')}`,
  })
}
