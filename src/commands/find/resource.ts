import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { FindCommand, type FindResult } from '../../cli/find-command.js'
import type { ResourceHistory } from '../../model/resource-list.js'

export default class FindResource extends FindCommand {
  static override summary = 'Find what happened to a resource.'
  static override description = `Looks at every resource that a record names anywhere, not only in its resources list. The value is an ARN, a bare ID or name
(i-0abc…, sg-0abc…, MyTable), a bucket, bucket/key or s3://bucket/key. A trailing * matches a prefix.
For the ARN of a user or role, its own calls are shown too.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> my-bucket --service s3 --write-only',
    '<%= config.bin %> <%= command.id %> "my-bucket/backups/*" --event GetObject',
    '<%= config.bin %> <%= command.id %> arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0 --format csv',
  ]
  static override args = {
    value: Args.string({
      name: 'value',
      description: 'ARN, ID, name, bucket or bucket/key; name* matches a prefix.',
      required: true,
      ignoreStdin: true,
    }),
  }

  static override flags = {
    history: Flags.boolean({
      description: 'Show its history instead: created, changed, shared, deleted, by whom.',
    }),
  }

  async run(): Promise<FindResult | ResourceHistory> {
    const { args, flags } = await this.parse(FindResource)
    if (flags.history) return this.history(args.value, flags)
    return this.answer({ kind: 'resource', value: args.value }, flags)
  }
}
