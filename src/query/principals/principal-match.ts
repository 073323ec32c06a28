/**
 * Resolves a typed name to principals. The match is printed with every result; an ambiguous name is an error listing
 * the candidates.
 */
import { CaseError } from '../../model/case-error.js'
import type { PrincipalKind } from '../../model/principal.js'
import { NO_FILTERS, type Question, type SubjectOf, type Scope } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readIndexNames, readTuples } from '../../store/reader.js'
import { ownedAccountLabel } from './account-owner.js'
import { identitiesNamed } from '../find/by-principal.js'
import { criteriaOf } from '../find/filters.js'
import { makePlan } from '../plan/plan.js'
import { raw, sql, type Statement } from '../plan/statement.js'
import { readPattern } from '../find/value.js'
import { timeText } from '../summary/value-table.js'

export interface MatchedPrincipal {
  readonly principal_key: string
  readonly principal_kind: PrincipalKind
  readonly arn: string | null
}

export interface PrincipalMatch {
  /** Principals with this name; excludes those merely related to it, such as everyone in an account. */
  readonly principals: readonly MatchedPrincipal[]
  readonly notes: readonly string[]
}

type NamedQuestion = SubjectOf<'principal'> & Scope

/** @throws CaseError listing the candidates if several principals with the name have events in the scope. */
export function matchPrincipals(db: Connection, question: NamedQuestion): PrincipalMatch {
  const found = readMatches(db, question.value)
  const meant = [...found.values()].filter(isMeant)
  const all = withoutOtherViews(meant)
  const isSeveral = !isOfMany(question, all)
  const own = isSeveral ? withoutReplaced(db, question.value, all) : all
  const several = isSeveral ? withoutTwins(own) : []
  const here = several.length > 1 ? withEvents(db, question, several) : []
  if (here.length > 1) throw severalMeant(db, question.value, here)
  const [only] = here
  const silent = only === undefined ? [] : several.filter(({ key }) => key !== only.key)
  const concerned = [...found.values()].filter((match) => !all.includes(match))
  return {
    principals: own.map(({ key, kind, arn }) => ({ principal_key: key, principal_kind: kind, arn })),
    notes: notesOf(question.value, only === undefined ? own : [only], silent.length, concerned),
  }
}

export function isAboutPrincipal(question: Question): question is NamedQuestion {
  return question.kind === 'principal'
}

/** A principal and the kinds of name that matched, as in identity_name. */
interface Match {
  readonly key: string
  readonly kind: PrincipalKind
  readonly arn: string | null
  readonly accountId: string | null
  readonly label: string | null
  /** Kind of name → number of identities with it. */
  readonly names: Map<string, number>
}

interface Named extends Match {
  /** Selects `id` of its matching identities. */
  readonly ids: Statement
}

type MatchTuple = readonly [
  key: string,
  kind: PrincipalKind,
  name: string,
  arn: string | null,
  account: string | null,
  label: string | null,
  identities: number,
]

/** Limit of related identities that are read: an account can have very many. */
const MOST_CONCERNED = 10_000
const CONCERNS = raw(`('account', 'via-service')`)

function readMatches(db: Connection, value: string): Map<string, Match> {
  const named = identitiesNamed(value)
  const rows = readTuples(
    db,
    sql`SELECT i.principal_key, i.principal_kind, n.kind,
  max(CASE i.principal_kind WHEN 'role' THEN coalesce(i.session_issuer_arn, i.principal_arn) ELSE i.principal_arn END),
  max(i.principal_account_id), max(coalesce(i.user_name, i.invoked_by, i.principal)), count(*)
  FROM (SELECT id, kind FROM (${named}) WHERE kind NOT IN ${CONCERNS} UNION ALL
    SELECT id, kind FROM (SELECT id, kind FROM (${named}) WHERE kind IN ${CONCERNS} LIMIT ${MOST_CONCERNED})) n CROSS JOIN identity i ON i.id = n.id GROUP BY 1, 2, 3`,
  ) as unknown as MatchTuple[]
  const matches = new Map<string, Match>()
  for (const [key, kind, name, arn, accountId, label, identities] of rows) {
    const known = matches.get(key)
    if (known === undefined)
      matches.set(key, { key, kind, arn, accountId, label, names: new Map([[name, identities]]) })
    else known.names.set(name, identities)
  }
  return matches
}

