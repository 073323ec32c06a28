import { FindCommand, type FindResult } from '../../cli/find-command.js'
import { CaseError } from '../../model/case-error.js'

export default class FindWindow extends FindCommand {
  static override summary = 'Find everything in a time window.'
  static override description = `At least one end is needed, or the hits of a rule. Relative times count back from the newest event in the case, not from now.
CloudTrail's times have a resolution of one second: events of the same second are shown in the order of indexing.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since 2023-07-10T11:42:00Z --until 2023-07-10T12:00:00Z',
    '<%= config.bin %> <%= command.id %> --since 2h --error --order desc --limit 50',
    '<%= config.bin %> <%= command.id %> --since 2023-07-10 --until 2023-07-11 --credentials root --format csv',
    '<%= config.bin %> <%= command.id %> --around 2023-07-10T11:54:33Z ±10m',
  ]

  async run(): Promise<FindResult> {
    const { flags } = await this.parse(FindWindow)
    const { since, until, around, between, rule, 'min-level': level } = flags
    if ([since, until, around, between, rule, level].every((end) => end === undefined)) {
      throw new CaseError('a window needs --since, --until, --around, --between, --rule or --min-level', {
        hint: 'as in: --since 2023-07-10 --until 2023-07-11',
      })
    }
    return this.answer({ kind: 'window' }, flags)
  }
}
