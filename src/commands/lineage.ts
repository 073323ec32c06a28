import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../cli/case-command.js'
import { closeCase, openCase } from '../cli/open-case.js'
import { EXIT } from '../model/case-error.js'
import type { LineageChoice, LineageGraph } from '../model/lineage.js'
import { askLineage, isChoice } from '../query/lineage/ask-lineage.js'
import { renderLineage, renderLineageChoice, LINEAGE_FORMATS } from '../render/lineage.js'

export default class Lineage extends CaseCommand {
  static override summary = 'Show where credentials came from, and what was made from them.'
  static override description = `Walks both ways from an access key, a session, a principal or an event: which event issued it and who called, up to
the first long-term credential or sign-in; and down to every session, key, user and role made from it.
Each step names the rule that links it and the event to show. Failed attempts are dashed. A step that the
case does not hold is reported, not guessed. Session tokens are never printed.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> AKIAIOSFODNN7EXAMPLE',
    '<%= config.bin %> <%= command.id %> AROAEXAMPLEROLEIDAAAA:maintenance@2024-05-14T08:19:40Z --up',
    '<%= config.bin %> <%= command.id %> arn:aws:iam::111122223333:user/alice --down --depth 3 --events',
    '<%= config.bin %> <%= command.id %> 6b3c8f2e-1f0a-4d55-9b0e-0c1f7f1f2a11 --format dot | dot -Tsvg > lineage.svg',
  ]
  static override args = {
    start: Args.string({
      description:
        'Access key, session (name, ARN, AROA…:NAME, or one of these with @TIME), principal, or event ID.',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    up: Flags.boolean({ description: 'Only where it came from.', exclusive: ['down'] }),
    down: Flags.boolean({ description: 'Only what was made from it.' }),
    depth: Flags.integer({ description: 'Steps each way.', default: 10, min: 1, max: 100, helpValue: 'N' }),
    limit: Flags.integer({
      description: 'Children shown of each node.',
      default: 20,
      min: 1,
      max: 500,
      helpValue: 'N',
    }),
    events: Flags.boolean({
      description: 'Also list what each node did: counts by name; with --format json the events.',
    }),
    format: Flags.option({
      description: 'Output format.',
      options: LINEAGE_FORMATS,
      default: 'tree' as const,
    })(),
  }

  async run(): Promise<LineageGraph | LineageChoice> {
    const { args, flags } = await this.parse(Lineage)
    const isJson = this.jsonEnabled() || flags.format === 'json'
    const db = openCase(flags.case)
    const answer = askLineage(db, {
      asked: args.start,
      up: !flags.down,
      down: !flags.up,
      depth: flags.depth,
      limit: flags.limit,
      events: !flags.events ? 'none' : isJson ? 'all' : 'counts',
    })
    closeCase(db)
    this.shown = isChoice(answer) ? answer.candidates.length : answer.nodes.length
    if (isChoice(answer)) {
      process.exitCode = EXIT.usage
      for (const line of renderLineageChoice(answer)) this.note(line)
    } else if (!this.jsonEnabled()) {
      const { stdout } = process
      stdout.write(renderLineage(flags.format, answer, stdout.isTTY ? stdout.columns : 0))
    }
    return answer
  }
}
