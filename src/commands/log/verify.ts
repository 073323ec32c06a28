import * as Args from '@oclif/core/args'
import { CaseCommand } from '../../cli/case-command.js'
import { verifyLog, type LogCheck } from '../../cli/question-log.js'
import { CaseError, EXIT } from '../../model/case-error.js'
import { counted, formatCount } from '../../render/bytes.js'
import { printable } from '../../render/printable.js'

export default class LogVerify extends CaseCommand {
  static override summary = 'Check a log of questions.'
  static override description = `Every line of a log written by --log holds the hash of the previous line: a changed, removed, inserted or moved line is
reported, with exit code 12. Lines cut off at the end cannot be detected: note the last hash elsewhere, and compare it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> questions.jsonl',
    '<%= config.bin %> <%= command.id %> --log questions.jsonl --json',
  ]
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      description: 'The log; default: the one of --log or COLDTRAIL_LOG.',
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
    this.note(
      `${formatCount(check.lines)} questions${check.first === null ? '' : `, ${check.first} to ${check.last ?? '?'}`}`,
    )
    if (check.lastHash !== null) this.note(`last hash ${check.lastHash}`)
    this.note(check.findings.length === 0 ? 'no findings' : counted(check.findings.length, 'finding'))
    process.exitCode = check.findings.length > 0 ? EXIT.verificationFailed : EXIT.done
    return check
  }
}
