/** The principals of a scope with their counts: `coldtrail principals`. */
import type { PrincipalRow, PrincipalSort } from '../../model/principal-list.js'
import type { Scope } from '../../model/question.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { inWindow } from '../plan/condition.js'
import { eventsIn } from '../summary/event-scan.js'
import { criteriaOf } from '../find/filters.js'
import { PrincipalDirectory, type Principal } from './principal-directory.js'
import { raw, sql, type Statement } from '../plan/statement.js'
import { addTotals, noEvents, type MutableTotals } from '../summary/tally.js'
import { timeText } from '../summary/value-table.js'

/** Totals of a principal over all its identities. */
interface Doings extends MutableTotals {
  readonly principal: Principal
  readonly identities: number[]
  readonly places: Set<number>
  readonly addresses: Set<number>
}

export interface PrincipalList {
  readonly rows: readonly PrincipalRow[]
  /** Principals in total, shown or not. */
  readonly total: number
}

export function listPrincipals(
  db: Connection,
  scope: Scope,
  sort: PrincipalSort,
  limit = Infinity,
): PrincipalList {
  const directory = new PrincipalDirectory(db)
  const gathered = gather(db, scope, directory)
  const shown = [...gathered.values()].sort(ORDER[sort]).slice(0, limit)
  const names = {
    regions: readNames(db, 'place', 'aws_region'),
    addresses: readNames(db, 'address', 'source_ip_address'),
  }
  return { rows: shown.map((doings) => rowOf(doings, directory, names)), total: gathered.size }
}

/** Keyed by principal index. Distinct places and addresses in SQL take a quarter of the time of reading the rows. */
function gather(db: Connection, scope: Scope, directory: PrincipalDirectory): Map<number, Doings> {
  const found = new Map<number, Doings>()
  const doingsOf = (identity: number): Doings => {
    const { principal } = directory.factsOf(identity)
    let doings = found.get(principal)
    if (doings === undefined) {
      const nothing = { identities: [], places: new Set<number>(), addresses: new Set<number>() }
      doings = { ...noEvents(), ...nothing, principal: directory.principalOf(identity) }
      found.set(principal, doings)
    }
    return doings
  }
  const { from } = eventsIn(db, scope)
  for (const [identity, events, first, last] of countsByIdentity(db, scope, from)) {
    const doings = doingsOf(identity)
    addTotals(doings, { events, errors: 0, firstMs: first ?? Infinity, lastMs: last ?? -Infinity })
    doings.identities.push(identity)
  }
  const failures = sql`SELECT id FROM outcome WHERE failed = 1`
  const failed = sql`SELECT identity_id, count(*) FROM (SELECT e.identity_id, e.outcome_id ${from}) WHERE outcome_id IN (${failures}) GROUP BY 1`
  for (const [identity, errors] of readTuples(db, failed) as [number, number][])
    doingsOf(identity).errors += errors
  const seen = sql`SELECT DISTINCT e.identity_id, e.place_id, e.address_id ${from}`
  for (const [identity, place, address] of readTuples(db, seen) as [number, number, number][]) {
    const { places, addresses } = doingsOf(identity)
    places.add(place)
    addresses.add(address)
  }
  return found
}

type IdentityCount = readonly [identity: number, events: number, first: number | null, last: number | null]

function countsByIdentity(db: Connection, scope: Scope, from: Statement): IdentityCount[] {
  // For a whole case the index of callers yields the counts in order.
  const isWhole = criteriaOf(scope.filters).length === 0 && inWindow('', scope.window).length === 0
  const counts = sql`SELECT e.identity_id, count(*), min(e.event_time_ms), max(e.event_time_ms)`
  const statement = sql`${counts} ${isWhole ? raw('FROM event e') : from} GROUP BY 1`
  return readTuples(db, statement) as unknown as IdentityCount[]
}

type NameOf = (id: number) => string | null | undefined

/** Values of dictionary IDs. */
function readNames(db: Connection, table: 'place' | 'address', column: string): NameOf {
  const rows = readTuples(db, sql`SELECT id, ${raw(column)} FROM ${raw(table)}`) as [number, string | null][]
  const names = new Map(rows)
  return (id) => names.get(id)
}

function rowOf(
  doings: Doings,
  directory: PrincipalDirectory,
  names: { readonly regions: NameOf; readonly addresses: NameOf },
): PrincipalRow {
  const { principal, identities } = doings
  const regions = distinct(doings.places, names.regions)
  const addresses = distinct(doings.addresses, names.addresses)
  const keys = distinct(identities, (id) => directory.factsOf(id).accessKey)
  return {
    principal: principal.name,
    principal_kind: principal.kind,
    account_id: principal.accountId,
    events: doings.events,
    errors: doings.errors,
    first_seen: timeText(doings.firstMs),
    last_seen: timeText(doings.lastMs),
    regions: regions.length,
    source_ips: addresses.length,
    access_keys: keys.length,
    account_owner: principal.accountOwner,
    arn: principal.arn,
    principal_key: principal.key,
    credential_class_list: distinct(identities, (id) => directory.factsOf(id).credentialClass),
    region_list: regions,
    source_ip_list: addresses,
    access_key_list: keys,
  }
}

/** Sorted; absent and empty values are skipped. */
function distinct(ids: Iterable<number>, nameOf: NameOf): string[] {
  const values = new Set<string>()
  for (const id of ids) {
    const value = nameOf(id)
    if (value !== null && value !== undefined && value !== '') values.add(value)
  }
  return [...values].sort()
}

type Compare = (one: Doings, other: Doings) => number

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
/** Infinity - Infinity is NaN. */
const byNumber = (one: number, other: number): number => (one < other ? -1 : one > other ? 1 : 0)
const byKey: Compare = (one, other) => byText(one.principal.key, other.principal.key)

const ORDER: Record<PrincipalSort, Compare> = {
  events: (one, other) => other.events - one.events || byKey(one, other),
  errors: (one, other) => other.errors - one.errors || other.events - one.events || byKey(one, other),
  // Principals without any time come last.
  first_seen: (one, other) => byNumber(one.firstMs, other.firstMs) || byKey(one, other),
  last_seen: (one, other) => byNumber(other.lastMs, one.lastMs) || byKey(one, other),
  principal: (one, other) =>
    byText(one.principal.name.toLowerCase(), other.principal.name.toLowerCase()) || byKey(one, other),
}
