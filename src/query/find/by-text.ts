import { CaseError } from '../../model/case-error.js'
import type { SubjectOf } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import { inWords } from '../access-log/reach.js'
import type { QuestionSpec } from './question-spec.js'
import type { Arm, Reach } from '../plan/criteria.js'
import { readExpression } from '../plan/text-expression.js'
import { asStored } from './value.js'
import { readIsoTime } from './window.js'

/** What FTS5's unicode61 makes tokens of; everything else only separates them. */
const TOKEN_CHARACTER = /[\p{L}\p{N}\p{Co}]/u
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const TERM = /"([^"]*)"|(\S+)/gu
/** Each is looked up by itself; nobody types more. */
const MAX_TERMS = 50

/** Events whose record holds the words, in any value. */
export const byText: QuestionSpec<'text'> = {
  kind: 'text',
  reach: textReach,
  accessReach: (subject) => ({ criteria: textReach(subject).criteria.map(inWords), notes: [] }),
}

function textReach(subject: SubjectOf<'text'>): Reach {
  return subject.syntax === 'fts5' ? byExpression(subject) : byWords(subject)
}

function byExpression({ value }: SubjectOf<'text'>): Reach {
  const expression = asStored(value)
  if (expression.trim() === '') throw new CaseError('nothing to search for', { hint: SEARCHABLE })
  return { criteria: [readExpression(expression)], notes: [] }
}

/** Each word and each quoted phrase is taken literally, and must occur. */
function byWords({ value }: SubjectOf<'text'>): Reach {
  const terms = Array.from(asStored(value).matchAll(TERM), ([, phrase, word]) => phrase ?? word ?? '')
  const searched = [...new Set(terms.filter((term) => TOKEN_CHARACTER.test(term)))]
  const ignored = terms.filter((term) => !TOKEN_CHARACTER.test(term))
  const [only] = searched
  if (only === undefined) throw new CaseError(`no word to search for in '${value}'`, { hint: SEARCHABLE })
  if (searched.length > MAX_TERMS) {
    throw new CaseError(`${searched.length} words are too many`, { hint: `search for up to ${MAX_TERMS}` })
  }
  const phrases = searched.map((term): Arm => ({ kind: 'text', match: quoted(term) }))
  const notes = [...ignoredNote(ignored), ...starNote(searched), ...idNote(searched)]
  if (searched.length > 1) return { criteria: phrases, notes }
  return { criteria: [{ kind: 'any', of: [...columnsOf(only), ...phrases] }], notes }
}

/** What finds the records that mention a name; undefined when it has nothing to look for. */
export function mentions(name: string): string | undefined {
  const phrase = name.replaceAll('"', ' ').trim()
  return TOKEN_CHARACTER.test(phrase) ? `coldtrail find text ${shellWord(`"${phrase}"`)}` : undefined
}

const SEARCHABLE =
  'words are runs of letters and digits; the search finds them in the values of a record, wherever they stand'

/** As an FTS5 string: nothing in it has a meaning. */
function quoted(term: string): string {
  return `"${term.replaceAll('"', '""')}"`
}

/** These columns are not in the full text: they differ in every event and would double its size. */
function columnsOf(term: string): Arm[] {
  const arms: Arm[] = [
    { kind: 'column', column: 'event_id', value: term },
    { kind: 'column', column: 'request_id', value: term },
  ]
  const time = readIsoTime(term)
  if (time !== undefined) arms.push({ kind: 'column', column: 'event_time_ms', value: time })
  return arms
}

function idNote(terms: readonly string[]): string[] {
  const id = terms.length < 2 ? undefined : terms.find((term) => UUID.test(term))
  if (id === undefined) return []
  return [`event and request IDs are not among the words: search for ${id} by itself`]
}

function ignoredNote(terms: readonly string[]): string[] {
  return terms.length === 0 ? [] : [`ignored, without a letter or digit: ${terms.join(' ')}`]
}

function starNote(terms: readonly string[]): string[] {
  const starred = terms.find((term) => /[\p{L}\p{N}]\*$/u.test(term))
  if (starred === undefined) return []
  return [`${starred} finds whole words only; for a prefix: --match ${shellWord(starred)}`]
}
