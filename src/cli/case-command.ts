/** Base of every command: adds `--case`, maps errors to exit codes and owns stdout and stderr. */
import { Command } from '@oclif/core/command'
import type { Config } from '@oclif/core/config'
import * as Flags from '@oclif/core/flags'
import type * as Interfaces from '@oclif/core/interfaces'
import { CaseError, EXIT } from '../model/case-error.js'
import { escapeUnsafe } from '../render/json-text.js'
import { printable } from '../render/printable.js'
import { onRollback } from '../store/killed-run.js'
import { asCaseTrouble } from '../store/open-errors.js'
import { appendQuestion, checkQuestionLog, isQuestion, refuseLogAmongEvidence } from './question-log.js'
import { failedOutput, isOutputFailure } from './output/output-failure.js'
import { asOddCase } from './open-case.js'
import { isTimedChild } from './timed-child.js'
import { asSystemError } from './output/system-error.js'
import { errorResult, errorText } from './output/error-output.js'
import { markDashed, unmarkDashed } from './parse/dashed-values.js'
import { refuseEmpty, wronglyTyped } from './parse/parse-errors.js'
import { typedCase, withCase } from './parse/typed-case.js'

const caseFlag = Flags.string({
  description: 'Case file to use.',
  env: 'COLDTRAIL_CASE',
  default: 'case.sqlite',
  helpValue: 'FILE',
})

const logFlag = Flags.string({
  description: 'Add this question to a log: one JSON line each, with the hash of the previous line.',
  env: 'COLDTRAIL_LOG',
  helpValue: 'FILE',
  helpGroup: 'GLOBAL',
})

/**
 * The `log` flag of commands that do not query a case: hidden, and an error if given instead of silently
 * ignored.
 */
export const NO_LOG = Flags.string({
  description: 'Not for this command, which does not query a case.',
  hidden: true,
  parse: () =>
    Promise.reject(
      new CaseError('--log records queries of a case, and this command makes none', {
        hint: 'leave --log out; what was indexed is kept in the case: see coldtrail info',
      }),
    ),
})

export abstract class CaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = { case: caseFlag, log: logFlag }

  /** Same as oclif's, which would load the configuration again. */
  static override async run<T extends Command>(
    this: new (argv: string[], config: Config) => T,
    argv?: string[],
    options?: Interfaces.LoadOptions,
  ): Promise<ReturnType<T['run']>> {
    if (!isLoaded(options)) return super.run.call(this, argv, options) as Promise<ReturnType<T['run']>>
    const command: unknown = new this(argv ?? [], options)
    return (command as CaseCommand)._run<ReturnType<T['run']>>()
  }

  /** For the question log: rows shown, where the result has no count of its own; null if not counted. */
  protected shown: number | null | undefined
  #case: string | undefined
  #log: { readonly file: string; readonly case: string; readonly argv: readonly string[] } | undefined

  /** The question is known at this point and nothing has been printed yet. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const typed = argv ?? this.argv
    const parsed = await super
      .parse(options, markDashed(typed))
      .catch((error: unknown) => {
        // oclif would warn that the arguments were never parsed.
        this.parsed = true
        throw wronglyTyped(error, typed, {
          name: `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')}`,
          flags: Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }),
          args: this.ctor.args,
        })
      })
      .finally(() => {
        // Restore what oclif parsed.
        this.argv = typed
      })
    unmarkDashed(parsed.flags)
    refuseEmpty(parsed.args, (name) => name.toUpperCase())
    refuseEmpty(parsed.flags, (name) => `--${name}`)
    const flags: Readonly<Record<string, unknown>> = parsed.flags
    const { log, case: casePath } = flags
    this.#case = String(casePath)
    // A statement in a child process is logged once, by the parent.
    if (typeof log !== 'string' || !isQuestion(this.id ?? '') || isTimedChild()) return parsed
    refuseLogAmongEvidence(log, String(casePath))
    const question = { case: String(casePath), argv: [this.id ?? '', ...typed] }
    checkQuestionLog(log, question)
    this.#log = { file: log, ...question }
    return parsed
  }

  protected override async _run<Result>(): Promise<Result> {
    onRollback((line) => {
      this.note(line)
    })
    let exit: number | undefined
    let result: Result | undefined
    try {
      result = await super._run<Result>()
      return result
    } catch (error) {
      exit = (error as Thrown).oclif?.exit ?? EXIT.bug
      throw error
    } finally {
      await this.#record(
        exit ?? Number(process.exitCode ?? EXIT.done),
        this.shown === undefined ? rowsOf(result) : this.shown,
      )
    }
  }

  async #record(exit: number, rows: number | null): Promise<void> {
    if (this.#log === undefined) return
    const { file, ...question } = this.#log
    const failed = await failedOutput()
    try {
      appendQuestion(file, {
        ...question,
        exit: failed ?? exit,
        // It is unknown how many rows reached the reader.
        rows: failed === undefined ? rows : null,
      })
    } catch (error) {
      await this.catch(error as Error)
    }
  }

  /** Prints a line for people (warnings, windows, totals), never data. Control characters are escaped. */
  protected note(line: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${printable(this.#typeable(line))}\n`)
  }

  #typeable(line: string): string {
    return withCase(line, typedCase(this.argv))
  }

  /** oclif's version leaves DEL, C1 and bidi characters unescaped. */
  override logJson(json: unknown): void {
    process.stdout.write(`${escapeUnsafe(JSON.stringify(json, null, 2))}\n`)
  }

  protected override async catch(thrown: Thrown): Promise<unknown> {
    if (isOutputFailure(thrown)) return undefined
    const error = asCaseTrouble(thrown) ?? asSystemError(thrown) ?? this.#asOddCase(thrown) ?? thrown
    if (error instanceof CaseError) {
      process.exitCode = error.exit
      const typeable = (hint: string): string => this.#typeable(hint)
      if (this.jsonEnabled()) this.logJson(errorResult(error, typeable))
      else process.stderr.write(errorText(error, typeable))
      return undefined
    }
    if (thrown.code === 'EPIPE') {
      process.exitCode = EXIT.done
      return undefined
    }
    return super.catch(thrown)
  }

  #asOddCase(thrown: Thrown): CaseError | null {
    const isExpected = thrown instanceof CaseError || thrown.oclif !== undefined || thrown.code === 'EPIPE'
    return isExpected || this.#case === undefined ? null : asOddCase(this.#case, thrown)
  }
}

type Thrown = Error & { exitCode?: number; code?: string; oclif?: { exit?: number } }

/** Rows shown according to the result: its count, or the manifest of a hand-over. */
function rowsOf(result: unknown): number | null {
  if (typeof result !== 'object' || result === null) return null
  const { shown, manifest } = result as {
    shown?: unknown
    manifest?: { counts?: Readonly<Record<string, number>> }
  }
  if (typeof shown === 'number') return shown
  return manifest?.counts === undefined ? null : handedOver(manifest.counts)
}

function handedOver(counts: Readonly<Record<string, number>>): number {
  return ['events', 'access_log_lines', 'aggregates'].reduce((sum, name) => sum + (counts[name] ?? 0), 0)
}

function isLoaded(options: Interfaces.LoadOptions): options is Config {
  return typeof options === 'object' && 'runHook' in options
}
