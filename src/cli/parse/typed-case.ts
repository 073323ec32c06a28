/** Repeats the user's --case in suggested commands. */
import { shellWord } from '../../model/shell-word.js'

/** Commands with --case, as messages spell them. `handoff verify` and `log verify` have none. */
const COMMAND =
  /\bcoldtrail (find (?:request|principal|resource|text|window)|digest verify|(?:handoff|index|show|sql|export|lineage|summary|principals|resources|problems|coverage|info|verify)(?![\w-]| verify))/g

/** @returns undefined for the default case, which needs no flag. */
export function typedCase(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--')
  const flags = end < 0 ? argv : argv.slice(0, end)
  const at = flags.findLastIndex((word) => word === '--case' || word.startsWith('--case='))
  const word = flags[at]
  return word === '--case' ? flags[at + 1] : word?.slice('--case='.length)
}

export function withCase(line: string, casePath: string | undefined): string {
  if (casePath === undefined || /--case[ =]/.test(line)) return line
  return line.replace(COMMAND, (command) => `${command} --case ${shellWord(casePath)}`)
}
