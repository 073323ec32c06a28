import { Creation } from './creation.js'
import type { JsonObject } from '../../model/record.js'
import type { ResourceRole } from '../../model/resource.js'
import type { Found } from './resource-collector.js'
import { bringsPolicy } from './policy-grantees.js'
import { Entry, makeScope } from './scope.js'
import type { Parameters, Service } from './service.js'
import { ENCRYPTION_CONTEXT } from './services/kms.js'
import { SERVICES } from './table.js'

/** What the parameters of a call of a service mean, known before a record is read. */
export interface CallPlan {
  /** Meaning of the parameters as a whole. */
  readonly entry: Entry
  readonly creation: Creation | null
  readonly compose: ((parameters: JsonObject, found: Found) => void) | null
  /** Role of those that sharing parameters name: access is given, or taken. */
  readonly granteeRole: ResourceRole
  /** The call both gives and takes access, by its parameter `operationType`. */
  readonly mayRevoke: boolean
  /** The parameters contain a policy that grants access. */
  readonly bringsPolicy: boolean
}

/** Archives have some hundred different calls; invented names must not fill memory. */
const MAX_PLANS = 3000
const plans = new Map<string, Map<string, CallPlan>>()
let planCount = 0

export function planFor(eventSource: unknown, eventName: unknown): CallPlan {
  const source = typeof eventSource === 'string' ? eventSource : ''
  const name = typeof eventName === 'string' ? eventName : ''
  return plans.get(source)?.get(name) ?? learn(source, name)
}

function learn(source: string, name: string): CallPlan {
  if (planCount >= MAX_PLANS) {
    plans.clear()
    planCount = 0
  }
  let calls = plans.get(source)
  if (calls === undefined) {
    calls = new Map<string, CallPlan>()
    plans.set(source, calls)
  }
  const plan = makePlan(source, name)
  calls.set(name, plan)
  planCount += 1
  return plan
}

function makePlan(eventSource: string, eventName: string): CallPlan {
  const source = eventSource.replace(/\.amazonaws\.com(?:\.cn)?$/, '')
  const services = SERVICES.filter(({ sources }) => sources.includes(source))
  services.push(...SERVICES.filter(({ sources }) => sources.includes('*')))
  return {
    entry: entryFor(services, eventName),
    creation: Creation.of(eventName),
    compose: services.find(({ compose }) => compose !== undefined)?.compose ?? null,
    granteeRole: granteeRoleOf(eventName),
    mayRevoke: /^Modify\w+Attribute$/.test(eventName),
    bringsPolicy: bringsPolicy(eventName),
  }
}

const READS = /^(?:Get|List|Describe|Head|BatchGet|Search|Query|Check|Validate)(?=[A-Z])/
const TAKES = /^(?:Delete|Remove|Revoke|Retire|Detach|Disassociate|Deregister|Disable)(?=[A-Z])/

function granteeRoleOf(eventName: string): ResourceRole {
  if (READS.test(eventName)) return 'mentioned'
  return TAKES.test(eventName) ? 'revoked' : 'grantee'
}

/** Most calls of a service use a name with one meaning, so they share the cache of spellings. */
const entries = new Map<string, Entry>()

function entryFor(services: readonly Service[], eventName: string): Entry {
  const tables = parameterTables(services, eventName)
  const key = tables.map(({ id }) => id).join(' ')
  let entry = entries.get(key)
  if (entry === undefined) {
    const scope = makeScope(
      tables.map(({ parameters }) => parameters),
      services.map(({ within }) => within ?? {}),
      ENCRYPTION_CONTEXT,
    )
    entry = new Entry(null, scope, false, 'mentioned')
    entries.set(key, entry)
  }
  return entry
}

/** Meanings in order of precedence: of this call, its service, all services. */
function parameterTables(
  services: readonly Service[],
  eventName: string,
): readonly { readonly id: string; readonly parameters: Parameters }[] {
  return services.flatMap(({ name, calls = [], parameters }) => [
    ...calls.flatMap((call, index) =>
      call.name.test(eventName) ? [{ id: `${name}.${index}`, parameters: call.parameters }] : [],
    ),
    { id: name, parameters },
  ])
}
