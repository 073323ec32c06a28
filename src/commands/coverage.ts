import * as Flags from '@oclif/core/flags'
import { findFlags } from '../cli/parse/flags.js'
import { CountCommand } from '../cli/list-command.js'
import { formatFlag } from '../cli/parse/list-flags.js'
import { isUnicodeLocale, terminalShape } from '../cli/output/terminal.js'
import { COVERAGE_SECTIONS, SECTION_COLUMNS, type Coverage as CoverageResult } from '../model/coverage.js'
import { readCoverage } from '../query/coverage/coverage.js'
import { writeCoverage } from '../render/coverage-report.js'
import { sectionRows } from '../render/coverage-rows.js'

export default class Coverage extends CountCommand {
  static override summary = 'Show what was delivered, what is missing, and what cannot be known.'
  static override description = `Files by account, region and day; unusually long pauses in delivery; hours without a digest; files that
CloudTrail's own events, digests or notices name and the archive lacks; deliveries that were refused; changes to trails, log
buckets and other logs, with what they asked for; the kinds of events that are recorded, and from when; and events that
several trails delivered. Without --section prints the whole report; the other formats print one section.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --account 111122223333 --since 2023-07-01 --until 2023-08-01',
    '<%= config.bin %> <%= command.id %> --section missing --format csv',
  ]
  static override flags = {
    since: findFlags.since,
    until: findFlags.until,
    account: findFlags.account,
    region: findFlags.region,
    section: Flags.option({
      description: 'Print one part as rows; days when the format is not a table.',
      options: COVERAGE_SECTIONS,
      helpGroup: 'OUTPUT',
    })(),
    format: formatFlag,
    limit: Flags.integer({
      description: 'Show at most N rows of each list.',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      default: 20,
      helpValue: 'N',
      helpGroup: 'OUTPUT',
    }),
  }

  async run(): Promise<CoverageResult> {
    const { flags } = await this.parse(Coverage)
    const { format, limit } = flags
    this.shown = null
    const coverage = await this.answer({ ...flags, 'write-only': false }, (db, scope) =>
      readCoverage(db, scope),
    )
    if (this.jsonEnabled()) return coverage
    const section = flags.section ?? (format === 'table' ? undefined : 'days')
    if (section === undefined) {
      await writeCoverage(coverage, process.stdout, { ...terminalShape(), limit, unicode: isUnicodeLocale() })
      return coverage
    }
    const rows = sectionRows(coverage, section)
    this.shown = rows.length
    await this.printList(rows, {
      format,
      columns: SECTION_COLUMNS[section],
      total: rows.length,
      noun: 'rows',
    })
    return coverage
  }
}
