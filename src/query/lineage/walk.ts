/**
 * Walks from the starting nodes up to the first credential and down to everything issued, breadth first, with limits.
 */
import type { Actor } from './actor.js'
import { linkKey, type ChildFinder } from './children.js'
import type { Link } from './link.js'
import type { Parents } from './parents.js'

export interface WalkBounds {
  readonly up: boolean
  readonly down: boolean
  readonly depth: number
  /** Children of one node. */
  readonly limit: number
}

export interface More {
  readonly count: number
  readonly because: 'limit' | 'depth'
  /** event.id of issuing events that are not shown. */
  readonly unseen: readonly number[]
}

export interface Walked {
  readonly actors: ReadonlyMap<string, Actor>
  readonly links: readonly Link[]
  readonly more: ReadonlyMap<string, More>
  readonly moreAbove: ReadonlyMap<string, number>
  /** Searched above and found nothing. */
  readonly tops: ReadonlySet<string>
  readonly isCut: boolean
}

/** A larger graph is unreadable and takes seconds to build. */
const MOST_NODES = 500

export class Walk {
  readonly #parents: Parents
  readonly #children: ChildFinder
  readonly #bounds: WalkBounds
  readonly #actors = new Map<string, Actor>()
  readonly #links = new Map<string, Link>()
  readonly #more = new Map<string, More>()
  readonly #moreAbove = new Map<string, number>()
  readonly #tops = new Set<string>()
  #isCut = false

  constructor(parents: Parents, children: ChildFinder, bounds: WalkBounds) {
    this.#parents = parents
    this.#children = children
    this.#bounds = bounds
  }

  /** `links` are already known: how the event that was asked for issued its actors. */
  from(starts: readonly Actor[], links: readonly Link[] = []): Walked {
    for (const actor of starts) this.#actors.set(actor.id, actor)
    for (const step of links) this.#add(step)
    if (this.#bounds.up) this.#up(starts)
    if (this.#bounds.down) this.#down(starts)
    return {
      actors: this.#actors,
      links: this.#kept(),
      more: this.#more,
      moreAbove: this.#moreAbove,
      tops: this.#tops,
      isCut: this.#isCut,
    }
  }

  #up(starts: readonly Actor[]): void {
    const seen = new Set(starts.map(({ id }) => id))
    let level = starts.map((actor) => ({ actor, until: Infinity }))
    for (let depth = 0; level.length > 0; depth += 1) {
      const next: typeof level = []
      for (const { actor, until } of level) {
        const all = this.#parents.of(actor, until).filter(({ from }) => from.id !== actor.id)
        if (depth === this.#bounds.depth && all.length > 0) {
          this.#moreAbove.set(actor.id, all.length)
          continue
        }
        const links = all.slice(0, this.#bounds.limit)
        if (links.length === 0) this.#tops.add(actor.id)
        if (all.length > links.length) this.#moreAbove.set(actor.id, all.length - links.length)
        for (const step of links) {
          this.#add(step)
          if (seen.has(step.from.id)) continue
          seen.add(step.from.id)
          next.push({ actor: step.from, until: Math.min(until, step.event?.event_time_ms ?? until) })
        }
      }
      level = next
    }
  }

  #down(starts: readonly Actor[]): void {
    const seen = new Set(starts.map(({ id }) => id))
    let level = [...starts]
    for (let depth = 0; level.length > 0; depth += 1) {
      const next: Actor[] = []
      for (const actor of level) {
        if (depth === this.#bounds.depth) this.#stopAt(actor)
        else next.push(...this.#below(actor, seen))
      }
      level = next
    }
  }

  #below(actor: Actor, seen: Set<string>): Actor[] {
    const { links, more, unseen = [] } = this.#children.of(actor, this.#bounds.limit)
    if (more > 0) this.#more.set(actor.id, { count: more, because: 'limit', unseen })
    const found: Actor[] = []
    for (const step of links) {
      if (!this.#actors.has(step.to.id) && this.#actors.size >= MOST_NODES) {
        this.#isCut = true
        continue
      }
      this.#add(step)
      // Credentials owned without an event were already found from above.
      if (step.rule === 'owner' && step.event === null) this.#tops.add(step.to.id)
      if (step.failure !== null || seen.has(step.to.id)) continue
      seen.add(step.to.id)
      found.push(step.to)
    }
    return found
  }

  #stopAt(actor: Actor): void {
    const count = actor.kind === 'attempt' ? 0 : this.#children.countOf(actor)
    if (count > 0) this.#more.set(actor.id, { count, because: 'depth', unseen: [] })
  }

  #add(step: Link): void {
    this.#links.set(linkKey(step), step)
    for (const actor of [step.from, step.to])
      if (!this.#actors.has(actor.id)) this.#actors.set(actor.id, actor)
  }

  /** Drops ownership links of credentials issued by an event of this graph. */
  #kept(): Link[] {
    const links = [...this.#links.values()]
    const made = new Set(links.filter(({ rule }) => rule !== 'owner').map(({ to }) => to.id))
    return links.filter(({ rule, to }) => rule !== 'owner' || !made.has(to.id))
  }
}
