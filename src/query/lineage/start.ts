/** Resolves what was typed to the starting nodes. An ambiguous name is not guessed. */
import type { LineageCandidate } from '../../model/lineage.js'
import type { Actor } from './actor.js'
import type { CaseEvent } from './case-event.js'
import type { CaseEvents } from './case-events.js'
import type { ChildFinder } from './children.js'
import type { Credentials } from './credentials.js'
import { isForwarded, isWithoutCredential, samplesOf, type IdentityRow } from './identity-row.js'
import { isMadePrincipal } from './issued.js'
import type { Link } from './link.js'
import type { Parents } from './parents.js'
import { isoOf, readKey, readSecond } from './record-fields.js'

export interface Start {
  readonly actors: readonly Actor[]
  readonly links: readonly Link[]
  readonly notes: readonly string[]
}

export type Reading =
  | { readonly kind: 'start'; readonly start: Start }
  | { readonly kind: 'choice'; readonly candidates: readonly LineageCandidate[]; readonly more: number }
  | { readonly kind: 'unknown' }

const MOST_CANDIDATES = 50
/** A name of thousands of sessions is not looked up for each of them. */
const MOST_LOOKS = 500
/** Names chosen by a caller, or of one session. */
const SESSION_NAMES = new Set(['session', 'session-arn', 'source-identity'])
/** Names of others: who issued a session, or called on its behalf. */
const OTHERS_NAMES = new Set(['issuer', 'via-service', 'provider', 'access-key'])

export class StartReader {
  readonly #case: CaseEvents
  readonly #credentials: Credentials
  readonly #parents: Parents
  readonly #children: ChildFinder

  constructor(events: CaseEvents, credentials: Credentials, parents: Parents, children: ChildFinder) {
    this.#case = events
    this.#credentials = credentials
    this.#parents = parents
    this.#children = children
  }

  read(typed: string): Reading {
    const events = this.#case.withEventId(typed)
    if (events.length > 0) return begin(...this.#ofEvents(events))
    const key = this.#ofKey(readKey(typed.toUpperCase()))
    if (key !== null) return begin([key], [])
    const dated = /^(.+)@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z?$/s.exec(typed)
    const session = dated === null ? [] : this.#sessionsAt(dated[1] ?? '', `${dated[2] ?? ''}Z`)
    if (session.length > 0) return this.#only(session)
    return this.#named(typed)
  }

  /** For an event that issued something, the result; for any other event, the caller. */
  #ofEvents(events: readonly CaseEvent[]): [Actor[], Link[], string[]] {
    const links = events.flatMap((event) => (event.failed === 0 ? this.#children.madeBy(event) : []))
    const made = distinct(links.map(({ to }) => to))
    const notes = events.map(
      (event) => `${event.event_name ?? 'event'} of ${isoOf(event.event_time_ms) ?? 'unknown time'}`,
    )
    if (made.length > 0) return [made, links, notes]
    const callers = events.map((event) =>
      this.#credentials.ofIdentity(this.#case.identity(event.identity_id)),
    )
    return [distinct(callers), [], notes.map((note) => `${note}: made nothing; this is who called`)]
  }

  #ofKey(key: string | null): Actor | null {
    if (key === null) return null
    const [row] = this.#case.withKey(key)
    if (row !== undefined) return this.#credentials.ofIdentity(row)
    const issued = this.#credentials.ofKey(key)
    if (issued !== null) return issued
    const longTerm = this.#credentials.longTerm(key)
    return longTerm.issuances.length > 0 ? longTerm : null
  }

  #sessionsAt(name: string, created: string): Actor[] {
    const second = readSecond(created)
    if (second === null) return []
    const rows = this.#case.namedAt(name, second).filter((row) => !isForwarded(row))
    const named = rows.filter(
      (row) => row.principal_id === name || row.principal_arn === name || row.session_name === name,
    )
    const used = named.map((row) => this.#credentials.ofIdentity(row))
    const found = distinct(used.length > 0 ? used : this.#unusedAt(name, second))
    // If sessions of this second are distinguished by key, this is the name of the one without these keys.
    const exact = found.filter(({ id }) => id === `session:${name}@${created}`)
    return exact.length > 0 ? exact : found
  }

  /** A session whose only event is its sign-in. */
  #unusedAt(name: string, second: number): Actor[] {
    const events = this.#case.between(second, second + 999, this.#case.actions('sign-in', 'switch'))
    return events.flatMap((event) =>
      this.#case.issued(event).flatMap((issued) => {
        const isIt =
          issued.what === 'session' && (issued.mark.arn === name || issued.mark.principalId === name)
        return (isIt ? this.#credentials.ofIssued(issued, event) : null) ?? []
      }),
    )
  }

