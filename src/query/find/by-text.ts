import { CaseError } from '../../model/case-error.js'
import type { SubjectOf } from '../../model/question.js'
import { shellWord } from '../../model/shell-word.js'
import { inWords } from '../access-log/reach.js'
import type { QuestionSpec } from './question-spec.js'
import type { Arm, Reach } from '../plan/criteria.js'
import { readExpression } from '../plan/text-expression.js'
import { asStored } from './value.js'
import { readIsoTime } from './window.js'

/** Token characters of FTS5's unicode61; all others separate tokens. */
const TOKEN_CHARACTER = /[\p{L}\p{N}\p{Co}]/u
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const TERM = /"([^"]*)"|(\S+)/gu
/** One look-up each; nobody types more. */
const MAX_TERMS = 50

/** Events whose record contains the words in any value. */
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

/** Every word and quoted phrase must occur, taken literally. */
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

/** A command that finds records mentioning a name; undefined if the name has no searchable words. */
export function mentions(name: string): string | undefined {
  const phrase = name.replaceAll('"', ' ').trim()
  return TOKEN_CHARACTER.test(phrase) ? `coldtrail find text ${shellWord(`"${phrase}"`)}` : undefined
}

const SEARCHABLE = 'words are runs of letters and digits; the search finds them in any value of a record'

/** Quotes a term as an FTS5 string, so that nothing in it is syntax. */
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
