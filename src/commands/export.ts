import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { EXPORT_FORMATS, exportEvents, type ExportFormat } from '../cli/export-events.js'
import { readScope, spellOutError } from '../cli/find-scope.js'
import { filterFlags } from '../cli/flags.js'
import { selectionFlags, subjectOf } from '../cli/selected-subject.js'
import { openCase } from '../cli/open-case.js'
import { isAboutPrincipal, matchPrincipals } from '../query/principal-match.js'
import { newestEventMs } from '../query/run-question.js'
import { windowText } from '../query/window.js'
import { formatCount } from '../render/bytes.js'

export default class Export extends CaseCommand {
  static override enableJsonFlag = false
  static override summary = 'Write selected events for another tool.'
  static override description = `timesketch: JSON lines with Timesketch's own fields and plaso's names; values over 32,766 bytes are cut and marked.
csv: every column, safe to open in a spreadsheet. jsonl: every column and the exact record, nothing changed.
What was changed for the other tool is told on stderr, and with --output also in FILE.export.json. Select as for handoff.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> timesketch --since 2024-05-01 --output may.jsonl',
    '<%= config.bin %> <%= command.id %> csv --principal alice --write-only > alice.csv',
    '<%= config.bin %> <%= command.id %> jsonl --all | gzip > all.jsonl.gz',
  ]
  static override args = {
    format: Args.string({ description: 'Form to write.', options: [...EXPORT_FORMATS], required: true }),
  }
  static override flags = {
    ...filterFlags,
    ...selectionFlags,
    output: Flags.string({
      description: 'New file to write; stdout when it is not named.',
      helpValue: 'FILE',
    }),
  }

  protected override async init(): Promise<void> {
    await super.init()
    this.argv = spellOutError(this.argv)
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Export)
    const subject = subjectOf(flags)
    const db = openCase(flags.case)
    try {
      const scope = readScope(flags, () => newestEventMs(db))
      const text = windowText(scope.window)
      if (text !== undefined) this.tell(text)
      const question = { ...subject, ...scope }
      if (isAboutPrincipal(question)) for (const note of matchPrincipals(db, question).notes) this.tell(note)
      const { events, notes, files } = await exportEvents(db, {
        format: args.format as ExportFormat,
        question,
        output: flags.output,
        casePath: flags.case,
        toolVersion: this.config.version,
      })
      this.shown = events
      for (const note of notes) this.tell(note)
      this.tell(`${formatCount(events)} ${events === 1 ? 'event' : 'events'}`)
      for (const file of files) this.tell(`wrote ${file}`)
    } finally {
      db.close()
    }
  }
}
