/** Parses filters and window. */
import { CaseError } from '../../model/case-error.js'
import type { Level } from '../../model/detection.js'
import { isNetwork } from '../../model/network.js'
import { ANY_ERROR, type Excluded, type Filters, type Scope } from '../../model/question.js'
import { credentialsNamed } from '../../query/find/filters.js'
import { resolveAround, resolveBetween } from '../../query/find/named-window.js'
import { newestEventMs } from '../../query/find/run-question.js'
import { resolveWindow, type FindNewest } from '../../query/find/window.js'
import type { Connection } from '../../store/open.js'

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
  readonly failed?: boolean | undefined
  readonly denied?: boolean | undefined
  readonly console?: boolean | undefined
  readonly 'no-mfa'?: boolean | undefined
  readonly rule?: readonly string[] | undefined
  readonly 'min-level'?: Level | undefined
  readonly 'not-event'?: readonly string[] | undefined
  readonly 'not-service'?: readonly string[] | undefined
  readonly 'not-account'?: readonly string[] | undefined
  readonly 'not-region'?: readonly string[] | undefined
  readonly 'not-source-ip'?: readonly string[] | undefined
  readonly 'not-access-key'?: readonly string[] | undefined
  readonly 'not-credentials'?: readonly string[] | undefined
}

export interface FindScopeFlags extends ScopeFlags {
  readonly around?: string | undefined
  readonly between?: string | undefined
}

export function readScope(flags: ScopeFlags, findNewest: FindNewest): Scope {
  return { window: resolveWindow(flags, findNewest), filters: readFilters(flags) }
}

/** oclif has no flags with an optional value: a bare `--error` gets its value before parsing. */
export function spellOutError(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const isFlag = (index: number) => end === -1 || index < end
  return argv.map((arg, index) => (arg === '--error' && isFlag(index) ? `--error=${ANY_ERROR}` : arg))
}

/**
 * Joins `--around EVENT_ID ±10m`, two words, into one value. For commands without an argument (`hasValue`
 * false) the sign is optional, since not every keyboard has it.
 */
export function joinSpread(argv: readonly string[], hasValue: boolean): string[] {
  const spread = (arg: string | undefined): string | undefined => {
    if (arg === undefined || /^(?:±|\+-|\+\/-)\d/.test(arg)) return arg
    return !hasValue && /^\d+[smhdw]$/.test(arg) ? `±${arg}` : undefined
  }
  return argv.flatMap((arg, index) => {
    if (argv[index - 2] === '--around' && spread(arg) !== undefined) return []
    return argv[index - 1] === '--around' ? [arg + (spread(argv[index + 1]) ?? '')] : [arg]
  })
}

/** Window of --around or --between, else of --since and --until. */
export function readFindScope(
  db: Connection,
  flags: FindScopeFlags,
): Scope & { readonly notes: readonly string[] } {
  const scope = readScope(flags, () => newestEventMs(db))
  if (flags.around !== undefined) return { ...scope, ...resolveAround(db, flags.around) }
  if (flags.between !== undefined) return { ...scope, ...resolveBetween(db, flags.between) }
  return { ...scope, notes: [] }
}

function readFilters(flags: ScopeFlags): Filters {
  return {
    ...readValues(flags, ''),
    errors: readErrors(flags.error ?? []),
    writeOnly: flags['write-only'],
    failed: flags.failed ?? false,
    denied: flags.denied ?? false,
    console: flags.console ?? false,
    noMfa: flags['no-mfa'] ?? false,
    rules: flags.rule ?? [],
    minLevel: flags['min-level'] ?? null,
    except: readValues(flags, 'not-'),
  }
}

/** The filters by value, or their negatives. */
function readValues(flags: ScopeFlags, not: '' | 'not-'): Excluded {
  return {
    events: flags[`${not}event`] ?? [],
    services: flags[`${not}service`] ?? [],
    accounts: flags[`${not}account`] ?? [],
    regions: flags[`${not}region`] ?? [],
    sourceIps: networks(`--${not}source-ip`, flags[`${not}source-ip`] ?? []),
    accessKeys: flags[`${not}access-key`] ?? [],
    credentials: [...new Set((flags[`${not}credentials`] ?? []).flatMap(credentialsNamed))],
  }
}

/** Of an address and a number of bits. Anything else is searched for as it is: a record may have any text there. */
const LIKE_NETWORK = /^[\da-f.:]+\/\d*$/i

function networks(flag: string, typed: readonly string[]): readonly string[] {
  const wrong = typed.find((value) => LIKE_NETWORK.test(value) && !isNetwork(value))
  if (wrong === undefined) return typed
  throw new CaseError(`${flag} ${wrong} is not a network`, {
    hint: 'write an address and the number of its fixed bits: 203.0.113.0/24 or 2001:db8::/32',
  })
}

/** `--error=$CODE` with an empty variable must not mean any error. */
function readErrors(codes: readonly string[]): readonly string[] {
  if (!codes.includes('')) return codes
  throw new CaseError('--error= names no error code', {
    hint: 'write --error for any failure, or --error=AccessDenied',
  })
}
