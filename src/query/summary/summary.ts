/** Summarises the activity of a scope: `coldtrail summary`. */
import type { Scope } from '../../model/question.js'
import type {
  Burst,
  BurstList,
  ListName,
  RankedList,
  RareList,
  RareName,
  ServiceShare,
  Summary,
  SummaryTotals,
} from '../../model/summary.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { labelledAccount } from '../principals/account-owner.js'
import { findBursts, startOf, type Run } from './bursts.js'
import { controlOf } from './control.js'
import { PrincipalDirectory, type IdentityFacts } from '../principals/principal-directory.js'
import { rarest, type Known } from './rarity.js'
import { sql } from '../plan/statement.js'
import { gather, readValues, type Gathering } from './summary-scan.js'
import { addTotals, noEvents, type MutableTotals } from './tally.js'
import { byPrincipals, rank, timeText, ValueTable } from './value-table.js'
import { isoTime } from '../../model/time.js'

export interface SummaryOptions {
  /** Rows of each list. */
  readonly limit: number
  /** Includes calls that AWS services made for themselves. */
  readonly includeServices: boolean
}

export function summarise(db: Connection, scope: Scope, { limit, includeServices }: SummaryOptions): Summary {
  const directory = new PrincipalDirectory(db)
  const isShown = shownPrincipals(directory, includeServices)
  const gathering = gather(db, scope, directory, isShown)
  const tables = makeTables(db, gathering, directory, isShown)
  const totals = totalsByPrincipal(gathering)
  const known: Known = { principals: directory.principals, totals, eventIdOf: (row) => eventIdOf(db, row) }
  return {
    totals: totalsOf(db, gathering, directory, totals),
    services: serviceShare(directory, totals, includeServices),
    timeline: gathering.minutes.timeline(),
    control: controlOf(
      ValueTable.of(gathering.action, isShown, callNames(db, 'event_name_stem')),
      known,
      limit,
    ),
    lists: mapValues(tables, (table, name): RankedList =>
      rank(table, limit, name === 'error_codes' ? byPrincipals : undefined),
    ),
    rare: mapValues(rareTables(tables), (table): RareList => rarest(table, known, limit)),
    bursts: burstsOf(db, gathering, known, limit),
  }
}

/** Excludes Insights, which are not calls, and services writing logs, which dominate most archives. */
export function shownPrincipals(
  directory: PrincipalDirectory,
  includeServices: boolean,
): (principal: number) => boolean {
  const shown = directory.principals.map(
    ({ kind, isNobody }) => !isNobody && (includeServices || kind !== 'service'),
  )
  return (principal) => shown[principal] === true
}

type Tables = Record<ListName, ValueTable>

function makeTables(
  db: Connection,
  { action, place, address, client, outcome, identities }: Gathering,
  { principals }: PrincipalDirectory,
  isShown: (principal: number) => boolean,
): Tables {
  const services = readValues(db, 'action', 'event_source')
  const names = callNames(db)
  const byIdentity = (valueOf: (facts: IdentityFacts) => string | null) => {
    const table = new ValueTable()
    for (const { facts, totals } of identities.values()) {
      if (isShown(facts.principal)) table.add(facts.principal, valueOf(facts), totals)
    }
    return table
  }
  return {
    principals: byIdentity(({ principal }) => principals[principal]?.label ?? null),
    credential_classes: byIdentity(({ credentialClass }) => credentialClass),
    services: ValueTable.of(action, isShown, services),
    event_names: ValueTable.of(action, isShown, names),
    source_ips: ValueTable.of(address, isShown, readValues(db, 'address', 'source_ip_address')),
    user_agents: ValueTable.of(client, isShown, readValues(db, 'client', 'user_agent')),
    regions: ValueTable.of(place, isShown, readValues(db, 'place', 'aws_region')),
    accounts: ValueTable.of(place, isShown, accountNames(db)),
    error_codes: ValueTable.of(outcome, isShown, readValues(db, 'outcome', 'error_code')),
  }
}

function accountNames(db: Connection): (placeId: number) => string | null {
  const accounts = readValues(db, 'place', 'recipient_account_id')
  return (id) => {
    const account = accounts(id)
    return account === null ? null : labelledAccount(account)
  }
}

