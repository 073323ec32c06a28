import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { EXPORT_FORMATS, exportEvents, type ExportFormat } from '../cli/output/export-events.js'
import { joinSpread, spellOutError } from '../cli/parse/find-scope.js'
import { readSelected, selectionFlags, subjectOf } from '../cli/parse/selected-subject.js'
import { closeCase, openCase } from '../cli/open-case.js'
import { CaseError } from '../model/case-error.js'
import { rowCounts } from '../render/row-counts.js'

export interface ExportResult {
  readonly format: string
  readonly shown: number
  readonly events: number
  readonly access_log_lines: number
  readonly aggregates: number
  /** How the selection was understood, and what was changed for the other tool. */
  readonly notes: readonly string[]
  readonly files: readonly string[]
}

export default class Export extends CaseCommand {
  static override summary = 'Write selected events in the format of another tool.'
  static override description = `timesketch: JSON lines with Timesketch's own fields and plaso's names; values over 32,766 bytes are cut and marked.
csv: every column, safe to open in a spreadsheet. jsonl: every column and the exact record, nothing changed.
Events, lines of S3 server access logs and aggregated counts are merged in time order; --kind selects some.
Changes made for the other tool are listed on stderr, and with --output also in FILE.export.json. Select as for handoff.
--json needs --output, since it prints its result on stdout.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> timesketch --since 2024-05-01 --output may.jsonl',
    '<%= config.bin %> <%= command.id %> csv --principal alice --write-only > alice.csv',
    '<%= config.bin %> <%= command.id %> csv --resource my-bucket --kind access-log --output requests.csv',
    '<%= config.bin %> <%= command.id %> jsonl --all | gzip > all.jsonl.gz',
  ]
  static override args = {
    format: Args.string({ description: 'Output format.', options: [...EXPORT_FORMATS], required: true }),
  }
  static override flags = {
    ...selectionFlags,
    output: Flags.string({
      description: 'New file to write; default: stdout.',
      helpValue: 'FILE',
    }),
  }

  protected override async init(): Promise<void> {
    await super.init()
    this.argv = joinSpread(spellOutError(this.argv), true)
  }

  async run(): Promise<ExportResult> {
    const { args, flags } = await this.parse(Export)
    if (this.jsonEnabled() && flags.output === undefined) {
      throw new CaseError('--json needs --output FILE', {
        hint: 'name the file with --output FILE; for the rows as JSON lines leave out --json: coldtrail export jsonl',
      })
    }
    const subject = subjectOf(flags)
    const db = openCase(flags.case)
    try {
      const { question, kinds, ifNothing, notes: understood } = readSelected(db, subject, flags)
      for (const note of understood) this.note(note)
      const exported = await exportEvents(db, {
        format: args.format as ExportFormat,
        question,
        kinds,
        output: flags.output,
        casePath: flags.case,
        toolVersion: this.config.version,
      })
      const notes = [...exported.notes, ...(exported.rows === 0 ? ifNothing : [])]
      for (const note of notes) this.note(note)
      this.note(rowCounts(exported.kinds, kinds))
      for (const file of exported.files) this.note(`wrote ${file}`)
      return {
        format: args.format,
        shown: exported.rows,
        events: exported.kinds.get('event') ?? 0,
        access_log_lines: exported.kinds.get('access-log') ?? 0,
        aggregates: exported.kinds.get('aggregate') ?? 0,
        notes: [...understood, ...notes],
        files: exported.files,
      }
    } finally {
      closeCase(db)
    }
  }
}
