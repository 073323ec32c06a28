import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { principalSubject } from '../../cli/parse/selected-subject.js'
import { FindCommand, type FindResult } from '../../cli/find-command.js'

export default class FindPrincipal extends FindCommand {
  static override summary = 'Find what a principal did.'
  static override description = `The value is any name of the caller, in any case: user, role or session name, ARN with or without its path,
unique ID (AIDA…, AROA…), access key, source identity, account, or the service that called. A * at its end finds all that begin so.
Whom it means is told. A name of several principals is asked back, with what to type for each; filters can decide it, too.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice --write-only',
    '<%= config.bin %> <%= command.id %> arn:aws:iam::111122223333:role/service-role/Deploy --since 7d',
    '<%= config.bin %> <%= command.id %> "AROAEXAMPLE*" --error=AccessDenied --order desc --limit 20',
  ]
  static override args = {
    value: Args.string({
      name: 'value',
      description: 'Name, ARN, ID or key; name* for all that begin so.',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    namesakes: Flags.boolean({ description: 'Take all principals of the name, instead of asking which.' }),
  }

  async run(): Promise<FindResult> {
    const { args, flags } = await this.parse(FindPrincipal)
    return this.answer(principalSubject(args.value, flags.namesakes), flags)
  }
}
