import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { historyColumns, showHistory, type HistoryFlags } from '../cli/output/history-output.js'
import { chooseColumns, ListCommand, rowLimit, type ListRow, type ListFlags } from '../cli/list-command.js'
import { listFlags } from '../cli/parse/list-flags.js'
import { besideHistory } from '../cli/output/other-rows-notes.js'
import { CaseError } from '../model/case-error.js'
import type { Question, Subject } from '../model/question.js'
import {
  RESOURCE_COLUMNS,
  RESOURCE_LISTS,
  type ResourceHistory,
  type ResourceRow,
} from '../model/resource-list.js'
import { unnamedDeletions } from '../query/access-log/delete-objects.js'
import { resourceHistory } from '../query/resources/resource-history.js'
import { OwnedAccounts } from '../query/principals/account-owner.js'
import type { NotCounted } from '../query/find/other-rows.js'
import { listResources } from '../query/resources/resource-list.js'

export interface ResourcesResult {
  readonly resources: readonly ResourceRow[]
  /** Matching resources not shown. */
  readonly more: number
  /** Rows of other kinds in the same scope, if the case has any. */
  readonly not_counted?: NotCounted
}

export default class Resources extends ListCommand {
  static override summary = "List resources with event and principal counts, or show one resource's history."
  static override description = `Resources are found anywhere in a record, not only in its resources list. The value is an ARN, a bare ID or name, a bucket,
bucket/key or s3://bucket/key; a trailing * matches a prefix. --history shows what happened to one: created, changed,
shared, deleted, and in between, folded, read and used.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --write-only --since 7d',
    '<%= config.bin %> <%= command.id %> "my-bucket/backups/*" --format csv',
    '<%= config.bin %> <%= command.id %> i-0123456789abcdef0 --history',
  ]
  static override args = {
    value: Args.string({
      description: 'ARN, ID, name, bucket or bucket/key; name* matches a prefix.',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    ...listFlags,
    history: Flags.boolean({ description: 'Show the history of one resource.' }),
  }

  async run(): Promise<ResourcesResult | ResourceHistory> {
    const { args, flags } = await this.parse(Resources)
    const { format } = flags
    if (flags.history) return this.#history(args.value, flags)
    const columns = chooseColumns(flags.columns, format, RESOURCE_COLUMNS, RESOURCE_LISTS)
    const limit = rowLimit(flags, this.jsonEnabled())
    return this.answer(flags, async (db, scope) => {
      const { rows, total } = listResources(db, scope, args.value, limit)
      const others = this.noteNotCounted(db, { ...subjectOf(args.value), ...scope })
      if (this.jsonEnabled()) {
        const result = resultOf([...rows], total)
        this.shown = result.resources.length
        return { ...result, ...others }
      }
      const owned = new OwnedAccounts()
      await this.printList(listRows(rows, owned), { format, columns, total, noun: 'resources' })
      for (const note of owned.notes()) this.note(note)
      return resultOf([], total)
    })
  }

  async #history(value: string | undefined, flags: ListFlags & HistoryFlags): Promise<ResourceHistory> {
    if (value === undefined)
      throw new CaseError('--history needs a resource', {
        hint: 'as in: coldtrail resources my-bucket --history',
      })
    historyColumns(flags)
    return this.answer(flags, async (db, scope) => {
      const question: Question = { kind: 'resource', value, ...scope }
      const found = resourceHistory(db, scope, value)
      for (const note of besideHistory(db, question, found)) this.note(note)
      const history = await showHistory(found, flags, this.jsonEnabled(), (line) => {
        this.note(line)
      })
      for (const note of unnamedDeletions(db, question)) this.note(note)
      this.shown = history.history.length
      return history
    })
  }
}

function subjectOf(value: string | undefined): Subject {
  return value === undefined ? { kind: 'window' } : { kind: 'resource', value }
}

function* listRows(rows: Iterable<ResourceRow>, owned: OwnedAccounts): Generator<ListRow> {
  for (const row of rows) {
    owned.add(row.resource)
    yield { ...row }
  }
}

function resultOf(resources: readonly ResourceRow[], total: number | null): ResourcesResult {
  return { resources, more: total === null ? 0 : total - resources.length }
}
