/** Slips of a command line that the parser takes for something else. */
import { CaseError } from '../model/case-error.js'
import { ANY_ERROR } from '../model/question.js'
import { shellWord } from '../model/shell-word.js'

/** `--error=` has an answer of its own. `--account=$ID` of an unset variable would ask for what has no account, and find nothing. @throws CaseError exit 2. */
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

/** Of what the parser says: `--error CODE`, where the code needs a `=`. Any other error as it is. */
export function wronglyTyped(error: unknown, argv: readonly string[]): unknown {
  const { args } = error as { readonly args?: unknown }
  const next = argv[argv.indexOf(`--error=${ANY_ERROR}`) + 1]
  const isAfter = argv.includes(`--error=${ANY_ERROR}`) && next !== undefined && !next.startsWith('-')
  if (!Array.isArray(args) || !isAfter) return error
  return new CaseError(`--error takes its code behind a =, not as a word of its own`, {
    hint: `as in: --error=${shellWord(next)}`,
  })
}
