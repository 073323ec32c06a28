/** A step of the graph, between two actors. */
import type { LinkRule } from '../../model/lineage.js'
import type { Actor } from './actor.js'
import type { CaseEvent } from './case-event.js'

export interface Link {
  readonly from: Actor
  readonly to: Actor
  readonly rule: LinkRule
  readonly event: CaseEvent | null
  readonly joined: { readonly rule: LinkRule; readonly event: CaseEvent | null } | null
  readonly candidates: number
  readonly by: string | null
  readonly failure: {
    readonly errorCode: string | null
    readonly count: number
    readonly last: CaseEvent
  } | null
}

const PLAIN = { event: null, joined: null, candidates: 1, by: null, failure: null }

export function link(from: Actor, to: Actor, rule: LinkRule, more: Partial<Link> = {}): Link {
  return { ...PLAIN, ...more, from, to, rule }
}
