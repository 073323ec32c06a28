/** Selection of a hand-over or export: anything `find` accepts. */
import * as Flags from '@oclif/core/flags'
import { CaseError } from '../../model/case-error.js'
import type { RowKind } from '../../model/event.js'
import type { Question, Subject } from '../../model/question.js'
import { askedKinds } from '../../query/find/all-kinds.js'
import { isAboutPrincipal, matchPrincipals } from '../../query/principals/principal-match.js'
import { unmetScope } from '../../query/find/unmatched-filters.js'
import { windowText } from '../../query/find/window.js'
import type { Connection } from '../../store/open.js'
import { readFindScope, type FindScopeFlags } from './find-scope.js'
import { filterFlags, findFlags } from './flags.js'

export const selectionFlags = {
  ...filterFlags,
  around: findFlags.around,
  between: findFlags.between,
  kind: findFlags.kind,
  request: Flags.string({
    description: 'What has this request ID.',
    helpValue: 'ID',
    exclusive: ['principal', 'resource', 'text'],
  }),
  principal: Flags.string({
    description: 'What this principal did.',
    helpValue: 'NAME',
    exclusive: ['resource', 'text'],
  }),
  namesakes: Flags.boolean({
    description: 'Accept all principals of an ambiguous name.',
    dependsOn: ['principal'],
  }),
  resource: Flags.string({
    description: 'What names this resource.',
    helpValue: 'NAME',
    exclusive: ['text'],
  }),
  text: Flags.string({ description: 'What holds these words.', helpValue: 'WORDS' }),
  match: Flags.boolean({
    description: "Take the words as a full-text expression of SQLite's FTS5, as find text does.",
    dependsOn: ['text'],
  }),
  all: Flags.boolean({ description: 'Everything in the case.' }),
}

export interface SelectionFlags extends FindScopeFlags {
  readonly request?: string | undefined
  readonly principal?: string | undefined
  readonly resource?: string | undefined
  readonly text?: string | undefined
  readonly namesakes: boolean
  readonly match: boolean
  readonly all: boolean
  readonly kind?: readonly string[] | undefined
}

export interface Selected {
  readonly question: Question
  readonly kinds: readonly RowKind[]
  /** Explains an empty answer. */
  readonly ifNothing: readonly string[]
  /** How the selection was understood. */
  readonly notes: readonly string[]
}

/** Filters that are enough of a selection by themselves. */
const SELECTING = [
  ...(Object.keys(filterFlags) as (keyof typeof filterFlags)[]),
  'around',
  'between',
  'kind',
] as const

/** @throws CaseError if the name of a principal is ambiguous. */
export function readSelected(db: Connection, subject: Subject, flags: SelectionFlags): Selected {
  const { notes, ...scope } = readFindScope(db, flags)
  const kinds = askedKinds(db, flags.kind)
  const question = { ...subject, ...scope }
  const match =
    isAboutPrincipal(question) && kinds.includes('event') ? matchPrincipals(db, question).notes : undefined
  const unmet = kinds.includes('event') ? unmetScope(db, scope) : []
  const window = windowText(scope.window)
  return {
    question,
    kinds,
    ifNothing: question.kind === 'principal' && match?.length === 0 ? ['no caller has this name'] : [],
    notes: [...notes, ...(match ?? []), ...unmet, ...(window === undefined ? [] : [window])],
  }
}

/** @throws CaseError if nothing selects; everything takes an explicit --all. */
export function subjectOf(flags: SelectionFlags): Subject {
  if (flags.request !== undefined) return { kind: 'request', value: flags.request }
  if (flags.principal !== undefined) return principalSubject(flags.principal, flags.namesakes)
  if (flags.resource !== undefined) return { kind: 'resource', value: flags.resource }
  if (flags.text !== undefined)
    return { kind: 'text', value: flags.text, syntax: flags.match ? 'fts5' : 'words' }
  if (flags.all || SELECTING.some((name) => flags[name] !== undefined && flags[name] !== false))
    return { kind: 'window' }
  throw new CaseError('nothing was selected', {
    hint: 'name what to hand over, e.g. --principal NAME or --since 2024-05-01, or everything with --all',
  })
}

/** Set only if given, so that the stored question is what was typed. */
export function principalSubject(value: string, namesakes: boolean): Subject {
  return { kind: 'principal', value, ...(namesakes ? { namesakes } : {}) }
}
