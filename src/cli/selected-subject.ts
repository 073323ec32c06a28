/** What a hand-over or an export is about. */
import * as Flags from '@oclif/core/flags'
import { CaseError } from '../model/case-error.js'
import type { Subject } from '../model/question.js'

export const selectionFlags = {
  request: Flags.string({
    description: 'Events of this request ID.',
    helpValue: 'ID',
    exclusive: ['principal', 'resource', 'text'],
  }),
  principal: Flags.string({
    description: 'Events of this principal.',
    helpValue: 'NAME',
    exclusive: ['resource', 'text'],
  }),
  namesakes: Flags.boolean({
    description: 'Take all principals of the name, instead of asking which.',
    dependsOn: ['principal'],
  }),
  resource: Flags.string({
    description: 'Events that name this resource.',
    helpValue: 'NAME',
    exclusive: ['text'],
  }),
  text: Flags.string({ description: 'Events whose record holds these words.', helpValue: 'WORDS' }),
  all: Flags.boolean({ description: 'Every event of the case.' }),
}

export interface SelectionFlags {
  readonly request?: string | undefined
  readonly principal?: string | undefined
  readonly resource?: string | undefined
  readonly text?: string | undefined
  readonly namesakes: boolean
  readonly all: boolean
  readonly [filter: string]: unknown
}

/** Filters that select on their own. */
const SELECTING = [
  'since',
  'until',
  'event',
  'service',
  'account',
  'region',
  'source-ip',
  'access-key',
  'credentials',
  'error',
  'write-only',
]

/** @throws CaseError when nothing selects: everything must be asked for. */
export function subjectOf(flags: SelectionFlags): Subject {
  if (flags.request !== undefined) return { kind: 'request', value: flags.request }
  if (flags.principal !== undefined) return principalSubject(flags.principal, flags.namesakes)
  if (flags.resource !== undefined) return { kind: 'resource', value: flags.resource }
  if (flags.text !== undefined) return { kind: 'text', value: flags.text, syntax: 'words' }
  if (flags.all || SELECTING.some((name) => flags[name] !== undefined && flags[name] !== false))
    return { kind: 'window' }
  throw new CaseError('nothing was selected', {
    hint: 'name what to hand over, e.g. --principal NAME or --since 2024-05-01, or everything with --all',
  })
}

/** Said only when it is asked for: what is kept of a question is what was asked. */
export function principalSubject(value: string, namesakes: boolean): Subject {
  return { kind: 'principal', value, ...(namesakes ? { namesakes } : {}) }
}