/** These name something else that the principal is related to. */
const OTHERS = new Set(['account', 'issuer', 'via-service', 'provider'])

function isMeant({ names }: Match): boolean {
  return [...names.keys()].some((name) => !OTHERS.has(name))
}

/** Another account's view of a caller is not a second caller. */
function withoutOtherViews(meant: readonly Match[]): Match[] {
  const own = meant.filter(({ kind }) => kind !== 'account')
  return (own.length === 0 ? meant : own).toSorted((a, b) => Number(isBareName(a)) - Number(isBareName(b)))
}

const HAS_ID = /:A(?:IDA|ROA)[A-Z0-9]+$/

/** Reduced records know less about a caller. If full records replaced all of them, the reduced caller is gone. */
function withoutReplaced(db: Connection, value: string, own: readonly Match[]): Match[] {
  if (own.length < 2) return [...own]
  const found = withEvents(db, { kind: 'principal', value, window: {}, filters: NO_FILTERS }, own)
  return found.length === 0 ? [...own] : own.filter(({ key }) => found.some((match) => match.key === key))
}

/**
 * Records without the unique ID do not make a second principal of their ARN. Nor do records with a name only (exports
 * of the console's Event history), if one principal has the name.
 */
function withoutTwins(own: readonly Match[]): Match[] {
  const known = new Set(own.filter(({ key }) => HAS_ID.test(key)).map(({ arn }) => arn?.toLowerCase()))
  const apart = own.filter(
    ({ key, arn }) => HAS_ID.test(key) || arn === null || !known.has(arn.toLowerCase()),
  )
  const full = apart.filter((match) => !isBareName(match))
  const [one] = full
  const isOne =
    full.length === 1 && apart.every(({ accountId }) => [null, one?.accountId].includes(accountId))
  return isOne ? full : apart
}

/** Neither type nor ARN: see unknownKey. */
function isBareName({ key, kind, arn }: Match): boolean {
  return kind === 'unknown' && arn === null && key.startsWith('unknown:/')
}

/** A name that by nature belongs to many. */
function isOfMany({ value, namesakes = false }: NamedQuestion, own: readonly Match[]): boolean {
  return namesakes || readPattern(value).isPrefix || own.every(isByKey) || isRoots(value, own)
}

/** A search for a key means that key. Only placeholders and anonymised data have one key for several principals. */
function isByKey({ names }: Match): boolean {
  return names.has('access-key') && names.size === 1
}

/** Every account has a root, so `root` means all of them, just as an account number means everyone in it. */
function isRoots(value: string, own: readonly Match[]): boolean {
  return value.toLowerCase() === 'root' && own.every(({ kind }) => kind === 'root')
}

/** Principals with events in the scope, each with its identities. */
function withEvents(db: Connection, question: NamedQuestion, several: readonly Match[]): Named[] {
  const named = sql`SELECT i.principal_key, json_group_array(DISTINCT n.id)
  FROM (${identitiesNamed(question.value)}) n CROSS JOIN identity i ON i.id = n.id GROUP BY 1`
  const lists = new Map(readTuples(db, named) as [string, string][])
  const { window, filters } = question
  const others = criteriaOf(filters)
  const indexes = readIndexNames(db)
  return several
    .map((match) => ({
      ...match,
      ids: sql`SELECT value AS id FROM json_each(${lists.get(match.key) ?? '[]'})`,
    }))
    .filter(({ ids }) => {
      const criteria = [{ kind: 'dimension', dimension: 'identity', ids } as const, ...others]
      const plan = makePlan(db, { criteria, window, indexes }, { order: 'asc', limit: 1 })
      return (plan.found ?? readColumn<number>(db, plan.ids)).length > 0
    })
}

/** Candidates listed. */
const LISTED = 20

/** Guessing would mix the activity of two principals. */
function severalMeant(db: Connection, value: string, several: readonly Named[]): CaseError {
  const choices = several.slice(0, LISTED).map((match) => {
    return { value: startOf(match), what: `${described(match)}${usesText(db, match.ids)}` }
  })
  const more = several.length - choices.length
  return new CaseError(`${value} names ${several.length} principals`, {
    hint: `choose one, or take all with --namesakes${more > 0 ? ` (${LISTED} of ${several.length} listed)` : ''}:`,
    choices,
  })
}

