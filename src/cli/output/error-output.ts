/** Formats an error: a few lines for people, one object for `--json`. */
import type { CaseError } from '../../model/case-error.js'
import { shellWord } from '../../model/shell-word.js'
import { printable } from '../../render/printable.js'

/** A longer choice only pushes its own line. */
const MOST_PADDED = 40

/** @param typeable turns a hint into a command that can be pasted. */
export function errorText({ message, hint, choices }: CaseError, typeable = sameHint): string {
  const width = Math.min(MOST_PADDED, Math.max(0, ...choices.map(({ value }) => shellWord(value).length)))
  const listed = choices.map(({ value, what }) => `    ${shellWord(value).padEnd(width)}  ${what}`)
  const lines = [`Error: ${message}`, ...(hint === undefined ? [] : [`  ${typeable(hint)}`]), ...listed]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

export function errorResult({ message, hint, exit, choices }: CaseError, typeable = sameHint): object {
  const body = { message, hint: hint === undefined ? null : typeable(hint), exit }
  return { error: choices.length === 0 ? body : { ...body, choices } }
}

function sameHint(hint: string): string {
  return hint
}
