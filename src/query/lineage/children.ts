/**
 * One step down: what was issued with this. Every step goes through Parents, so that both directions give the same
 * links.
 */
import { attemptActor, type Actor } from './actor.js'
import type { CallerCalls } from './caller-calls.js'
import type { CaseEvent } from './case-event.js'
import type { CaseEvents, Failures } from './case-events.js'
import type { Credentials } from './credentials.js'
import { isWithoutCredential, samplesOf } from './identity-row.js'
import { isMadePrincipal, type Issued, type IssuingKind } from './issued.js'
import { link, type Link } from './link.js'
import type { Parents } from './parents.js'

export interface Children {
  readonly links: readonly Link[]
  /** Issuing events or credentials that were not examined. */
  readonly more: number
  /** event.id of the issuing events among them. */
  readonly unseen?: readonly number[]
}

/** Calls whose userIdentity is the caller. For SwitchRole it is the target role. */
const BY_CALLER: readonly IssuingKind[] = [
  'sts',
  'sign-in',
  'key',
  'principal',
  'password',
  'token',
  'launch',
  'portal',
]
/** Calls that issue something themselves: only their failures are attempts. */
const ATTEMPTS: readonly IssuingKind[] = ['sts', 'sign-in', 'key', 'principal', 'password', 'token']
/** A launch issues no credential by itself, so several events are examined for each one shown. */
const LOOKS = 5
const PORTAL_MS = 5000
const CONSOLE_SESSION_MS = 12 * 3_600_000

export class ChildFinder {
  readonly #case: CaseEvents
  readonly #credentials: Credentials
  readonly #parents: Parents

  constructor(events: CaseEvents, credentials: Credentials, parents: Parents) {
    this.#case = events
    this.#credentials = credentials
    this.#parents = parents
  }

  of(actor: Actor, limit: number): Children {
    if (actor.kind === 'attempt') return { links: [], more: 0 }
    const callers = actor.kind === 'principal' ? actor.rows.filter(isWithoutCredential) : actor.rows
    const calls = this.#case.callsBy(callers, this.#case.actions(...BY_CALLER))
    const issued = this.#issuedBy(actor, calls, limit)
    const owned = actor.kind === 'principal' ? this.#owned(actor, limit) : { links: [], more: 0 }
    const failed = this.#failed(actor, calls)
    const links = [...issued.links, ...this.#switchedTo(actor), ...owned.links, ...failed.slice(0, limit)]
    const more = issued.more + owned.more + Math.max(0, failed.length - limit)
    return { links: unique(links), more, ...(issued.unseen === undefined ? {} : { unseen: issued.unseen }) }
  }

  /** Number of issuing events below, for where the walk stops. */
  countOf(actor: Actor): number {
    const callers = actor.kind === 'principal' ? actor.rows.filter(isWithoutCredential) : actor.rows
    return this.#case.callsBy(callers, this.#case.actions(...BY_CALLER)).made.length
  }

  /** What one event issued, whoever called. */
  madeBy(event: CaseEvent): Link[] {
    const links = this.#case.issued(event).flatMap((issued) => this.#linksOf(issued, event))
    return unique(links)
  }

  #issuedBy(actor: Actor, { made }: CallerCalls, limit: number): Children {
    const found = this.#case.firstOf(made, limit * LOOKS)
    const links: Link[] = []
    let looked = 0
    for (const event of found.events) {
      if (unique(links).length >= limit) break
      looked += 1
      links.push(...this.madeBy(event).filter(({ from, to }) => from.id === actor.id && to.id !== actor.id))
    }
    return { links, more: made.length - looked, unseen: made.slice(looked) }
  }

