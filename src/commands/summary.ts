import * as Flags from '@oclif/core/flags'
import { ListCommand, rowLimit, type ListFlags } from '../cli/list-command.js'
import { formatFlag } from '../cli/parse/list-flags.js'
import { printRows } from '../cli/output/print-rows.js'
import { isUnicodeLocale, terminalShape } from '../cli/output/terminal.js'
import type { HitSummary } from '../model/detection.js'
import type { RankedList, Summary as Counted } from '../model/summary.js'
import type { NotCounted } from '../query/find/other-rows.js'
import { groupBy, GROUP_COLUMNS, type GroupColumn } from '../query/summary/group-by.js'
import { hitsInScope } from '../query/detection/summary-hits.js'
import { summarise, type SummaryOptions } from '../query/summary/summary.js'
import type { Format } from '../render/format.js'
import { hitSummaryRows, writeSummaryHits } from '../render/summary-hits.js'
import { writeSummary } from '../render/summary-report.js'
import { SUMMARY_COLUMNS, summaryRows } from '../render/summary-rows.js'

const RANKED_COLUMNS = ['value', 'events', 'errors', 'principals', 'first_seen', 'last_seen'] as const

/** Explains why these numbers are smaller than those of the report. */
const APART =
  'values are as events show them: ROLE/SESSION and NAME via SERVICE are counted separately; coldtrail principals and the PRINCIPALS section combine them per caller'

interface OtherRows {
  /** Rows of other kinds in the same scope, if the case has any. */
  readonly not_counted?: NotCounted
}

type SummaryResult = Counted &
  OtherRows & {
    /** Of detection rules, if coldtrail detect kept any. */
    readonly hits?: readonly HitSummary[]
  }

export default class Summary extends ListCommand {
  static override summary = 'Summarise activity.'
  static override description = `What detection rules found, after coldtrail detect. Then, by caller: credentials and principals created, access granted, and changes to logging. Then who,
what, from where and when: the most frequent, the rare and the late, errors by number of principals, and bursts of errors. Calls that AWS services made for themselves (such as log delivery, most of a typical archive) are counted and left out of the
lists. With --by: events by the values of one column.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --since 2023-07-10T11:00 --until 2023-07-10T13:00 --limit 20',
    '<%= config.bin %> <%= command.id %> --by user_agent --service iam --format csv',
  ]
  static override flags = {
    by: Flags.option({ description: 'Count by one column.', options: GROUP_COLUMNS, helpValue: 'COLUMN' })(),
    'include-service': Flags.boolean({
      description: 'Also list calls that AWS services made for themselves.',
      default: false,
    }),
    format: formatFlag,
    limit: Flags.integer({
      description: 'Show at most N rows of each list; 10 of a summary, 200 with --by.',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      helpValue: 'N',
      helpGroup: 'OUTPUT',
    }),
    timeline: Flags.option({
      description: 'Draw the timeline; auto: on a terminal.',
      options: ['auto', 'on', 'off'] as const,
      default: 'auto' as const,
      helpGroup: 'OUTPUT',
    })(),
  }

  async run(): Promise<SummaryResult | (RankedList & OtherRows)> {
    const { flags } = await this.parse(Summary)
    const { by, format, limit = 10 } = flags
    const includeServices = flags['include-service']
    if (by !== undefined)
      return this.#groups(by, flags, { includeServices, limit: rowLimit(flags, this.jsonEnabled()) })
    const summary: SummaryResult = await this.answer(flags, (db, scope) => ({
      ...withHits(hitsInScope(db, scope)),
      ...summarise(db, scope, { includeServices, limit }),
      ...this.noteNotCounted(db, { kind: 'window', ...scope }),
    }))
    if (this.jsonEnabled()) return summary
    const { stdout } = process
    const timeline = flags.timeline === 'auto' ? stdout.isTTY : flags.timeline === 'on'
    const { hits = [] } = summary
    if (format !== 'table')
      this.shown = await printRows(format, SUMMARY_COLUMNS, [
        ...hitSummaryRows(hits),
        ...summaryRows(summary),
      ])
    else {
      await writeSummaryHits(hits, limit, stdout, terminalShape())
      await writeSummary(summary, stdout, {
        ...terminalShape(),
        timeline,
        unicode: isUnicodeLocale(),
      })
    }
    return summary
  }

  async #groups(
    by: GroupColumn,
    flags: ListFlags & { readonly format: Format },
    options: SummaryOptions,
  ): Promise<RankedList & OtherRows> {
    const list = await this.answer(flags, (db, scope) => ({
      ...groupBy(db, scope, by, options),
      ...this.noteNotCounted(db, { kind: 'window', ...scope }),
    }))
    this.shown = list.rows.length
    if (this.jsonEnabled()) return list
    const rows = list.rows.map((row) => ({ ...row }))
    await this.printList(rows, {
      format: flags.format,
      columns: RANKED_COLUMNS,
      total: list.total,
      noun: 'values',
    })
    if (by === 'principal') this.note(APART)
    if (!options.includeServices)
      this.note('calls that AWS services made for themselves are not counted; --include-service adds them')
    return list
  }
}

function withHits(hits: readonly HitSummary[] | null): { readonly hits?: readonly HitSummary[] } {
  return hits === null ? {} : { hits }
}
