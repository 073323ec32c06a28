import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../../cli/case-command.js'
import { readScope, spellOutError } from '../../cli/find-scope.js'
import { filterFlags } from '../../cli/flags.js'
import { makeHandover, type HandoverResult } from '../../handover/handover.js'
import { selectionFlags, subjectOf } from '../../cli/selected-subject.js'
import { openCase } from '../../cli/open-case.js'
import { shellWord } from '../../model/shell-word.js'
import { isAboutPrincipal, matchPrincipals } from '../../query/principal-match.js'
import { newestEventMs } from '../../query/run-question.js'
import { windowText } from '../../query/window.js'
import { formatBytes, formatCount } from '../../render/bytes.js'

export default class Handoff extends CaseCommand {
  static override summary = 'Write selected events into one plain file for others.'
  static override description = `The file opens in any SQLite tool: events with their exact records, appearances, resources, principals, the files they
came from with their hashes, problems, coverage, the question that selected them, and what every column means.
A manifest beside it holds its SHA-256; coldtrail handoff verify checks both. Select with one of --request, --principal,
--resource, --text, with any filter, or take everything with --all.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> bob.sqlite --principal arn:aws:iam::111122223333:user/bob',
    '<%= config.bin %> <%= command.id %> may.sqlite --since 2024-05-01 --until 2024-06-01 --sign ~/.ssh/id_ed25519',
    '<%= config.bin %> <%= command.id %> everything.sqlite --all --redact',
  ]
  static override args = {
    out: Args.string({ ignoreStdin: true, description: 'File to write.', required: true }),
  }
  static override flags = {
    ...filterFlags,
    ...selectionFlags,
    redact: Flags.boolean({
      description:
        'Replace account ids, key ids, addresses, names and tokens by keyed pseudonyms. The table of them is written to OUT.pseudonyms.json, to be kept apart.',
    }),
    sign: Flags.string({
      description: 'Sign the manifest with this private key (ssh-keygen -Y).',
      helpValue: 'KEY',
    }),
  }

  protected override async init(): Promise<void> {
    await super.init()
    this.argv = spellOutError(this.argv)
  }

  async run(): Promise<HandoverResult> {
    const { args, flags } = await this.parse(Handoff)
    const subject = subjectOf(flags)
    const db = openCase(flags.case)
    const scope = readScope(flags, () => newestEventMs(db))
    const question = { ...subject, ...scope }
    const notes = isAboutPrincipal(question) ? matchPrincipals(db, question).notes : []
    db.close()
    const text = windowText(scope.window)
    for (const note of [...notes, ...(text === undefined ? [] : [text])]) this.tell(note)
    const result = makeHandover({
      casePath: flags.case,
      out: args.out,
      question,
      toolVersion: this.config.version,
      redact: flags.redact,
      signKey: flags.sign,
      onProgress: () => undefined,
    })
    const { counts, size, sha256 } = result.manifest
    this.tell(`${formatCount(counts['events'] ?? 0)} events, ${formatBytes(size)}, sha256 ${sha256}`)
    for (const file of result.files) this.tell(`wrote ${file}`)
    this.tell(`check it with: coldtrail handoff verify ${shellWord(args.out)}`)
    return result
  }
}
