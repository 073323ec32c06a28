/** The history of one resource: what was done to it, by whom and how, with routine use folded. */
import { CaseError } from '../../model/case-error.js'
import type { Scope } from '../../model/question.js'
import type { HistoryRow, ResourceHistory, Touch } from '../../model/resource-list.js'
import { RESOURCE_ROLES } from '../../model/resource.js'
import { shellWord } from '../../model/shell-word.js'
import type { Connection } from '../../store/open.js'
import { readColumn, readTuples } from '../../store/reader.js'
import { ownedAccountLabel } from '../principals/account-owner.js'
import { PrincipalDirectory } from '../principals/principal-directory.js'
import { PolicyChanges, type Access } from './policy-change.js'
import { nameOf, useConditions } from './resource-list.js'
import { idList, idsNamed, readResources, type Resource } from './resource-match.js'
import { and, sql } from '../plan/statement.js'
import { touchOf, type Call } from './resource-action.js'
import { timeText } from '../summary/value-table.js'
import { EVENT_OF_USE, usesOf } from '../plan/event-use.js'

/** Batch size for reading events. */
const RUN = 2000
const [GIVEN, TAKEN] = [RESOURCE_ROLES.indexOf('grantee'), RESOURCE_ROLES.indexOf('revoked')]
/** Candidates listed for an ambiguous name. */
const NAMED = 10
/** Routine use; shown once for each stretch between other events. */
const FOLDED: ReadonlySet<Touch> = new Set<Touch>(['read', 'used', 'written'])

/** @throws CaseError if the value matches no resource or several. */
export function resourceHistory(db: Connection, scope: Scope, value: string): ResourceHistory {
  const resource = onlyOne(readResources(db, idsNamed(value)), value)
  const fold = new Fold()
  let events = 0
  for (const step of stepsOf(db, scope, resource)) {
    fold.add(step)
    events += 1
  }
  return {
    resource: nameOf(resource),
    type: resource.type,
    derived: resource.derived === 1,
    events,
    history: fold.rows(),
  }
}

/** Guessing would mix two histories. */
function onlyOne(resources: readonly Resource[], value: string): Resource {
  const [only] = resources
  if (only === undefined)
    throw new CaseError(`no record names ${value}`, {
      hint: `names with this prefix: coldtrail resources ${shellWord(`${value}*`)}`,
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

/** One event, as seen by this resource. */
interface Step {
  readonly ms: number | null
  readonly eventId: string
  readonly touch: Touch
  readonly eventName: string
  readonly principal: string
  readonly credentialClass: string
  readonly sourceIp: string
  readonly failed: boolean
  readonly errorCode: string
  readonly grantees: readonly string[]
}

type StepTuple = readonly [
  row: number,
  ms: number | null,
  eventId: string,
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

/** In time order; equal times in the order of indexing. */
function* stepsOf(db: Connection, scope: Scope, resource: Resource): Generator<Step> {
  const directory = new PrincipalDirectory(db)
  const policies = new PolicyChanges()
  const { joins, tests } = useConditions(scope)
  const rows = readColumn<number>(
    db,
    sql`SELECT ${EVENT_OF_USE} FROM (${idList(resource.ids)}) d CROSS JOIN event_resource x ON x.resource_id = d.id${joins}
  WHERE ${and(tests)} ORDER BY x.event_time_ms, x.id`,
  )
  for (let from = 0; from < rows.length; from += RUN) {
    const run = rows.slice(from, from + RUN)
    const grantees = readGrantees(db, run)
    for (const tuple of readSteps(db, resource, run)) {
      const access = grantees.get(tuple[0]) ?? NO_ACCESS
      const [, , , , , , stem, , , , failed] = tuple
      const change = failed === 0 ? policies.after(stem ?? '', access) : access
      yield stepOf(tuple, resource, change, directory)
    }
  }
}

/** Looks up the few uses of each event. Through its index SQLite would walk all uses of the resource for each event. */
function readSteps(db: Connection, resource: Resource, rows: readonly number[]): StepTuple[] {
  return readTuples(
    db,
    sql`SELECT e.id, e.event_time_ms, e.event_id, e.identity_id, x.role_id, a.event_name, a.event_name_stem, a.read_only,
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
  const [, ms, eventId, identity, role, name, stem, readOnly, category, sourceIp, failed, errorCode] = tuple
  const removes = given.length === 0 && taken.length > 0
  const call: Call = { eventName: stem ?? '', readOnly, category, removes, keeps: same }
  const part = RESOURCE_ROLES[role] ?? 'mentioned'
  const isParty = part === 'grantee' || part === 'revoked'
  const grantees = isParty ? [] : given.length > 0 ? given : taken
  return {
    ms,
    eventId,
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

/** Equal steps: consecutive ones or, if folded, those of one stretch. */
class Group {
  readonly first: Step
  readonly key: string
  #last: Step
  #times = 0
  readonly #names = new Set<string>()
  readonly #principals = new Map<string, number>()
  readonly #classes = new Set<string>()
  readonly #addresses = new Set<string>()
  readonly #errors = new Set<string>()
  readonly #grantees = new Set<string>()

  constructor(first: Step, key: string) {
    this.first = first
    this.key = key
    this.#last = first
  }

  add(step: Step): void {
    this.#last = step
    this.#times += 1
    this.#names.add(step.eventName)
    this.#principals.set(step.principal, (this.#principals.get(step.principal) ?? 0) + 1)
    this.#classes.add(step.credentialClass)
    if (step.sourceIp !== '') this.#addresses.add(step.sourceIp)
    if (step.errorCode !== '') this.#errors.add(step.errorCode)
    for (const grantee of step.grantees) this.#grantees.add(grantee)
  }

  row(): HistoryRow {
    const { touch, failed, ms, eventId } = this.first
    const principals = [...this.#principals].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1))
    return {
      time: timeText(ms),
      until: this.#times === 1 ? null : timeText(this.#last.ms),
      touch,
      failed,
      times: this.#times,
      event_names: [...this.#names].sort(),
      principals: principals.map(([label, times]) => (principals.length === 1 ? label : `${label} ${times}`)),
      credential_classes: [...this.#classes].sort(),
      source_ips: [...this.#addresses].sort(),
      error_codes: [...this.#errors].sort(),
      grantees: [...this.#grantees].sort(),
      event_id: eventId,
    }
  }
}

class Fold {
  readonly #done: Group[] = []
  /** Folded groups of the current stretch, by key. */
  readonly #open = new Map<string, Group>()
  #last: Group | undefined

  add(step: Step): void {
    const { touch, failed, eventName, principal, errorCode, grantees } = step
    if (FOLDED.has(touch)) {
      this.#into(this.#open, `${touch} ${failed}`, step)
      return
    }
    const key = JSON.stringify([touch, eventName, principal, failed, errorCode, grantees])
    if (this.#last?.key !== key) {
      this.#open.clear()
      this.#last = this.#begin(step, key)
    }
    this.#last.add(step)
  }

  rows(): HistoryRow[] {
    return this.#done.map((group) => group.row())
  }

  #into(groups: Map<string, Group>, key: string, step: Step): void {
    let group = groups.get(key)
    if (group === undefined) {
      group = this.#begin(step, key)
      groups.set(key, group)
    }
    group.add(step)
  }

  /** Groups are in the order of their first steps. */
  #begin(step: Step, key: string): Group {
    const group = new Group(step, key)
    this.#done.push(group)
    return group
  }
}
