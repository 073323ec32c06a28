/** What happened in a scope, in numbers: `coldtrail summary`. */
import type { Scope } from '../model/question.js'
import type { Burst, BurstList, ListName, RankedList, RareList, RareName, ServiceShare, Summary, SummaryTotals } from '../model/summary.js'
import type { Connection } from '../store/open.js'
import { readTuples } from '../store/reader.js'
import { findBursts, startOf, type Run } from './bursts.js'
import { PrincipalDirectory } from './principal-directory.js'
import { rarest, type Known } from './rarity.js'
import { sql } from './statement.js'
import { gather, readEntries, type Gathering } from './summary-scan.js'
import { addTotals, noEvents, type MutableTotals } from './tally.js'
import { byPrincipals, rank, timeText, ValueTable } from './value-table.js'
import { isoTime } from './window.js'

export interface SummaryOptions {
  /** Rows of each list. */
  readonly limit: number
  /** Also what AWS services did for themselves. */
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
    lists: mapValues(tables, (table, name): RankedList => rank(table, limit, name === 'error_codes' ? byPrincipals : undefined)),
    rare: mapValues(rareTables(tables), (table): RareList => rarest(table, known, limit)),
    bursts: burstsOf(db, gathering, known, limit),
  }
}

/** Insights are no calls, and most of an archive is services that write logs. */
export function shownPrincipals(directory: PrincipalDirectory, includeServices: boolean): (principal: number) => boolean {
  const shown = directory.principals.map(({ kind, isNobody }) => !isNobody && (includeServices || kind !== 'service'))
  return (principal) => shown[principal] === true
}

type Tables = Record<ListName, ValueTable>

function makeTables(db: Connection, gathering: Gathering, directory: PrincipalDirectory, isShown: (principal: number) => boolean): Tables {
  const { action, place, origin, outcome, identity } = gathering
  const actions = readEntries<[string | null, string | null]>(db, action, 'action', ['event_source', 'event_name'])
  const places = readEntries<[string | null, string | null]>(db, place, 'place', ['aws_region', 'recipient_account_id'])
  const origins = readEntries<[string | null, string | null]>(db, origin, 'origin', ['source_ip_address', 'user_agent'])
  const outcomes = readEntries<[string | null]>(db, outcome, 'outcome', ['error_code'])
  const { principals } = directory
  const classOf = (entry: number) => directory.factsOf(identity.entries.ids[entry] ?? -1).credentialClass
  return {
    principals: principalTable(gathering, (principal) => principals[principal]?.label ?? null, isShown),
    credential_classes: ValueTable.of(identity.tally, isShown, classOf),
    services: ValueTable.of(action.tally, isShown, (entry) => actions(entry)[0]),
    event_names: ValueTable.of(action.tally, isShown, (entry) => callName(...actions(entry))),
    source_ips: ValueTable.of(origin.tally, isShown, (entry) => origins(entry)[0]),
    user_agents: ValueTable.of(origin.tally, isShown, (entry) => origins(entry)[1]),
    regions: ValueTable.of(place.tally, isShown, (entry) => places(entry)[0]),
    accounts: ValueTable.of(place.tally, isShown, (entry) => places(entry)[1]),
    error_codes: ValueTable.of(outcome.tally, isShown, (entry) => outcomes(entry)[0]),
  }
}

function principalTable({ place }: Gathering, labelOf: (principal: number) => string | null, isShown: (principal: number) => boolean): ValueTable {
  const table = new ValueTable()
  for (const [principal, , totals] of place.tally.entries()) if (isShown(principal)) table.add(principal, labelOf(principal), totals)
  return table
}

/** `iam:CreateUser`: names are the services' own, and several have a DescribeInstances. */
export function callName(source: string | null, name: string | null): string | null {
  if (name === null) return null
  return source === null ? name : `${source.replace(/\.amazonaws\.com(\.cn)?$/, '')}:${name}`
}

function rareTables({ event_names, regions, source_ips, user_agents }: Tables): Record<RareName, ValueTable> {
  return { event_names, regions, source_ips, user_agents }
}

function totalsByPrincipal({ place }: Gathering): Map<number, MutableTotals> {
  const totals = new Map<number, MutableTotals>()
  for (const [principal, , counted] of place.tally.entries()) {
    const known = totals.get(principal) ?? noEvents()
    addTotals(known, counted)
    totals.set(principal, known)
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
  const readOnly = readEntries<[number | null]>(db, action, 'action', ['read_only'])
  const said = { reads: 0, writes: 0, unsaid: 0, insights: 0 }
  for (const [principal, entry, { events }] of action.tally.entries()) {
    const [value] = readOnly(entry)
    if (directory.principals[principal]?.isNobody === true) said.insights += events
    else said[value === null ? 'unsaid' : value === 1 ? 'reads' : 'writes'] += events
  }
  const shown = [...byPrincipal.keys()].filter((principal) => directory.principals[principal]?.isNobody === false)
  return {
    events: all.events,
    errors: all.errors,
    ...said,
    without_time: withoutTime,
    first_seen: timeText(all.firstMs),
    last_seen: timeText(all.lastMs),
    principals: shown.length,
  }
}

function serviceShare(directory: PrincipalDirectory, byPrincipal: ReadonlyMap<number, MutableTotals>, included: boolean): ServiceShare {
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

function burstsOf(db: Connection, { failures, action, outcome }: Gathering, known: Known, limit: number): BurstList {
  const runs = findBursts(failures)
  const codes = readEntries<[string | null]>(db, outcome, 'outcome', ['error_code'])
  const names = readEntries<[string | null, string | null]>(db, action, 'action', ['event_source', 'event_name'])
  const rowOf = (run: Run): Burst => ({
    principal: known.principals[run[0]?.principal ?? -1]?.label ?? '',
    start: isoTime(startOf(run)),
    end: isoTime(run.at(-1)?.ms ?? startOf(run)),
    errors: run.length,
    error_codes: [...new Set(run.map(({ outcome: entry }) => codes(entry)[0] ?? '(no code)'))].sort(),
    event_names: new Set(run.map(({ action: entry }) => callName(...names(entry)))).size,
    event_id: known.eventIdOf(run[0]?.row ?? -1),
  })
  return { total: runs.length, rows: runs.slice(0, limit).map(rowOf) }
}

function eventIdOf(db: Connection, row: number): string {
  const id = readTuples(db, sql`SELECT event_id FROM event WHERE id = ${row}`)[0]?.[0]
  return typeof id === 'string' ? id : ''
}

function mapValues<Name extends string, From, To>(from: Readonly<Record<Name, From>>, change: (value: From, name: Name) => To): Record<Name, To> {
  const entries = (Object.entries(from) as [Name, From][]).map(([name, value]) => [name, change(value, name)])
  return Object.fromEntries(entries) as Record<Name, To>
}
