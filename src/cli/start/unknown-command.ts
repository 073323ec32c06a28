/** Errors for command lines that name no command. */
import { CaseError } from '../../model/case-error.js'
import { nearestWord } from '../../model/nearest-word.js'
import { shellWord } from '../../model/shell-word.js'

/** Commands of oclif's plug-ins, which are not in the manifest. */
const PLUGINS = new Set(['help', 'autocomplete'])
/** Lists often typed for the question about one item. */
const ABOUT_ONE: Readonly<Record<string, string>> = { principals: 'find principal' }

/**
 * @param ids of all commands, words joined with `:`. @returns undefined if oclif has an answer: help, topics,
 * plug-ins, flags alone.
 */
export function unknownCommand(argv: readonly string[], ids: readonly string[]): CaseError | undefined {
  const end = argv.findIndex((word) => word.startsWith('-'))
  const words = end < 0 ? argv : argv.slice(0, end)
  const [first] = words
  if (first === undefined || PLUGINS.has(first.split(':')[0] ?? '')) return undefined
  const typed = words.join(':')
  if (ids.includes(typed) || ids.some((id) => id.startsWith(`${typed}:`))) return undefined
  const command = commandBefore(words, ids)
  if (command !== undefined) return oneWordTooMany(command, words.slice(command.split(' ').length))
  return noSuchCommand(words, ids)
}

function commandBefore(words: readonly string[], ids: readonly string[]): string | undefined {
  for (let length = words.length - 1; length > 0; length -= 1)
    if (ids.includes(words.slice(0, length).join(':'))) return words.slice(0, length).join(' ')
  return undefined
}

function oneWordTooMany(command: string, extra: readonly string[]): CaseError {
  const question = ABOUT_ONE[command]
  return new CaseError(`coldtrail ${command} takes no argument: ${extra.map(shellWord).join(' ')}`, {
    hint:
      question === undefined
        ? `see coldtrail ${command} --help`
        : `of one: coldtrail ${question} ${shellWord(extra.join(' '))}`,
  })
}

function noSuchCommand(words: readonly string[], ids: readonly string[]): CaseError {
  const topic = ids.some((id) => id.startsWith(`${words[0] ?? ''}:`)) ? words[0] : undefined
  const meant = words.slice(0, topic === undefined ? 1 : 2)
  const nearest = nearestWord(
    meant.join(' '),
    ids
      .map((id) => id.replaceAll(':', ' '))
      .flatMap((id) => (topic === undefined ? [id, firstWord(id)] : [id])),
  )
  const help = `see coldtrail ${topic === undefined ? '' : `${topic} `}--help`
  return new CaseError(`there is no command ${meant.join(' ')}`, {
    hint: nearest === undefined ? help : `did you mean coldtrail ${nearest}? ${help}`,
  })
}

function firstWord(id: string): string {
  return id.split(' ')[0] ?? id
}
