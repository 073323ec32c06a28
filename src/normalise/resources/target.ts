/** Which of the resources of an event is the one that it acted on: what a table shows of them. */
import type { ResourceRef, ResourceRole } from '../../model/resource.js'

/** Who gets or loses access, and what is only mentioned, was not acted on. */
const WEIGHT: Readonly<Partial<Record<ResourceRole, number>>> = {
  target: 10,
  created: 9,
  source: 5,
  policy: 4,
  key: 3,
}

const ACCESS_KEY = 'AWS::IAM::AccessKey'
/** Of several that the name of the call does not decide between. A key that is made comes after its user: `user/alice +AKIA…`. */
const PREFERRED: Readonly<Record<string, number>> = {
  'AWS::S3::Object': 1,
  'AWS::EC2::Instance': 1,
  [ACCESS_KEY]: 0.5,
}

/** The type in the name of a call decides: DeleteDBSnapshot acts on the snapshot, not on the instance that the response describes too. */
const NAMED = 20

/** Calls and types are few, but evidence can invent more. */
const MOST_NAMES = 4096

export class Targets {
  readonly #weights = new Map<string, Map<string, number>>()

  /** Position of the resource; -1 without one. */
  find(eventName: string | null, refs: readonly ResourceRef[]): number {
    let best = -1
    let most = 0
    for (let at = 0; at < refs.length; at++) {
      const { role, type } = refs[at] as ResourceRef
      const weight = WEIGHT[role]
      if (weight === undefined) continue
      const sum = refs.length === 1 ? weight : weight + this.#weightOf(eventName ?? '', type ?? '')
      if (sum <= most) continue
      most = sum
      best = at
    }
    return best
  }

  #weightOf(eventName: string, type: string): number {
    let ofName = this.#weights.get(eventName)
    if (ofName === undefined) {
      if (this.#weights.size >= MOST_NAMES) this.#weights.clear()
      ofName = new Map<string, number>()
      this.#weights.set(eventName, ofName)
    }
    let weight = ofName.get(type)
    if (weight === undefined) {
      weight = weigh(eventName, type)
      if (ofName.size >= MOST_NAMES) ofName.clear()
      ofName.set(type, weight)
    }
    return weight
  }
}

/** The longest type that fits: of DeleteDBSnapshot DBSnapshot, not Snapshot. */
function weigh(eventName: string, type: string): number {
  const parts = type.split('::')
  const last = parts.length === 3 ? (parts[2] ?? '') : ''
  const isNamed = last !== '' && type !== ACCESS_KEY && eventName.toLowerCase().includes(last.toLowerCase())
  return (PREFERRED[type] ?? 0) + (isNamed ? NAMED + last.length : 0)
}
