import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { principalSubject } from '../../cli/parse/selected-subject.js'
import { FindCommand, type FindResult } from '../../cli/find-command.js'

export default class FindPrincipal extends FindCommand {
  static override summary = 'Find what a principal did.'
  static override description = `The value is any name of the caller, in any case: user, role or session name, ARN with or without its path,
unique ID (AIDA…, AROA…), access key, source identity, account, or calling service. A trailing * matches a prefix.
The matched principal is printed. For an ambiguous name the candidates are listed; filters can disambiguate.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice --write-only',
    '<%= config.bin %> <%= command.id %> arn:aws:iam::111122223333:role/service-role/Deploy --since 7d',
    '<%= config.bin %> <%= command.id %> "AROAEXAMPLE*" --error=AccessDenied --order desc --limit 20',
  ]
  static override args = {
    value: Args.string({
      name: 'value',
      description: 'Name, ARN, ID or key; name* matches a prefix.',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    namesakes: Flags.boolean({ description: 'Accept all principals of an ambiguous name.' }),
  }

  async run(): Promise<FindResult> {
    const { args, flags } = await this.parse(FindPrincipal)
    return this.answer(principalSubject(args.value, flags.namesakes), flags)
  }
}
