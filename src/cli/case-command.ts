/** Base of every command: `--case`, errors to exit codes, the one way out to stdout and stderr. */
import { Command, Flags } from '@oclif/core'
import { CaseError, EXIT } from '../model/case-error.js'
import { printable } from '../render/printable.js'

export const caseFlag = Flags.string({
  description: 'Case file to use.',
  env: 'COLDTRAIL_CASE',
  default: 'case.sqlite',
  helpValue: 'FILE',
})

export abstract class CaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = { case: caseFlag }

  /** A line for people: warnings, windows, totals. Never data. Control characters are made visible. */
  protected tell(line: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${printable(line)}\n`)
  }

  protected override async catch(error: Error & { exitCode?: number; code?: string }): Promise<unknown> {
    if (error instanceof CaseError) {
      process.exitCode = error.exit
      if (this.jsonEnabled()) {
        this.logJson({ error: { message: error.message, hint: error.hint ?? null, exit: error.exit } })
        return undefined
      }
      process.stderr.write(`${printable(`Error: ${error.message}`)}\n`)
      if (error.hint !== undefined) process.stderr.write(`${printable(`  ${error.hint}`)}\n`)
      return undefined
    }
    if (error.code === 'EPIPE') {
      process.exitCode = EXIT.done
      return undefined
    }
    return super.catch(error)
  }
}
