import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../../cli/case-command.js'
import { joinSpread, spellOutError } from '../../cli/parse/find-scope.js'
import { makeHandover, type HandoverResult } from '../../handover/handover.js'
import { REDACTION_LIMIT } from '../../handover/redaction/redactor.js'
import { readSelected, selectionFlags, subjectOf } from '../../cli/parse/selected-subject.js'
import { closeCase, openCase } from '../../cli/open-case.js'
import { shellWord } from '../../model/shell-word.js'
import { formatBytes } from '../../render/bytes.js'
import { rowCounts } from '../../render/row-counts.js'
import type { Manifest } from '../../handover/manifest.js'
import type { RowKind } from '../../model/event.js'

export default class Handoff extends CaseCommand {
  static override summary = 'Write selected events into one file for others.'
  static override description = `The file opens in any SQLite tool: events and lines of S3 server access logs with their exact records, appearances, resources,
principals, the files they came from with their hashes, problems, coverage, the question that selected them, and what each
column means. Aggregated counts are included; --kind selects some kinds.
A manifest next to it holds its SHA-256; coldtrail handoff verify checks both. Select with one of --request, --principal,
--resource, --text, with any filter, or take everything with --all.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> bob.sqlite --principal arn:aws:iam::111122223333:user/bob',
    '<%= config.bin %> <%= command.id %> may.sqlite --since 2024-05-01 --until 2024-06-01 --sign ~/.ssh/id_ed25519',
    '<%= config.bin %> <%= command.id %> bucket.sqlite --resource my-bucket --kind access-log',
    '<%= config.bin %> <%= command.id %> everything.sqlite --all --redact',
  ]
  static override args = {
    out: Args.string({ ignoreStdin: true, description: 'File to write.', required: true }),
  }
  static override flags = {
    ...selectionFlags,
    redact: Flags.boolean({
      description: `Replace by keyed pseudonyms, in every column and record and in the question: account ids (also the canonical ones of S3), key and unique ids, IP and e-mail addresses, names of users, roles, groups and sessions, and values of fields that are named as secrets (password, secretString, accessToken, …). Each known value is replaced wherever it occurs, in any letter case and inside longer words; names of three or four letters where no letter touches them, and shorter ones and words of AWS (a role named lambda) only where a name belongs. Hashes, times, UUIDs, user agents, host names and names of other resources (buckets, objects, functions, secrets) stay, except for replaced values in them. ${REDACTION_LIMIT} The table of pseudonyms is written to OUT.pseudonyms.json: keep it apart.`,
    }),
    sign: Flags.string({
      description: 'Sign the manifest with this private key (ssh-keygen -Y).',
      helpValue: 'KEY',
    }),
  }

  protected override async init(): Promise<void> {
    await super.init()
    this.argv = joinSpread(spellOutError(this.argv), true)
  }

  async run(): Promise<HandoverResult> {
    const { args, flags } = await this.parse(Handoff)
    const subject = subjectOf(flags)
    const db = openCase(flags.case)
    const { question, kinds, notes } = readSelected(db, subject, flags)
    closeCase(db)
    for (const note of notes) this.note(note)
    const result = makeHandover({
      casePath: flags.case,
      out: args.out,
      question,
      kinds,
      toolVersion: this.config.version,
      redact: flags.redact,
      signKey: flags.sign,
      onProgress: () => undefined,
    })
    for (const note of result.notes) this.note(note)
    const { counts, size, sha256 } = result.manifest
    this.note(`${rowCounts(kindCounts(counts), kinds)}, ${formatBytes(size)}, sha256 ${sha256}`)
    for (const file of result.files) this.note(`wrote ${file}`)
    if (flags.redact) this.note(REDACTION_LIMIT)
    this.note(`check it with: coldtrail handoff verify ${shellWord(args.out)}`)
    return result
  }
}

function kindCounts(counts: Manifest['counts']): ReadonlyMap<RowKind, number> {
  return new Map([
    ['event', counts['events'] ?? 0],
    ['access-log', counts['access_log_lines'] ?? 0],
    ['aggregate', counts['aggregates'] ?? 0],
  ])
}
