import * as Flags from '@oclif/core/flags'
import { chooseColumns, ListCommand, rowLimit } from '../cli/list-command.js'
import { listFlags } from '../cli/parse/list-flags.js'
import {
  PRINCIPAL_COLUMNS,
  PRINCIPAL_LISTS,
  PRINCIPAL_SORTS,
  type PrincipalRow,
} from '../model/principal-list.js'
import type { NotCounted } from '../query/find/other-rows.js'
import { listPrincipals } from '../query/principals/principal-list.js'

export interface PrincipalsResult {
  readonly principals: readonly PrincipalRow[]
  /** Principals not shown. */
  readonly more: number
  /** Rows of other kinds in the same scope, if the case has any. */
  readonly not_counted?: NotCounted
}

export default class Principals extends ListCommand {
  static override summary = 'List principals with event counts.'
  static override description = `Each user, role, root, service or account once, however often it was renamed or assumed; one deleted and recreated
under the same name counts as two. The JSON formats also list the regions, addresses, access keys and kinds of credentials.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --credentials root --credentials user --sort last_seen',
    '<%= config.bin %> <%= command.id %> --since 2023-07-10 --error --format jsonl',
  ]
  static override flags = {
    ...listFlags,
    sort: Flags.option({
      description: 'Sort by.',
      options: PRINCIPAL_SORTS,
      default: 'events' as const,
      helpGroup: 'OUTPUT',
    })(),
  }

  async run(): Promise<PrincipalsResult> {
    const { flags } = await this.parse(Principals)
    const columns = chooseColumns(flags.columns, flags.format, PRINCIPAL_COLUMNS, PRINCIPAL_LISTS)
    const limit = rowLimit(flags, this.jsonEnabled())
    const { rows, total, others } = await this.answer(flags, (db, scope) => ({
      ...listPrincipals(db, scope, flags.sort, limit),
      others: this.noteNotCounted(db, { kind: 'window', ...scope }),
    }))
    this.shown = rows.length
    if (!this.jsonEnabled())
      await this.printList(
        rows.map((row) => ({ ...row })),
        { format: flags.format, columns, total, noun: 'principals' },
      )
    return { principals: rows, more: total - rows.length, ...others }
  }
}
