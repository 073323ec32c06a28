import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FindCommand, type FindResult } from '../../cli/find-command.js'

export default class FindText extends FindCommand {
  static override summary = 'Find words anywhere in the records.'
  static override description = `Every word and every "quoted phrase" must occur in the values of a record, in any case and order. Words are runs of letters and
digits; other characters are separators, so an ARN or an address is found as the phrase of its parts.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> "203.0.113.7"',
    '<%= config.bin %> <%= command.id %> \'"not authorized to perform" CreateUser\' --since 2023-07-10',
    '<%= config.bin %> <%= command.id %> --match \'"iam:PassRole" OR secret*\' --format jsonl',
  ]
  static override args = {
    value: Args.string({
      name: 'value',
      description: 'Words and "quoted phrases", all of which must occur.',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    match: Flags.boolean({
      description: "Take the value as a full-text expression of SQLite's FTS5: AND, OR, NOT, NEAR, pre*.",
    }),
  }

  async run(): Promise<FindResult> {
    const { args, flags } = await this.parse(FindText)
    return this.answer({ kind: 'text', value: args.value, syntax: flags.match ? 'fts5' : 'words' }, flags)
  }
}
