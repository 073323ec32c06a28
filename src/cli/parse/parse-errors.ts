/** Mistyped command lines whose cause oclif's parser misreports. */
import { CaseError } from '../../model/case-error.js'
import { nearestWord } from '../../model/nearest-word.js'
import { ANY_ERROR } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import { withoutMark } from './dashed-values.js'

/**
 * Rejects empty values: `--account=$ID` with an unset variable would silently match nothing. `--error=` has a
 * message of its own. @throws CaseError exit 2.
 */
export function refuseEmpty(
  values: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string,
): void {
  for (const [name, value] of Object.entries(values)) {
    const isEmpty = value === '' || (Array.isArray(value) && value.includes(''))
    if (!isEmpty || name === 'error') continue
    throw new CaseError(`${nameOf(name)} is empty`, { hint: 'is a variable of the shell not set?' })
  }
}

export interface TypedCommand {
  /** As typed: `coldtrail find text`. */
  readonly name: string
  readonly flags: readonly string[]
  readonly args: Readonly<Record<string, unknown>>
}

/** What oclif's parser throws. */
interface ParseError {
  readonly message: string
  readonly oclif?: unknown
  readonly args?: unknown
  readonly flags?: unknown
  readonly parse?: { readonly output: { readonly args: Readonly<Record<string, unknown>> } }
}

/**
 * Turns a parser error into one or two lines; oclif would print the whole help after its message and scroll
 * it away. Other errors pass through.
 */
export function wronglyTyped(error: unknown, argv: readonly string[], command: TypedCommand): unknown {
  const thrown = error as ParseError
  if (thrown.oclif === undefined) return error
  const help = `see ${command.name} --help`
  if (Array.isArray(thrown.args)) return wrongArguments(thrown.args, argv, { ...command, help })
  if (Array.isArray(thrown.flags)) {
    const flag = withoutMark(String(thrown.flags[0]))
    return unknownFlag(
      flag,
      command.flags,
      isNameless(thrown, command) ? `${afterDashes(flag, argv, command)}; ${help}` : help,
    )
  }
  return new CaseError(onOneLine(thrown.message), { hint: help })
}

function wrongArguments(
  args: readonly unknown[],
  argv: readonly string[],
  { name, args: known, help }: TypedCommand & { readonly help: string },
): CaseError {
  const next = argv[argv.indexOf(`--error=${ANY_ERROR}`) + 1]
  if (argv.includes(`--error=${ANY_ERROR}`) && next !== undefined && !next.startsWith('-'))
    return new CaseError('use --error=CODE', {
      hint: `as in: --error=${shellWord(next)}`,
    })
  const [first] = args
  if (typeof first === 'object' && first !== null) {
    const missing = first as { readonly name?: string; readonly description?: string }
    const what = missing.description === undefined ? '' : `: ${missing.description}`
    return new CaseError(`${(missing.name ?? 'an argument').toUpperCase()} is missing${what}`, {
      hint: `type it after ${name}, before any flags; ${help}`,
    })
  }
  const extra = args.map(String)
  const at = argv.indexOf(extra[0] ?? '')
  const before = at > 0 ? argv[at - 1] : undefined
  const isOneValue = Object.keys(known).length > 0 && before !== undefined && !before.startsWith('-')
  return new CaseError(`unexpected argument for ${name}: ${extra.map(shellWord).join(' ')}`, {
    hint: isOneValue
      ? `words that belong together need quotes: ${name} ${shellWord([before, ...extra].join(' '))}`
      : help,
  })
}

/** True if the required argument is missing, so a word taken for a flag may be it. */
function isNameless({ parse }: ParseError, { args }: TypedCommand): boolean {
  return (
    Object.keys(args).length > 0 &&
    Object.values(parse?.output.args ?? {}).every((value) => value === undefined)
  )
}

function afterDashes(word: string, argv: readonly string[], { name }: TypedCommand): string {
  const others = argv.filter((one) => one !== word)
  const typed = [...others, '--', word].map(shellWord).join(' ')
  return `to search for it, put it last, after --: ${name} ${typed}`
}

function unknownFlag(flag: string, known: readonly string[], help: string): CaseError {
  const nearest = nearestWord(flag.replace(/^-+/, ''), known)
  return new CaseError(`there is no flag ${flag}`, {
    hint: nearest === undefined ? help : `did you mean --${nearest}? ${help}`,
  })
}

/** oclif wraps, indents and colours messages about flags. */
function onOneLine(message: string): string {
  return withoutMark(message)
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/\nSee more help with --help$/, '')
    .replace(/^(?:The following errors? occurred:|Parsing )/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/=true(?= cannot)/, '')
    .replace(/^(--\S+) Expected/, '$1: expected')
}
