import * as Args from '@oclif/core/args'
import { FindCommand, type FindResult } from '../../cli/find-command.js'

export default class FindRequest extends FindCommand {
  static override summary = 'Find the events of a request, by request ID.'
  static override description = `One request can leave several events, so all that share the ID are shown.
To see one event by its event ID: coldtrail show EVENT_ID.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> 4KMY2V7X0C9RT1EH',
    '<%= config.bin %> <%= command.id %> 6f4e8c1a-2b3d-4e5f-8a9b-0c1d2e3f4a5b --format json --records',
  ]
  static override args = {
    value: Args.string({
      name: 'value',
      description: 'The requestID, exactly.',
      required: true,
      ignoreStdin: true,
    }),
  }

  async run(): Promise<FindResult> {
    const { args, flags } = await this.parse(FindRequest)
    return this.answer({ kind: 'request', value: args.value }, flags)
  }
}