  #named(typed: string): Reading {
    const names = this.#case.namesOf(typed).filter(({ row, kind }) => isOwnName(row, kind))
    const sessions = names.filter(({ row, kind }) => isSessionName(row, kind, typed)).map(({ row }) => row)
    const others = names.filter(({ row, kind }) => !isSessionName(row, kind, typed)).map(({ row }) => row)
    const principals = [...new Map(others.map((row) => [principalOf(row), row])).values()]
    const found = distinct([
      ...principals.slice(0, MOST_LOOKS).map((row) => this.#credentials.principal(row)),
      ...this.#sessionsOf(sessions),
    ])
    // Another account's view of a caller is not a second caller.
    const own = found.filter(({ principalKind }) => principalKind !== 'account')
    const meant = own.length === 0 ? found : own
    return meant.length === 0 ? this.#neverUsed(typed) : this.#only(meant)
  }

  #sessionsOf(rows: readonly IdentityRow[]): Actor[] {
    const samples = samplesOf(rows.filter((row) => !isForwarded(row) && !isWithoutCredential(row)))
    const used = samples.slice(0, MOST_LOOKS).map(({ row }) => this.#credentials.ofIdentity(row))
    // The sign-in may be the session's only event.
    const bare = rows.filter(isWithoutCredential)
    const { made } = this.#case.callsBy(bare, this.#case.actions('sign-in', 'switch'))
    const { events } = this.#case.firstOf(made, MOST_LOOKS)
    const begun = events.flatMap((event) =>
      this.#case.issued(event).flatMap((issued) => this.#credentials.ofIssued(issued, event) ?? []),
    )
    return [...used, ...begun]
  }

  /** Users and roles that were created and never called. */
  #neverUsed(typed: string): Reading {
    const name = typed.split('/').at(-1) ?? typed
    const made = this.#case.mentioning(typed, this.#case.actions('principal')).flatMap((event) =>
      this.#case
        .issued(event)
        .filter(isMadePrincipal)
        .filter((issued) => issued.uniqueId === typed || issued.arn === typed || issued.name === name)
        .flatMap((issued) => this.#parents.made(issued, event.recipient_account_id) ?? []),
    )
    return made.length === 0 ? { kind: 'unknown' } : this.#only(distinct(made))
  }

  #only(actors: readonly Actor[]): Reading {
    if (actors.length === 1) return begin(actors, [])
    const shown = actors.slice(0, MOST_CANDIDATES)
    return { kind: 'choice', candidates: this.#candidates(shown), more: actors.length - shown.length }
  }

  #candidates(actors: readonly Actor[]): LineageCandidate[] {
    const candidates = actors.map((actor) => this.#candidate(actor))
    return candidates.sort((a, b) => (a.first_event ?? '').localeCompare(b.first_event ?? '', 'en'))
  }

  #candidate(actor: Actor): LineageCandidate {
    const { events, firstMs } = this.#case.activityOf(actor.rows)
    const kind = actor.credentialClass ?? actor.principalKind ?? actor.kind
    const what = [
      kind,
      actor.arn ?? actor.name ?? '',
      actor.kind === 'principal' ? '' : (actor.keys[0] ?? ''),
    ]
    return {
      start: startOf(actor),
      what: what.filter((part) => part !== '').join(' '),
      first_event: isoOf(firstMs),
      events,
    }
  }
}

/** What to type for this actor alone. */
function startOf(actor: Actor): string {
  if (actor.kind === 'session' && actor.mark?.created != null && actor.id.includes('@'))
    return actor.id.slice('session:'.length)
  if (actor.kind === 'key' || actor.kind === 'session')
    return actor.keys[0] ?? actor.id.slice(actor.id.indexOf(':') + 1)
  return actor.principalId ?? actor.arn ?? actor.name ?? actor.id
}

function begin(actors: readonly Actor[], links: readonly Link[], notes: readonly string[] = []): Reading {
  return { kind: 'start', start: { actors, links, notes } }
}

function distinct(actors: readonly Actor[]): Actor[] {
  return [...new Map(actors.map((actor) => [actor.id, actor])).values()]
}

/** An account number names the account, not everyone in it. */
function isOwnName({ principal_kind: principal }: IdentityRow, kind: string): boolean {
  if (kind === 'account') return principal === 'root' || principal === 'account'
  return !OTHERS_NAMES.has(kind)
}

/**
 * `AROA…:SESSION` is one session's ID; `AROA…` is the role. A federated user's ID contains its name and is a principal.
 */
function isSessionName(row: IdentityRow, kind: string, typed: string): boolean {
  if (kind === 'credential') return true
  if (row.principal_kind !== 'role') return false
  if (SESSION_NAMES.has(kind)) return true
  return kind === 'id' && row.principal_id?.toLowerCase() === typed.toLowerCase() && typed.includes(':')
}

/** Each caller of another account is a principal, identified by ID. */
function principalOf(row: IdentityRow): string {
  return row.principal_kind === 'account'
    ? `${row.principal_key} ${row.principal_id ?? ''}`
    : row.principal_key
}
