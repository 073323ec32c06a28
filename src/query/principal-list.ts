/** The principals of a scope, each once, with what it did in numbers: `coldtrail principals`. */
import type { PrincipalRow, PrincipalSort } from '../model/principal-list.js'
import type { Scope } from '../model/question.js'
import type { Connection } from '../store/open.js'
import { readTuples } from '../store/reader.js'
import { failedOutcomes, scanEvents, type ScanRow } from './event-scan.js'
import { PrincipalDirectory, type Principal } from './principal-directory.js'
import { raw, sql } from './statement.js'
import { addTotals, noEvents, type MutableTotals } from './tally.js'
import { timeText } from './value-table.js'

/** What the events of one identity have in common, and what differs. */
interface Doings extends MutableTotals {
  readonly places: Set<number>
  readonly origins: Set<number>
}

interface Gathered extends Doings {
  readonly principal: Principal
  readonly identities: number[]
}

export interface PrincipalList {
  readonly rows: readonly PrincipalRow[]
  /** How many principals there are, shown or not. */
  readonly total: number
}

export function listPrincipals(
  db: Connection,
  scope: Scope,
  sort: PrincipalSort,
  limit = Infinity,
): PrincipalList {
  const directory = new PrincipalDirectory(db)
  const gathered = new Map<number, Gathered>()
  for (const [identity, doings] of doingsByIdentity(db, scope)) {
    const { principal } = directory.factsOf(identity)
    const known = gathered.get(principal)
    if (known === undefined)
      gathered.set(principal, {
        ...doings,
        principal: directory.principalOf(identity),
        identities: [identity],
      })
    else gather(known, identity, doings)
  }
  const shown = [...gathered.values()].sort(ORDER[sort]).slice(0, limit)
  const names = {
    regions: readNames(db, 'place', 'aws_region'),
    addresses: readNames(db, 'origin', 'source_ip_address'),
  }
  return { rows: shown.map((doings) => rowOf(doings, directory, names)), total: gathered.size }
}

function doingsByIdentity(db: Connection, scope: Scope): Map<number, Doings> {
  const failures = failedOutcomes(db)
  const found = new Map<number, Doings>()
  const visit = (row: ScanRow) => {
    const [ms, identity, place, origin, outcome] = row as [number | null, number, number, number, number]
    let doings = found.get(identity)
    if (doings === undefined) {
      doings = { ...noEvents(), places: new Set(), origins: new Set() }
      found.set(identity, doings)
    }
    doings.events += 1
    if (outcome !== 0 && failures.has(outcome)) doings.errors += 1
    doings.places.add(place)
    doings.origins.add(origin)
    if (ms === null) return
    if (ms < doings.firstMs) doings.firstMs = ms
    if (ms > doings.lastMs) doings.lastMs = ms
  }
  scanEvents(db, scope, ['event_time_ms', 'identity_id', 'place_id', 'origin_id', 'outcome_id'], visit)
  return found
}

function gather(into: Gathered, identity: number, doings: Doings): void {
  addTotals(into, doings)
  into.identities.push(identity)
  for (const place of doings.places) into.places.add(place)
  for (const origin of doings.origins) into.origins.add(origin)
}

type NameOf = (id: number) => string | null | undefined

/** What ids stand for. */
function readNames(db: Connection, table: 'place' | 'origin', column: string): NameOf {
  const rows = readTuples(db, sql`SELECT id, ${raw(column)} FROM ${raw(table)}`) as [number, string | null][]
  const names = new Map(rows)
  return (id) => names.get(id)
}

function rowOf(
  doings: Gathered,
  directory: PrincipalDirectory,
  names: { readonly regions: NameOf; readonly addresses: NameOf },
): PrincipalRow {
  const { principal, identities } = doings
  const regions = distinct(doings.places, names.regions)
  const addresses = distinct(doings.origins, names.addresses)
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

/** Sorted; what is absent or empty is no value. */
function distinct(ids: Iterable<number>, nameOf: NameOf): string[] {
  const values = new Set<string>()
  for (const id of ids) {
    const value = nameOf(id)
    if (value !== null && value !== undefined && value !== '') values.add(value)
  }
  return [...values].sort()
}

type Compare = (one: Gathered, other: Gathered) => number

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
/** Infinity less Infinity is no number. */
const byNumber = (one: number, other: number): number => (one < other ? -1 : one > other ? 1 : 0)
const byKey: Compare = (one, other) => byText(one.principal.key, other.principal.key)

const ORDER: Record<PrincipalSort, Compare> = {
  events: (one, other) => other.events - one.events || byKey(one, other),
  errors: (one, other) => other.errors - one.errors || other.events - one.events || byKey(one, other),
  // Who has no time at all comes last.
  first_seen: (one, other) => byNumber(one.firstMs, other.firstMs) || byKey(one, other),
  last_seen: (one, other) => byNumber(other.lastMs, one.lastMs) || byKey(one, other),
  principal: (one, other) =>
    byText(one.principal.name.toLowerCase(), other.principal.name.toLowerCase()) || byKey(one, other),
}
