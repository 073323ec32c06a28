import { CaseError } from '../model/case-error.js'
import type { Subject } from '../model/question.js'

export interface SelectionFlags {
  readonly request?: string | undefined
  readonly principal?: string | undefined
  readonly resource?: string | undefined
  readonly text?: string | undefined
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

/** What a hand-over or an export is about. @throws CaseError when nothing selects: everything must be asked for. */
export function subjectOf(flags: SelectionFlags): Subject {
  if (flags.request !== undefined) return { kind: 'request', value: flags.request }
  if (flags.principal !== undefined) return { kind: 'principal', value: flags.principal }
  if (flags.resource !== undefined) return { kind: 'resource', value: flags.resource }
  if (flags.text !== undefined) return { kind: 'text', value: flags.text, syntax: 'words' }
  if (flags.all || SELECTING.some((name) => flags[name] !== undefined && flags[name] !== false))
    return { kind: 'window' }
  throw new CaseError('nothing was selected', {
    hint: 'name what to hand over, e.g. --principal NAME or --since 2024-05-01, or everything with --all',
  })
}
