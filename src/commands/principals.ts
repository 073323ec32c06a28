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
  /** Principals in the case that are not among them. */
  readonly more: number
  /** Rows of other kinds in the same scope; where the case holds any. */
  readonly not_counted?: NotCounted
}

export default class Principals extends ListCommand {
  static override summary = 'List who did anything, with what they did in numbers.'
  static override description = `Each user, role, root, service or account once, however often it was renamed or assumed; one that was deleted and made again
under the same name is two. The JSON formats also list the regions, addresses, access keys and kinds of credentials.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --credentials root --credentials user --sort last_seen',
    '<%= config.bin %> <%= command.id %> --since 2023-07-10 --error --format jsonl',
  ]
  static override flags = {
    ...listFlags,
    sort: Flags.option({
      description: 'What comes first.',
      options: PRINCIPAL_SORTS,
      default: 'events' as const,
      helpGroup: 'OUTPUT',
    })(),
  }

  async run(): Promise<PrincipalsResult> {
    const { flags } = await this.parse(Principals)
    const columns = chooseColumns(flags.columns, flags.format, PRINCIPAL_COLUMNS, PRINCIPAL_LISTS)
    const limit = rowLimit(flags, this.jsonEnabled())
    const { rows, total, beside } = await this.answer(flags, (db, scope) => ({
      ...listPrincipals(db, scope, flags.sort, limit),
      beside: this.tellNotCounted(db, { kind: 'window', ...scope }),
    }))
    this.shown = rows.length
    if (!this.jsonEnabled())
      await this.printList(
        rows.map((row) => ({ ...row })),
        { format: flags.format, columns, total, noun: 'principals' },
      )
    return { principals: rows, more: total - rows.length, ...beside }
  }
}
