/** The history of one resource, from events and from lines of S3 server access logs: what was done to it, by whom and how, with routine use folded. */
import { CaseError } from '../../model/case-error.js'
import type { Scope } from '../../model/question.js'
import type { ResourceHistory } from '../../model/resource-list.js'
import { RESOURCE_ROLES } from '../../model/resource.js'
import { shellWord } from '../../model/shell-word.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readTuples } from '../../store/reader.js'
import { ownedAccountLabel } from '../principals/account-owner.js'
import { PrincipalDirectory } from '../principals/principal-directory.js'
import { hasAccessLines } from '../access-log/ask.js'
import { unnamedDeletions } from '../access-log/delete-objects.js'
import { Fold, type Step } from './history-fold.js'
import { knownFromLines, lineSteps, placeInS3 } from './line-steps.js'
import { PolicyChanges, type Access } from './policy-change.js'
import { nameOf, useConditions } from './resource-list.js'
import { idList, idsNamed, readResources, type Resource } from './resource-match.js'
import { and, sql } from '../plan/statement.js'
import { touchOf, type Call } from './resource-action.js'
import { EVENT_OF_USE, usesOf } from '../plan/event-use.js'

/** Batch size for reading events. */
const RUN = 2000
const [GIVEN, TAKEN] = [RESOURCE_ROLES.indexOf('grantee'), RESOURCE_ROLES.indexOf('revoked')]
/** Candidates listed for an ambiguous name. */
const NAMED = 10

/** @throws CaseError if the value matches no resource or several. */
export function resourceHistory(db: Connection, scope: Scope, value: string): ResourceHistory {
  const named = readResources(db, idsNamed(value))
  const fromLines = named.length === 0 ? knownFromLines(db, value) : undefined
  const resource =
    fromLines ?? onlyOne(named, value, () => unnamedDeletions(db, { kind: 'resource', value, ...scope }))
  const rows = eventsOf(db, scope, resource)
  const place = placeInS3(resource)
  const lines = place === undefined || !hasAccessLines(db) ? [] : lineSteps(db, scope, place, rows)
  const fold = new Fold()
  const counts = { events: 0, access_log_lines: 0 }
  for (const [step, kind] of inOrder(stepsOf(db, resource, rows), lines)) {
    fold.add(step)
    counts[kind] += 1
  }
  return {
    resource: nameOf(resource),
    type: resource.type,
    derived: resource.derived === 1,
    ...counts,
    history: fold.rows(),
  }
}

/** Both inputs are in order of time; at equal times events come first. */
function* inOrder(
  events: Iterator<Step>,
  lines: Iterable<Step>,
): Generator<[Step, 'events' | 'access_log_lines']> {
  let event = events.next()
  for (const line of lines) {
    while (event.done !== true && (event.value.ms ?? -Infinity) <= (line.ms ?? -Infinity)) {
      yield [event.value, 'events']
      event = events.next()
    }
    yield [line, 'access_log_lines']
  }
  for (; event.done !== true; event = events.next()) yield [event.value, 'events']
}

/** Guessing would mix two histories. */
function onlyOne(resources: readonly Resource[], value: string, unnamed: () => readonly string[]): Resource {
  const [only] = resources
  if (only === undefined)
    throw new CaseError(`no record names ${value}`, {
      hint: [`names with this prefix: coldtrail resources ${shellWord(`${value}*`)}`, ...unnamed()].join(
        '; ',
      ),
    })
  if (resources.length === 1) return only
  const choices = resources
    .slice(0, NAMED)
    .map((resource) => ({ value: nameOf(resource), what: resource.type ?? 'type unknown' }))
  const rest = resources.length > NAMED ? ` (${NAMED} listed)` : ''
  throw new CaseError(`${value} matches ${resources.length} resources, --history needs one`, {
    hint: `choose one${rest}:`,
    choices,
  })
}

type StepTuple = readonly [
  row: number,
  ms: number | null,
  eventId: string,
  requestId: string | null,
  identity: number,
  role: number,
  name: string | null,
  stem: string | null,
  readOnly: number | null,
  category: string | null,
  sourceIp: string | null,
  failed: number,
  errorCode: string | null,
]

