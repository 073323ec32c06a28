import { availableParallelism } from 'node:os'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { CaseError, EXIT } from '../model/case-error.js'
import { counted, formatBytes, formatCount } from '../render/bytes.js'
import { printable } from '../render/printable.js'
import { LineWriter } from '../render/sink.js'
import type { Finding } from '../verify/case/finding.js'
import { verifyCase, type VerifyPlan, type VerifyTotals } from '../verify/case/verify-case.js'

export interface VerifyResult extends VerifyTotals {
  /** The first MOST_FINDINGS. */
  readonly list: readonly Finding[]
}

const MOST_FINDINGS = 10_000
const PROGRESS_EVERY_MS = 10_000

export default class Verify extends CaseCommand {
  static override summary = 'Check that a case is still what was indexed.'
  static override description = `Checks the database itself, and the stored bytes of every source against their SHA-256. Then rebuilds the rows of every source
from those bytes, compares each column with the row in the case, and all of them with the digest taken
when it was indexed. Then checks shared values and names, the totals, and the records of each run and digest verify with their hash
chains; and that a random sample of events is found by full-text search. With --full, and in cases of up to 10,000 events, every
event is looked up, and the full text is searched for words that no record has. Nothing is written. Prints one finding a line; exit
code 12 if there is any.
Rows made by another version of coldtrail are compared with their digest only, where this version would make different ones.
This compares the case with itself: someone who knows the format can recompute the hashes. To detect that, compare the
logical digest (coldtrail info) with a noted one, use --reread, and run coldtrail digest verify.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --sample 200',
    '<%= config.bin %> <%= command.id %> --reread /evidence/AWSLogs',
  ]
  static override strict = false
  static override args = {
    path: Args.string({
      ignoreStdin: true,
      description: 'With --reread: folders of the archive. Without: where the files were found.',
      required: false,
    }),
  }
  static override flags = {
    reread: Flags.boolean({ description: 'Also compare every source with its file in the archive.' }),
    sample: Flags.integer({
      description: 'Check the bytes and rows of N random sources only.',
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      helpValue: 'N',
      exclusive: ['quick'],
    }),
    quick: Flags.boolean({
      description: 'Skip stored bytes: check structure, totals and runs only.',
      exclusive: ['reread'],
    }),
    full: Flags.boolean({
      description:
        'Look up every event by each of its words, not only a sample, and search the full text for words that no record has.',
      exclusive: ['quick'],
    }),
    workers: Flags.integer({
      description: 'Worker threads; 0 works without any.',
      min: 0,
      max: 256,
      helpValue: 'N',
    }),
  }

  async run(): Promise<VerifyResult> {
    const { argv, flags } = await this.parse(Verify)
    const paths = argv as string[]
    if (paths.length > 0 && !flags.reread)
      throw new CaseError('a path is for --reread only', { hint: 'coldtrail verify --reread PATH' })
    const plan: VerifyPlan = {
      casePath: flags.case,
      quick: flags.quick,
      full: flags.full,
      sample: flags.sample ?? null,
      reread: flags.reread ? paths : null,
      workers: flags.workers ?? availableParallelism(),
      toolVersion: this.config.version,
    }
    return this.#verify(plan)
  }

  async #verify(plan: VerifyPlan): Promise<VerifyResult> {
    const list: Finding[] = []
    const writer = new LineWriter(process.stdout)
    const totals = await verifyCase(plan, {
      findings: async (findings) => {
        list.push(...findings.slice(0, MOST_FINDINGS - list.length))
        if (!this.jsonEnabled())
          for (const finding of findings) await writer.write(`${findingLine(finding)}\n`)
      },
      progress: this.#progress(),
    })
    await writer.end()
    this.shown = totals.findings
    for (const line of summary(plan, totals)) this.note(line)
    process.exitCode = totals.findings > 0 ? EXIT.verificationFailed : EXIT.done
    return { ...totals, list }
  }

  #progress(): (done: number, of: number) => void {
    let last = performance.now()
    return (done, of) => {
      if (performance.now() - last < PROGRESS_EVERY_MS) return
      last = performance.now()
      this.note(`${formatCount(done)} of ${formatCount(of)} sources checked`)
    }
  }
}

function findingLine({ check, place, detail }: Finding): string {
  return printable(`${check}  ${place}: ${detail}`)
}

function summary(plan: VerifyPlan, totals: VerifyTotals): string[] {
  const { notes } = totals
  const checked = plan.quick
    ? 'structure, totals and runs checked; the stored bytes were not'
    : `${formatCount(totals.sources)} of ${formatCount(totals.sourcesInCase)} sources checked: ${formatBytes(totals.bytes)}, ${formatCount(totals.records)} records`
  const lines = [checked]
  if (!plan.quick) {
    lines.push(
      totals.isFull
        ? 'full text: every event of these sources was looked up by each of its words'
        : 'full text: a sample of events was looked up by each of their words; --full looks up all',
    )
  }
  if (notes.reread > 0) lines.push(`${formatCount(notes.reread)} files compared with the archive`)
  if (notes.members > 0)
    lines.push(`${formatCount(notes.members)} members of containers were not compared with the archive`)
  if (notes.notHashed > 0) {
    const which = 'that another version indexed, and that have repeats in a reduced form,'
    lines.push(`the rows of ${formatCount(notes.notHashed)} sources ${which} were not hashed again`)
  }
  if (notes.otherVersion > 0) {
    const which = `${formatCount(notes.otherVersion)} sources were indexed by another version of coldtrail`
    lines.push(`the rows of ${which}; this version would make others, so columns were not compared`)
  }
  if (notes.repeatedKeys > 0) {
    const count = formatCount(notes.repeatedKeys)
    lines.push(
      `records that repeat a key in one object: ${count}; columns hold the last value, coldtrail show prints both`,
    )
    lines.push(...totals.repeated.map((place) => printable(`  ${place}`)))
  }
  if (totals.state !== 'ready')
    lines.push('indexing has not finished: run coldtrail index again, then verify')
  lines.push(totals.findings === 0 ? 'no findings' : counted(totals.findings, 'finding'))
  return lines
}
