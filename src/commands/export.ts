import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import {
  EXPORT_FORMATS,
  exportEvents,
  type Exported,
  type ExportFormat,
  type ExportOrder,
} from '../cli/output/export-events.js'
import { joinSpread, spellOutError } from '../cli/parse/find-scope.js'
import { readSelected, selectionFlags, subjectOf } from '../cli/parse/selected-subject.js'
import { watchInterrupt } from '../cli/interrupt.js'
import { closeCase, openCase } from '../cli/open-case.js'
import { writeLake, type LakePlan } from '../lake/write.js'
import type { LakeManifest } from '../lake/manifest.js'
import { CaseError } from '../model/case-error.js'
import type { RowKind } from '../model/event.js'
import { rowCounts } from '../render/row-counts.js'

const LAKE = 'parquet'

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
parquet: a new folder of Hive partitions (account_id, region, day) for DuckDB, Athena, Spark and others, with appearances, resources, sources,
problems, coverage, and a manifest that handoff verify checks; needs --output DIR.
Events, lines of S3 server access logs and aggregated counts are merged in time order; --kind selects some.
Changes made for the other tool are listed on stderr, and with --output also in FILE.export.json. Select as for handoff.
--json needs --output, since it prints its result on stdout.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> timesketch --since 2024-05-01 --output may.jsonl',
    '<%= config.bin %> <%= command.id %> csv --principal alice --write-only > alice.csv',
    '<%= config.bin %> <%= command.id %> csv --resource my-bucket --kind access-log --output requests.csv',
    '<%= config.bin %> <%= command.id %> jsonl --all | gzip > all.jsonl.gz',
    '<%= config.bin %> <%= command.id %> parquet --all --output lake',
  ]
  static override args = {
    format: Args.string({
      description: 'Output format.',
      options: [...EXPORT_FORMATS, LAKE],
      required: true,
    }),
  }
  static override flags = {
    ...selectionFlags,
    output: Flags.string({
      description: 'New file to write, of parquet a new folder; default: stdout.',
      helpValue: 'FILE',
    }),
    'no-records': Flags.boolean({
      description: 'Of parquet: leave out the exact records; their hashes and places stay.',
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
    if (args.format === LAKE && flags.output === undefined) {
      throw new CaseError('parquet needs --output DIR', {
        hint: 'name a new folder: coldtrail export parquet --all --output lake',
      })
    }
    if (args.format !== LAKE && flags['no-records']) {
      throw new CaseError(`--no-records is for parquet, not for ${args.format}`, {
        hint: 'leave it out, or name a folder: coldtrail export parquet --all --no-records --output lake',
      })
    }
    const subject = subjectOf(flags)
    const db = openCase(flags.case)
    try {
      const { question, kinds, ifNothing, notes: understood } = readSelected(db, subject, flags)
      for (const note of understood) this.note(note)
      const exported = await writeAs(
        db,
        args.format,
        {
          question,
          kinds,
          output: flags.output,
          casePath: flags.case,
          toolVersion: this.config.version,
          withRecords: !flags['no-records'],
        },
        (line) => {
          this.note(line)
        },
      )
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

/** A folder of Parquet, or one file of another format. */
async function writeAs(
  db: ReturnType<typeof openCase>,
  format: string,
  order: Omit<ExportOrder, 'format'> & Pick<LakePlan, 'withRecords'>,
  note: (line: string) => void,
): Promise<Exported> {
  const { output } = order
  if (format !== LAKE || output === undefined)
    return exportEvents(db, { ...order, format: format as ExportFormat })
  const { counts, notes } = await writeUnlessInterrupted(db, { ...order, out: output }, note)
  const kinds = new Map<RowKind, number>([
    ['event', counts['events'] ?? 0],
    ['access-log', counts['access_logs'] ?? 0],
    ['aggregate', counts['aggregates'] ?? 0],
  ])
  const rows = [...kinds.values()].reduce((sum, count) => sum + count, 0)
  return { rows, kinds, notes, files: [output] }
}

async function writeUnlessInterrupted(
  db: ReturnType<typeof openCase>,
  plan: Omit<LakePlan, 'interruptedBy'>,
  note: (line: string) => void,
): Promise<LakeManifest> {
  const interrupt = watchInterrupt(
    note,
    `stopping, and removing what was written… press Ctrl-C again to stop at once (then remove ${plan.out}.unfinished)`,
  )
  try {
    return await writeLake(db, { ...plan, interruptedBy: () => interrupt.exitCode() })
  } finally {
    interrupt.dispose()
  }
}