function usesText(db: Connection, ids: Statement): string {
  if (!readIndexNames(db).has('event_by_identity')) return ''
  const uses = sql`SELECT count(*), min(event_time_ms), max(event_time_ms) FROM event WHERE identity_id IN (${ids})`
  const [found] = readTuples(db, uses) as [number, number | null, number | null][]
  const [events, first, last] = found ?? [0, null, null]
  const span = first === null ? '' : `, ${timeText(first) ?? ''} to ${timeText(last) ?? ''}`
  return `, ${counted(events, 'event')}${span}`
}

/** What to type for this principal alone. */
function startOf({ key }: Match): string {
  const id = key.slice(key.indexOf(':') + 1)
  return HAS_ID.test(key) || key.startsWith('service:') ? id : key
}

function described(match: Match): string {
  const { kind, key, arn, accountId, label } = match
  const id = HAS_ID.test(key) ? ` ${key.slice(key.indexOf(':') + 1)}` : ''
  if (isBareName(match)) return `records with only the name ${label ?? key}`
  if (kind === 'account') return `account ${accountId ?? label ?? key}${ownerOf(accountId)}`
  return `${kind.replaceAll('-', ' ')} ${arn ?? label ?? key}${id}${ownerOf(accountId)}`
}

function ownerOf(accountId: string | null): string {
  const owner = accountId === null ? null : ownedAccountLabel(accountId)
  return owner === null ? '' : ` of ${owner}`
}

/** How a name relates to its principal, most informative first; other names are the principal's own. */
const OF: readonly (readonly [name: string, of: string])[] = [
  ['access-key', 'access key of '],
  ['credential', 'credential of '],
  ['permission-set', 'permission set of '],
  ['session-arn', 'session of '],
  ['session', 'session of '],
  ['source-identity', 'source identity of '],
]

function relation({ names }: Match): string {
  const isItself = ['arn', 'role-arn', 'name', 'id', 'service', 'key'].some((name) => names.has(name))
  return isItself ? '' : (OF.find(([name]) => names.has(name))?.[1] ?? '')
}

/** Principals named in a note; the rest are counted. */
const NAMED = 3

function notesOf(
  value: string,
  meant: readonly Match[],
  silent: number,
  concerned: readonly Match[],
): readonly string[] {
  const named = meant.slice(0, NAMED).map((match) => `${relation(match)}${described(match)}`)
  const rest = meant.length > NAMED ? [`and ${meant.length - NAMED} more`] : []
  const all = meant.length > 1 ? [`${meant.length} principals: ${[...named, ...rest].join(', ')}`] : named
  const others = silent > 0 ? [`${counted(silent, 'other principal')} of this name without events here`] : []
  const parts = [...all, ...others, ...concernedText(value, concerned)]
  return parts.length === 0 ? [] : [`${value}: ${parts.join('; ')}`]
}

/** Principals related to the name, but not meant by it. */
function concernedText(value: string, concerned: readonly Match[]): string[] {
  const by = (name: string) => concerned.filter(({ names }) => names.has(name)).length
  const looked = concerned.reduce((sum, { names }) => {
    return sum + (names.get('account') ?? 0) + (names.get('via-service') ?? 0)
  }, 0)
  const least = looked < MOST_CONCERNED ? '' : 'at least '
  const texts: readonly (readonly [number, (who: string) => string])[] = [
    [by('account'), (who) => `account${ownerOf(value) === '' ? ' of' : `${ownerOf(value)}, with`} ${who}`],
    [by('via-service'), (who) => `service that called with the rights of ${who}`],
    [by('issuer'), (who) => `issued the sessions of ${who}`],
    [by('provider'), (who) => `identity provider of ${who}`],
    [concerned.filter(isMeant).length, () => 'also as seen by other accounts'],
  ]
  return texts
    .filter(([count]) => count > 0)
    .map(([count, text]) => text(`${least}${counted(count, 'principal')}`))
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