  #linksOf(issued: Issued, event: CaseEvent): Link[] {
    switch (issued.what) {
      case 'session':
      case 'token':
      case 'key': {
        const child = this.#credentials.ofIssued(issued, event)
        const other = this.#credentials.otherSession(issued, event)
        return [child, other]
          .flatMap((actor) => (actor === null ? [] : this.#parents.of(actor)))
          .filter(isBy(event))
      }
      case 'user':
      case 'role':
        return this.#madePrincipal(this.#parents.made(issued, event.recipient_account_id), issued, event)
      case 'password':
        return this.#madePrincipal(this.#parents.userNamed(issued.name, event), issued, event)
      case 'launch':
        return this.#launched(issued.sessionNames, event)
      case 'portal':
        return this.#givenAtPortal(event)
    }
  }

  #madePrincipal(actor: Actor | null, issued: Issued, event: CaseEvent): Link[] {
    if (actor === null) return []
    const isById = isMadePrincipal(issued) && issued.uniqueId !== null
    const rule = isById ? 'id' : 'name'
    const { actor: from, joined } = this.#parents.callerOf({ event, issued, rule, copy: null })
    return [link(from, actor, rule, { event, joined })]
  }

  /** The AssumeRole that the service called for the launch, and the sessions named after what was launched. */
  #launched(sessionNames: readonly string[], event: CaseEvent): Link[] {
    const same = event.request_id === null ? [] : this.#case.withRequestId(event.request_id)
    const byRequest = same
      .filter((other) => other.event_id !== event.event_id && this.#case.call(other)?.kind === 'sts')
      .flatMap((other) => this.#case.issued(other).map((issued) => this.#credentials.ofIssued(issued, other)))
    const byName = sessionNames.flatMap((name) =>
      samplesOf(this.#case.named(name).filter((row) => row.session_name === name)).map(({ row }) =>
        this.#credentials.ofIdentity(row),
      ),
    )
    return [...byRequest, ...byName]
      .flatMap((actor) => (actor === null ? [] : this.#parents.of(actor)))
      .filter(isBy(event))
  }

  #givenAtPortal(event: CaseEvent): Link[] {
    const at = event.event_time_ms
    if (at === null) return []
    return this.#case
      .between(at - PORTAL_MS, at + PORTAL_MS, this.#case.actions('sts'))
      .filter(({ event_name }) => event_name === 'AssumeRoleWithSAML')
      .flatMap((other) => this.#case.issued(other).map((issued) => this.#credentials.ofIssued(issued, other)))
      .flatMap((actor) => (actor === null ? [] : this.#parents.of(actor)))
      .filter(isBy(event))
  }

  #switchedTo(actor: Actor): Link[] {
    if (actor.arn === null || (actor.kind !== 'session' && actor.kind !== 'principal')) return []
    const from = actor.mark?.created ?? -Infinity
    const until = actor.kind === 'session' ? from + CONSOLE_SESSION_MS : Infinity
    return this.#case
      .mentioning(actor.arn, this.#case.actions('switch'))
      .filter(({ event_time_ms: ms }) => ms !== null && ms >= from && ms <= until)
      .flatMap((event) => this.madeBy(event))
      .filter((step) => step.from.id === actor.id)
  }

  /**
   * Credentials of a principal that its other credentials did not issue; those with a recorded issuing event come
   * first.
   */
  #owned(actor: Actor, limit: number): Children {
    const assumed = this.#assumed(actor, limit)
    const given = [...assumed.links, ...this.#keysMadeFor(actor)]
    const links = new Map(given.slice(0, limit).map((step) => [step.to.id, [step]]))
    const rest = new Set<string>()
    for (const { row, group } of samplesOf(actor.rows.filter((each) => !isWithoutCredential(each)))) {
      if (links.size >= limit) {
        rest.add(group)
        continue
      }
      const credential = this.#credentials.ofIdentity(row)
      if (credential.id === actor.id || links.has(credential.id)) continue
      const own = this.#ownLink(actor, credential)
      if (own.length > 0) links.set(credential.id, own)
    }
    // Both count the same sessions, once as calls and once as callers.
    const more = Math.max(assumed.more, rest.size) + Math.max(0, given.length - limit)
    return { links: [...links.values()].flat(), more }
  }

  /** Access keys of a user, including unused ones, whoever created them. */
  #keysMadeFor(actor: Actor): Link[] {
    const { name, principalKind } = actor
    if (principalKind !== 'user' || name === null) return []
    return this.#case.mentioning(name, this.#case.actions('key')).flatMap((event) =>
      this.#case.issued(event).flatMap((issued) => {
        if (issued.what !== 'key' || issued.owner === null) return []
        if (this.#parents.userNamed(issued.owner, event)?.id !== actor.id) return []
        return this.#ownLink(actor, this.#credentials.longTerm(issued.key))
      }),
    )
  }

  /** Sessions of a role, including unused ones; a role has no other credentials. */
  #assumed(actor: Actor, limit: number): Children {
    if (actor.principalKind !== 'role' || actor.arn === null) return { links: [], more: 0 }
    const { events, more } = this.#case.naming(actor.arn, this.#case.actions('sts'), limit)
    const sessions = events.flatMap((event) =>
      this.#case.issued(event).flatMap((issued) => this.#credentials.ofIssued(issued, event) ?? []),
    )
    const own = sessions.filter((each) => isOfRole(each, actor))
    const links = [...new Map(own.map((each) => [each.id, each])).values()].flatMap((each) =>
      this.#ownLink(actor, each),
    )
    return { links, more }
  }

  #ownLink(actor: Actor, credential: Actor): Link[] {
    if (credential.kind === 'forwarded') return [link(actor, credential, 'forwarded')]
    const above = this.#parents.of(credential).filter(({ event }) => event !== null)
    if (above.some(({ from }) => from.id === actor.id))
      return above.filter(({ from }) => from.id === actor.id)
    const [issuing] = above
    if (issuing === undefined) return [link(actor, credential, 'owner')]
    // A credential of the same principal issued it: it is shown below that one.
    if (issuing.from.rows[0]?.principal_key === actor.id) return []
    const { event, from } = issuing
    return [link(actor, credential, 'owner', { event, by: from.name ?? from.arn ?? from.id })]
  }

  #failed(actor: Actor, { failed }: CallerCalls): Link[] {
    const groups = new Map<string, { target: Actor; failures: Failures }>()
    const attempts = new Set(this.#case.actions(...ATTEMPTS))
    const tried = failed.filter(({ action }) => attempts.has(action))
    for (const failures of tried.flatMap((each) => this.#case.failures(each))) {
      const { first } = failures
      const target = attemptActor(targetOf(first), first.event_name ?? '')
      const key = `${target.id} ${first.error_code ?? ''}`
      const known = groups.get(key)?.failures
      groups.set(key, { target, failures: known === undefined ? failures : together(known, failures) })
    }
    const inOrder = [...groups.values()].sort((a, b) => timeOf(a.failures.first) - timeOf(b.failures.first))
    return inOrder.map(({ target, failures: { first, last, count } }) => {
      const failure = { errorCode: first.error_code ?? first.error_message, count, last }
      return link(actor, target, 'error-message', { event: first, failure })
    })
  }
}

/** Merges failures whose messages differ only in details such as the name of the caller's session. */
function together(a: Failures, b: Failures): Failures {
  const first = timeOf(a.first) <= timeOf(b.first) ? a.first : b.first
  const last = timeOf(a.last) > timeOf(b.last) ? a.last : b.last
  return { first, last, count: a.count + b.count }
}

function timeOf(event: CaseEvent): number {
  return event.event_time_ms ?? 0
}

/** `User: ARN is not authorized to perform: ACTION on resource: ARN because …`; requestParameters is null then. */
function targetOf({ error_message: message, event_name: name }: CaseEvent): string {
  const resource = /on resource: (arn:\S+)/.exec(message ?? '')?.[1]
  if (resource !== undefined) return resource.replace(/[.,;]$/, '')
  return name ?? 'call'
}

/** A recreated role has the same ARN and another ID. */
function isOfRole(session: Actor, role: Actor): boolean {
  if (session.mark?.roleArn !== role.arn) return false
  const id = /^(AROA[A-Z0-9]+):/.exec(session.principalId ?? '')?.[1]
  return id === undefined || role.principalId === null || id === role.principalId
}

/** The event itself, its copy, or the event it was joined with. */
function isBy(event: CaseEvent): (step: Link) => boolean {
  return ({ event: own, joined }) =>
    own?.event_id === event.event_id || joined?.event?.event_id === event.event_id
}

function unique(links: readonly Link[]): Link[] {
  const known = new Map(links.map((step) => [linkKey(step), step]))
  return [...known.values()]
}

export function linkKey({ from, to, rule, event, failure }: Link): string {
  return JSON.stringify([from.id, to.id, rule, event?.event_id, failure?.errorCode])
}
