/** The question of a hand-over, and how it was understood, for its file and manifest. */
import type { Question } from '../model/question.js'
import type { Redactor } from './redaction/redactor.js'

export interface Asked {
  readonly question: unknown
  readonly note: (note: string) => string
  readonly isRedacted: boolean
}

export function asked(question: Question, redactor: Redactor | null): Asked {
  if (redactor === null) return { question, note: (note) => note, isRedacted: false }
  return {
    question: redactedQuestion(question, redactor),
    note: noteOf(question, redactor),
    isRedacted: true,
  }
}

/** The principal in the question is a name, known to the case or not. */
export function learnQuestion(question: Question, redactor: Redactor): void {
  if (question.kind === 'principal') redactor.learn(question.value, 'userName')
  const { accessKeys, except } = question.filters
  for (const id of [...accessKeys, ...except.accessKeys]) redactor.learnValue('id', id)
  redactor.learn(JSON.stringify(question))
}

function redactedQuestion(question: Question, redactor: Redactor): unknown {
  const rest = JSON.parse(redactor.text(JSON.stringify(question))) as Question
  // Search words can be a person's name or a secret.
  if (question.kind === 'text') return { ...rest, value: redactor.name(question.value) }
  return question.kind === 'principal' ? { ...rest, value: shownPrincipal(question.value, redactor) } : rest
}

/** A name that is a common AWS word, or very short, is not replaced in running text. */
function shownPrincipal(value: string, redactor: Redactor): string {
  const shown = redactor.text(value)
  return shown === value ? redactor.name(value) : shown
}

/** Words of the query language, and the prefix of our pseudonyms. */
const OF_SEARCH = /^(?:and|or|not|near|name)$/i

/** Notes quote the question, in whole or by word. */
function noteOf(question: Question, redactor: Redactor): (note: string) => string {
  const words =
    question.kind === 'text'
      ? (question.value.match(/[\p{L}\p{N}]{2,}/gu) ?? []).filter((word) => !OF_SEARCH.test(word))
      : []
  const cited =
    'value' in question && question.kind !== 'request' && question.kind !== 'resource'
      ? [question.value, ...words]
      : []
  return (note) => {
    let shown = note
    for (const one of new Set(cited)) if (one !== '') shown = shown.replaceAll(one, redactor.name(one))
    return redactor.text(shown)
  }
}
