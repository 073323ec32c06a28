/** Steps of a resource's history → rows: equal steps and routine use are folded. */
import type { HistoryRow, Touch } from '../../model/resource-list.js'
import { timeText } from '../summary/value-table.js'

/** Routine use; shown once for each stretch between other events. */
const FOLDED: ReadonlySet<Touch> = new Set<Touch>(['read', 'used', 'written'])

/** One event, or one line of an access log, as seen by this resource. */
export interface Step {
  readonly ms: number | null
  /** null for a line if no event has its request ID. */
  readonly eventId: string | null
  readonly requestId: string | null
  readonly touch: Touch
  readonly eventName: string
  readonly principal: string
  readonly credentialClass: string
  readonly sourceIp: string
  readonly failed: boolean
  readonly errorCode: string
  readonly grantees: readonly string[]
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
    if (step.credentialClass !== '') this.#classes.add(step.credentialClass)
    if (step.sourceIp !== '') this.#addresses.add(step.sourceIp)
    if (step.errorCode !== '') this.#errors.add(step.errorCode)
    for (const grantee of step.grantees) this.#grantees.add(grantee)
  }

  row(): HistoryRow {
    const { touch, failed, ms, eventId, requestId } = this.first
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
      request_id: requestId,
    }
  }
}

export class Fold {
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