/** `iam:CreateUser`: several services have calls of one name, such as DescribeInstances. */
function callNames(
  db: Connection,
  column: 'event_name' | 'event_name_stem' = 'event_name',
): (actionId: number) => string | null {
  const services = readValues(db, 'action', 'event_source')
  const names = readValues(db, 'action', column)
  return (id) => {
    const [service, name] = [services(id), names(id)]
    return service === null || name === null
      ? name
      : `${service.replace(/\.amazonaws\.com(\.cn)?$/, '')}:${name}`
  }
}

function rareTables({ event_names, regions, source_ips, user_agents }: Tables): Record<RareName, ValueTable> {
  return { event_names, regions, source_ips, user_agents }
}

function totalsByPrincipal({ identities }: Gathering): Map<number, MutableTotals> {
  const totals = new Map<number, MutableTotals>()
  for (const { facts, totals: counted } of identities.values()) {
    const known = totals.get(facts.principal) ?? noEvents()
    addTotals(known, counted)
    totals.set(facts.principal, known)
  }
  return totals
}

function totalsOf(
  db: Connection,
  { action, withoutTime }: Gathering,
  directory: PrincipalDirectory,
  byPrincipal: ReadonlyMap<number, MutableTotals>,
): SummaryTotals {
  const all = noEvents()
  for (const totals of byPrincipal.values()) addTotals(all, totals)
  const readOnly = readValues(db, 'action', 'read_only')
  const counts = { reads: 0, writes: 0, unsaid: 0, insights: 0 }
  for (const [principal, id, { events }] of action.entries()) {
    const value = readOnly(id)
    if (directory.principals[principal]?.isNobody === true) counts.insights += events
    else counts[value === null ? 'unsaid' : value === '1' ? 'reads' : 'writes'] += events
  }
  const shown = [...byPrincipal.keys()].filter(
    (principal) => directory.principals[principal]?.isNobody === false,
  )
  return {
    events: all.events,
    errors: all.errors,
    ...counts,
    without_time: withoutTime,
    first_seen: timeText(all.firstMs),
    last_seen: timeText(all.lastMs),
    principals: shown.length,
  }
}

function serviceShare(
  directory: PrincipalDirectory,
  byPrincipal: ReadonlyMap<number, MutableTotals>,
  included: boolean,
): ServiceShare {
  const all = noEvents()
  const services: { value: string; events: number }[] = []
  for (const [number, totals] of byPrincipal) {
    const principal = directory.principals[number]
    if (principal?.kind !== 'service') continue
    addTotals(all, totals)
    services.push({ value: principal.name, events: totals.events })
  }
  services.sort((one, other) => other.events - one.events || (one.value < other.value ? -1 : 1))
  return { included, events: all.events, errors: all.errors, principals: services }
}

function burstsOf(db: Connection, { failures }: Gathering, known: Known, limit: number): BurstList {
  const runs = findBursts(failures)
  const codes = readValues(db, 'outcome', 'error_code')
  const names = callNames(db)
  const rowOf = (run: Run): Burst => ({
    principal: known.principals[run[0]?.principal ?? -1]?.label ?? '',
    start: isoTime(startOf(run)),
    end: isoTime(run.at(-1)?.ms ?? startOf(run)),
    errors: run.length,
    error_codes: [...new Set(run.map(({ outcome }) => codes(outcome) ?? '(no code)'))].sort(),
    event_names: new Set(run.map(({ action }) => names(action))).size,
    event_id: known.eventIdOf(run[0]?.row ?? -1),
  })
  return { total: runs.length, rows: runs.slice(0, limit).map(rowOf) }
}

function eventIdOf(db: Connection, row: number): string {
  const id = readTuples(db, sql`SELECT event_id FROM event WHERE id = ${row}`)[0]?.[0]
  return typeof id === 'string' ? id : ''
}

function mapValues<Name extends string, From, To>(
  from: Readonly<Record<Name, From>>,
  change: (value: From, name: Name) => To,
): Record<Name, To> {
  const entries = (Object.entries(from) as [Name, From][]).map(([name, value]) => [name, change(value, name)])
  return Object.fromEntries(entries) as Record<Name, To>
}
