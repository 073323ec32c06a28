import * as Args from '@oclif/core/args'
import { CaseCommand } from '../../cli/case-command.js'
import { verifyLog, type LogCheck } from '../../cli/question-log.js'
import { CaseError, EXIT } from '../../model/case-error.js'
import { formatCount } from '../../render/bytes.js'
import { printable } from '../../render/printable.js'

export default class LogVerify extends CaseCommand {
  static override summary = 'Check a log of questions.'
  static override description = `Every line of a log that --log wrote holds the hash of the line before: a line that was changed, removed, inserted or moved is
named, with exit code 12. Lines cut off at the end do not show in the file itself: note the last hash elsewhere, and compare it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> questions.jsonl',
    '<%= config.bin %> <%= command.id %> --log questions.jsonl --json',
  ]
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      description: 'The log; without: the one of --log or COLDTRAIL_LOG.',
      required: false,
    }),
  }

  async run(): Promise<LogCheck> {
    const { args, flags } = await this.parse(LogVerify)
    const file = args.file ?? flags.log
    if (file === undefined)
      throw new CaseError('no log is named', { hint: 'coldtrail log verify questions.jsonl' })
    const check = verifyLog(file)
    if (!this.jsonEnabled())
      for (const finding of check.findings) process.stdout.write(`${printable(`${file}: ${finding}`)}\n`)
    this.tell(
      `${formatCount(check.lines)} questions${check.first === null ? '' : `, ${check.first} to ${check.last ?? '?'}`}`,
    )
    if (check.lastHash !== null) this.tell(`last hash ${check.lastHash}`)
    this.tell(check.findings.length === 0 ? 'no findings' : `${formatCount(check.findings.length)} findings`)
    process.exitCode = check.findings.length > 0 ? EXIT.verificationFailed : EXIT.done
    return check
  }
}
