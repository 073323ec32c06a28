import { availableParallelism } from 'node:os'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { printRows } from '../cli/output/print-rows.js'
import { detect, type DetectReport } from '../detect/detect.js'
import { sortedRules } from '../model/detection.js'
import { HIT_RULE_COLUMNS } from '../query/detection/hit-list.js'
import { FORMATS } from '../render/format.js'

const ALL_COLUMNS = [...HIT_RULE_COLUMNS, 'state', 'reason', 'rule_id', 'events', 'place'] as const
const MOST_LISTED = 20

export default class Detect extends CaseCommand {
  static override summary = 'Evaluate detection rules (Sigma) over the whole case.'
  static override description = `Evaluates the built-in rules, and with --rules any Sigma rules for AWS CloudTrail: detections, correlations and filters.
Prints the rules that hit, most severe and rarest first; the other formats print every rule, with the reason of each that could not be
evaluated or cannot hit. The results are kept in the case, in place of those of an earlier detection: coldtrail hits shows their events.
docs/rules.md describes the built-in rules.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --rules ./sigma/rules/cloud/aws --rules own.yml',
    '<%= config.bin %> <%= command.id %> --rules own.yml --only-given --no-store --format csv',
  ]
  static override flags = {
    rules: Flags.string({
      description: 'File or folder of Sigma rules, evaluated with the built-in ones. May repeat.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATH',
    }),
    'only-given': Flags.boolean({
      description: 'Leave the built-in rules out.',
      dependsOn: ['rules'],
    }),
    store: Flags.boolean({
      description: 'Keep the results in the case.',
      allowNo: true,
      default: true,
    }),
    workers: Flags.integer({
      description: 'Worker threads; 0 works without any.',
      min: 0,
      max: 256,
      helpValue: 'N',
    }),
    format: Flags.string({ description: 'Output format.', options: [...FORMATS], default: 'table' }),
  }

  async run(): Promise<DetectReport> {
    const { flags } = await this.parse(Detect)
    const report = await detect({
      casePath: flags.case,
      rulePaths: flags.rules ?? [],
      withPack: !flags['only-given'],
      store: flags.store,
      workers: flags.workers ?? availableParallelism(),
      toolVersion: this.config.version,
    })
    const rules = sortedRules(report.rules)
    this.shown = rules.filter(({ state }) => state === 'hit').length
    if (this.jsonEnabled()) return { ...report, rules }
    const rows = flags.format === 'table' ? rules.filter(({ state }) => state === 'hit') : rules
    await printRows(
      flags.format,
      flags.format === 'table' ? HIT_RULE_COLUMNS : ALL_COLUMNS,
      rows.map((rule) => ({ ...rule })),
    )
    this.#notes(report)
    return { ...report, rules }
  }

  #notes({ rules, notes, notKept }: DetectReport): void {
    const count = (state: string): number => rules.filter((rule) => rule.state === state).length
    this.note(
      `${rules.length} rules: ${count('hit')} hit, ${count('no hit')} did not, ${count('cannot hit')} cannot, ${count('part of')} are part of correlations, ${count('not evaluated')} were not evaluated`,
    )
    const unusable = rules.filter(({ state }) => state === 'not evaluated')
    for (const { title, place, reason } of unusable.slice(0, MOST_LISTED))
      this.note(`not evaluated: ${title} (${place}): ${reason ?? ''}`)
    if (unusable.length > MOST_LISTED)
      this.note(`${unusable.length - MOST_LISTED} more were not evaluated; --format csv lists them`)
    for (const line of notes.slice(0, MOST_LISTED)) this.note(line)
    if (notKept !== null) this.note(`results are not kept: the case cannot be written to (${notKept})`)
  }
}
