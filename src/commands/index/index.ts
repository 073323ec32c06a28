import { availableParallelism } from 'node:os'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand, NO_LOG } from '../../cli/case-command.js'
import { watchInterrupt } from '../../cli/interrupt.js'
import { openProgressLine } from '../../cli/output/progress-line.js'
import { gatherPaths } from '../../cli/parse/path-input.js'
import { ingest } from '../../ingest/ingest.js'
import type { IngestPlan, IngestTotals } from '../../ingest/plan.js'
import { EXIT } from '../../model/case-error.js'
import { NOTES, type ProblemKind } from '../../model/problem.js'
import { parseDay } from '../../query/find/window.js'
import { renderIngestReport } from '../../render/ingest-report.js'

export default class Index extends CaseCommand {
  static override summary = 'Index an archive of CloudTrail log files into a case.'
  static override description = `Reads CloudTrail records in any shape, and S3 server access logs: plain, gzip, zip, tar and tar.gz, recognised by content, not by name.
Keeps their bytes in the case.
Run it again over the same or a grown archive: files already indexed (by SHA-256) are skipped.
The archive is only read. Anything unusable becomes a problem row: see coldtrail problems.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> ./AWSLogs --case ./case.sqlite',
    '<%= config.bin %> <%= command.id %> ./AWSLogs ./more --exclude "**/CloudTrail-Digest/**" --workers 4',
    'find . -name "*.json.gz" | <%= config.bin %> <%= command.id %> --files-from -',
  ]
  static override strict = false
  static override args = {
    path: Args.string({
      ignoreStdin: true,
      description: 'Files, folders or glob patterns.',
      required: false,
    }),
  }
  static override flags = {
    log: NO_LOG,
    workers: Flags.integer({
      description: 'Worker threads; 0 works without any.',
      min: 0,
      max: 256,
      helpValue: 'N',
    }),
    'files-from': Flags.string({
      description: 'Read paths from a file, one a line; - is standard input.',
      helpValue: 'FILE',
    }),
    'files0-from': Flags.string({ description: 'The same, separated by zero bytes.', helpValue: 'FILE' }),
    exclude: Flags.string({
      description: 'Leave out paths that match this glob.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'GLOB',
    }),
    reference: Flags.boolean({
      description: 'Store no bytes: read the archive in place, checked by hash.',
    }),
    lenient: Flags.boolean({
      description: 'Read curly quotes as straight ones where JSON is damaged; such events are marked.',
    }),
    since: Flags.string({
      description: 'Skip files dated before this day (UTC) by their path.',
      helpValue: 'DAY',
    }),
    until: Flags.string({
      description: 'Skip files dated well after this day (UTC) by their path.',
      helpValue: 'DAY',
    }),
    quiet: Flags.boolean({ char: 'q', description: 'No progress and no totals on stderr.' }),
    stats: Flags.boolean({ description: 'Print where the time went.' }),
  }

  async run(): Promise<IngestTotals> {
    const { argv, flags } = await this.parse(Index)
    const plan: IngestPlan = {
      casePath: flags.case,
      paths: await gatherPaths(argv as string[], flags['files-from'], flags['files0-from']),
      exclude: flags.exclude ?? [],
      workers: flags.workers ?? availableParallelism(),
      reference: flags.reference,
      lenient: flags.lenient,
      plainSqlite: process.env['COLDTRAIL_PLAIN_SQLITE'] === '1',
      since: parseDay(flags.since),
      until: parseDay(flags.until),
      commandLine: ['index', ...this.argv],
      toolVersion: this.config.version,
    }
    const totals = await this.#ingest(plan, flags.quiet)
    if (!flags.quiet) for (const line of renderIngestReport(totals, flags.case)) this.note(line)
    if (flags.stats) this.note(JSON.stringify(totals.stages))
    return totals
  }

  async #ingest(plan: IngestPlan, quiet: boolean): Promise<IngestTotals> {
    const interrupt = watchInterrupt((line) => {
      this.note(line)
    }, 'stopping after the current batches… press Ctrl-C again to stop at once (nothing indexed is lost)')
    const progress = openProgressLine(process.stderr, quiet || this.jsonEnabled())
    try {
      const totals = await ingest(plan, { onProgress: progress.listen, signal: interrupt.signal })
      const { files, members, records } = totals
      const rejected = files.rejected + members.rejected + records.rejected
      const trouble =
        rejected > 0 || Object.keys(totals.problems).some((kind) => !NOTES.has(kind as ProblemKind))
      process.exitCode = interrupt.exitCode() ?? (trouble ? EXIT.problems : EXIT.done)
      return totals
    } finally {
      progress.stop()
      interrupt.dispose()
    }
  }
}
