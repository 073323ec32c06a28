import { Creation } from './creation.js'
import type { JsonObject } from '../../model/record.js'
import type { Found } from './found.js'
import { Entry, makeScope } from './scope.js'
import { ENCRYPTION_CONTEXT } from './services/kms.js'
import { SERVICES } from './table.js'

/** What is known before a record is read: what the parameters of this call of this service mean. */
export interface CallPlan {
  /** The meaning of the parameters as a whole. */
  readonly entry: Entry
  readonly creation: Creation | null
  readonly compose: ((parameters: JsonObject, found: Found) => void) | null
}

/** Archives hold some hundred different calls; made-up names must not fill the memory. */
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
  const scope = makeScope(services, eventName, ENCRYPTION_CONTEXT)
  return {
    entry: new Entry(null, scope, false, 'mentioned'),
    creation: Creation.of(eventName),
    compose: services.find(({ compose }) => compose !== undefined)?.compose ?? null,
  }
}
