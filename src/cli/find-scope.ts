/** What was typed → what is meant: filters and window. */
import { CaseError } from '../model/case-error.js'
import { ANY_ERROR, type Filters, type Scope } from '../model/question.js'
import { credentialsNamed } from '../query/filters.js'
import { resolveWindow, type FindNewest } from '../query/window.js'

export interface ScopeFlags {
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly event?: readonly string[] | undefined
  readonly service?: readonly string[] | undefined
  readonly account?: readonly string[] | undefined
  readonly region?: readonly string[] | undefined
  readonly 'source-ip'?: readonly string[] | undefined
  readonly 'access-key'?: readonly string[] | undefined
  readonly credentials?: readonly string[] | undefined
  readonly error?: readonly string[] | undefined
  readonly 'write-only': boolean
}

export function readScope(flags: ScopeFlags, findNewest: FindNewest): Scope {
  return { window: resolveWindow(flags, findNewest), filters: readFilters(flags) }
}

/** oclif has no flag with an optional value, so `--error` alone is spelled out before it parses. */
export function spellOutError(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const isFlag = (index: number) => end === -1 || index < end
  return argv.map((arg, index) => (arg === '--error' && isFlag(index) ? `--error=${ANY_ERROR}` : arg))
}

function readFilters(flags: ScopeFlags): Filters {
  return {
    events: flags.event ?? [],
    services: flags.service ?? [],
    accounts: flags.account ?? [],
    regions: flags.region ?? [],
    sourceIps: flags['source-ip'] ?? [],
    accessKeys: flags['access-key'] ?? [],
    credentials: [...new Set((flags.credentials ?? []).flatMap(credentialsNamed))],
    errors: readErrors(flags.error ?? []),
    writeOnly: flags['write-only'],
  }
}

/** `--error=$CODE` with an empty variable must not mean any error. */
function readErrors(codes: readonly string[]): readonly string[] {
  if (!codes.includes('')) return codes
  throw new CaseError('--error= names no error code', {
    hint: 'write --error for any failure, or --error=AccessDenied',
  })
}