/** Row numbers in order of time; equal times in the order of indexing. */
function eventsOf(db: Connection, scope: Scope, resource: Resource): number[] {
  const { joins, tests } = useConditions(scope)
  return readColumn<number>(
    db,
    sql`SELECT ${EVENT_OF_USE} FROM (${idList(resource.ids)}) d CROSS JOIN event_resource x ON x.resource_id = d.id${joins}
  WHERE ${and(tests)} ORDER BY x.event_time_ms, x.id`,
  )
}

function* stepsOf(db: Connection, resource: Resource, rows: readonly number[]): Generator<Step> {
  const directory = new PrincipalDirectory(db)
  const policies = new PolicyChanges()
  for (let from = 0; from < rows.length; from += RUN) {
    const run = rows.slice(from, from + RUN)
    const grantees = readGrantees(db, run)
    for (const tuple of readSteps(db, resource, run)) {
      const access = grantees.get(tuple[0]) ?? NO_ACCESS
      const [, , , , , , , stem, , , , failed] = tuple
      const change = failed === 0 ? policies.after(stem ?? '', access) : access
      yield stepOf(tuple, resource, change, directory)
    }
  }
}

/** Looks up the few uses of each event. Through its index SQLite would walk all uses of the resource for each event. */
function readSteps(db: Connection, resource: Resource, rows: readonly number[]): StepTuple[] {
  return readTuples(
    db,
    sql`SELECT e.id, e.event_time_ms, e.event_id, e.request_id, e.identity_id, x.role_id, a.event_name, a.event_name_stem, a.read_only,
  a.event_category, g.source_ip_address, o.failed, o.error_code
  FROM json_each(${JSON.stringify(rows)}) j CROSS JOIN event e ON e.id = j.value
  CROSS JOIN event_resource x NOT INDEXED ON ${usesOf('e.id')} AND x.resource_id IN (${idList(resource.ids)})
  CROSS JOIN action a ON a.id = e.action_id CROSS JOIN address g ON g.id = e.address_id CROSS JOIN outcome o ON o.id = e.outcome_id
  ORDER BY j.key`,
  ) as unknown as StepTuple[]
}

const NO_ACCESS: Access = { given: [], taken: [] }

/** Principals that an event gave access to or took it from. */
function readGrantees(db: Connection, rows: readonly number[]): Map<number, Access> {
  const grantees = new Map<number, { given: string[]; taken: string[] }>()
  const found = readTuples(
    db,
    sql`SELECT ${EVENT_OF_USE}, x.role_id, r.arn, r.type, r.name FROM json_each(${JSON.stringify(rows)}) j
  CROSS JOIN event_resource x ON ${usesOf('j.value')} CROSS JOIN resource r ON r.id = x.resource_id
  WHERE x.role_id IN (${GIVEN}, ${TAKEN}) ORDER BY 1, r.arn, r.name`,
  ) as [number, number, string | null, string | null, string | null][]
  for (const [row, role, arn, type, name] of found) {
    const access = grantees.get(row) ?? { given: [], taken: [] }
    grantees.set(row, access)
    const side = role === GIVEN ? access.given : access.taken
    side.push(granteeName(arn, type, name))
  }
  return grantees
}

function granteeName(arn: string | null, type: string | null, name: string | null): string {
  if (arn === null) return [type, name].filter((part) => part !== null).join(' ')
  const owner = ownedAccountLabel(arn.split(':')[4] ?? '')
  return owner === null ? arn : `${arn} ${owner}`
}

function stepOf(
  tuple: StepTuple,
  resource: Resource,
  { given, taken, same = false }: Access,
  directory: PrincipalDirectory,
): Step {
  const [
    ,
    ms,
    eventId,
    requestId,
    identity,
    role,
    name,
    stem,
    readOnly,
    category,
    sourceIp,
    failed,
    errorCode,
  ] = tuple
  const removes = given.length === 0 && taken.length > 0
  const call: Call = { eventName: stem ?? '', readOnly, category, removes, keeps: same }
  const part = RESOURCE_ROLES[role] ?? 'mentioned'
  const isParty = part === 'grantee' || part === 'revoked'
  const grantees = isParty ? [] : given.length > 0 ? given : taken
  return {
    ms,
    eventId,
    requestId,
    touch: touchOf(call, part, resource.type, grantees.length > 0),
    eventName: name ?? '(no name)',
    principal: directory.principalOf(identity).label,
    credentialClass: directory.factsOf(identity).credentialClass,
    sourceIp: sourceIp ?? '',
    failed: failed === 1,
    errorCode: errorCode ?? '',
    grantees,
  }
}
