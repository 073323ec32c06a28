/** One step up: the events that issued this, and their callers. */
import type { LinkRule } from '../../model/lineage.js'
import { madeActor, type Actor, type Issuance } from './actor.js'
import type { CaseEvent } from './case-event.js'
import type { CaseEvents } from './case-events.js'
import type { Credentials } from './credentials.js'
import { RUNNER_OF_SERVICE } from './runner.js'
import { isForwarded, isTemporary, isUserSession, markOf, type IdentityRow } from './identity-row.js'
import { isMadePrincipal, type Issued } from './issued.js'
import { link, type Link } from './link.js'
import { readIamArn, textAt } from './record-fields.js'

/** Maximum length of an IAM user's console session (IAM User Guide: console session duration). */
const CONSOLE_SESSION_MS = 12 * 3_600_000
/** GetRoleCredentials or Federate and the resulting AssumeRoleWithSAML are seconds apart. */
const PORTAL_MS = 5000
const MOST_SIGN_INS = 1000

export interface Caller {
  readonly actor: Actor
  readonly joined: Link['joined']
}

export class Parents {
  readonly #case: CaseEvents
  readonly #credentials: Credentials

  constructor(events: CaseEvents, credentials: Credentials) {
    this.#case = events
    this.#credentials = credentials
  }

  /** Links that end in the actor. `untilMs`: later events cannot have issued it. */
  of(actor: Actor, untilMs = Infinity): Link[] {
    switch (actor.kind) {
      case 'session':
        return this.#issued(actor)
      case 'key':
        return actor.issuances.length > 0 ? this.#issued(actor) : this.#byOwner(actor, 'owner', untilMs)
      case 'forwarded':
        return this.#byOwner(actor, 'forwarded', untilMs)
      case 'principal':
        return this.#created(actor, untilMs)
      case 'attempt':
        return []
    }
  }

  callerOf(issuance: Issuance): Caller {
    const { event, copy } = issuance
    const caller = this.#case.identity(event.identity_id)
    const shared = copy === null ? null : ({ rule: 'shared-event', event: copy } as const)
    const found = this.#elsewhere(issuance, caller)
    if (found !== null) return found
    return { actor: this.#credentials.ofIdentity(caller), joined: shared }
  }

  #issued(actor: Actor): Link[] {
    const candidates = isAmbiguous(actor) ? actor.issuances.length : 1
    return actor.issuances.map((issuance) => {
      const { actor: from, joined } = this.callerOf(issuance)
      return link(from, actor, issuance.rule, { event: issuance.event, joined, candidates })
    })
  }

  /** If userIdentity does not identify the caller, another event or field does. */
  #elsewhere(issuance: Issuance, caller: IdentityRow): Caller | null {
    const kind = this.#case.call(issuance.event)?.kind
    if (kind === 'sign-in') return this.#signedIn(caller)
    if (kind === 'switch') return this.#switchedFrom(issuance.event)
    if (kind !== 'sts') return null
    if (caller.principal_kind === 'service') return this.#requested(issuance) ?? this.#launched(issuance)
    return caller.principal_type === 'SAMLUser' ? this.#askedAtPortal(issuance) : null
  }

  #signedIn(caller: IdentityRow): Caller | null {
    return isUserSession(caller) ? { actor: this.#credentials.principal(caller), joined: null } : null
  }

  /** Only the ARN is recorded. It is one session if exactly one can have been open. */
  #switchedFrom(event: CaseEvent): Caller | null {
    const arn = textAt(this.#case.record(event), 'additionalEventData', 'SwitchFrom')
    if (arn === null) return null
    const rows = this.#case.named(arn).filter((row) => row.principal_arn === arn && !isForwarded(row))
    const joined = { rule: 'switch-from', event: null } as const
    const [only, second] = this.#openConsoles(rows, event.event_time_ms ?? 0)
    if (only !== undefined && second === undefined) return { actor: only, joined }
    const [row] = rows
    return { actor: row === undefined ? namedOnly(arn) : this.#credentials.principal(row), joined }
  }

  /** Sessions of these identities that can have been open in a browser. The sign-in may be a session's only event. */
  #openConsoles(rows: readonly IdentityRow[], at: number): readonly Actor[] {
    const used = rows.filter((row) => wasOpen(row, at)).map((row) => this.#credentials.ofIdentity(row))
    const { made } = this.#case.callsBy(rows, this.#case.actions('sign-in'))
    const { events } = this.#case.firstOf(made, MOST_SIGN_INS)
    const begun = events
      .filter(({ event_time_ms: ms }) => ms !== null && ms <= at && at - ms <= CONSOLE_SESSION_MS)
      .flatMap((event) => this.#case.issued(event).map((issued) => this.#credentials.ofIssued(issued, event)))
    const sessions = [...used, ...begun].filter((actor) => actor?.kind === 'session' && isOfConsole(actor))
    return [...new Map(sessions.map((actor) => [actor?.id, actor])).values()].filter(
      (actor) => actor !== null,
    )
  }

  /** AssumeRole called by a service on behalf of a request. */
  #requested({ event }: Issuance): Caller | null {
    if (event.request_id === null) return null
    const cause = this.#case.withRequestId(event.request_id).find((other) => {
      const row = this.#case.identity(other.identity_id)
      return other.event_id !== event.event_id && other.failed === 0 && isSomebody(row)
    })
    return cause === undefined ? null : this.#joined(cause, 'request')
  }

  #launched({ event, issued }: Issuance): Caller | null {
    const runner = RUNNER_OF_SERVICE[this.#case.identity(event.identity_id).invoked_by ?? '']
    if (runner === undefined || issued.what !== 'session') return null
    const [launch] = this.#credentials.launchOf(runner, issued.mark)
    return launch === undefined ? null : this.#joined(launch.event, launch.rule)
  }

  /** AssumeRoleWithSAML for the role of a permission set, and who requested it at the portal. */
  #askedAtPortal({ event, issued }: Issuance): Caller | null {
    const role = issued.what === 'session' ? readIamArn(issued.mark.roleArn) : null
    const at = event.event_time_ms
    if (role === null || at === null) return null
    const asked = this.#case.between(at - PORTAL_MS, at + PORTAL_MS, this.#case.actions('portal'))
    const matching = asked.filter((other) => this.#case.issued(other).some((wanted) => isFor(wanted, role)))
    const [only] = matching
    return matching.length === 1 && only !== undefined ? this.#joined(only, 'account-role-time') : null
  }

  #joined(event: CaseEvent, rule: LinkRule): Caller {
    return {
      actor: this.#credentials.ofIdentity(this.#case.identity(event.identity_id)),
      joined: { rule, event },
    }
  }

  /** A key or forwarded session without a recorded origin: its owner, if that leads further. */
  #byOwner(actor: Actor, rule: LinkRule, untilMs: number): Link[] {
    const [row] = actor.rows
    if (row === undefined) return []
    const owner = this.#credentials.principal(row)
    return rule === 'owner' && this.#created(owner, untilMs).length === 0 ? [] : [link(owner, actor, rule)]
  }

  #created(actor: Actor, untilMs: number): Link[] {
    const found = [...this.#made(actor), ...this.#passwords(actor)]
    return found.filter(({ event }) => (event?.event_time_ms ?? 0) <= untilMs)
  }

  /** By ID if known, since names can be reused. */
  #made(actor: Actor): Link[] {
    if (actor.principalKind !== 'user' && actor.principalKind !== 'role') return []
    const phrase = actor.principalId ?? actor.arn
    if (phrase === null) return []
    const isIt = (issued: Issued): boolean => {
      if (issued.what !== actor.principalKind) return false
      return actor.principalId === null ? issued.arn === actor.arn : issued.uniqueId === actor.principalId
    }
    const found = this.#case.mentioning(phrase, this.#case.actions('principal'))
    return this.#fromEvents(found, isIt, actor, actor.principalId === null ? 'name' : 'id')
  }

  #passwords(actor: Actor): Link[] {
    const name = actor.principalKind === 'user' ? (readIamArn(actor.arn)?.name ?? actor.name) : null
    if (name === null) return []
    const found = this.#case
      .mentioning(name, this.#case.actions('password'))
      .filter(
        (event) =>
          event.recipient_account_id === actor.account && this.userNamed(name, event)?.id === actor.id,
      )
    return this.#fromEvents(
      found,
      (issued) => issued.what === 'password' && issued.name === name,
      actor,
      'name',
    )
  }

  #fromEvents(
    events: readonly CaseEvent[],
    isIt: (issued: Issued) => boolean,
    to: Actor,
    rule: LinkRule,
  ): Link[] {
    return events.flatMap((event) => {
      const issued = this.#case.issued(event).find(isIt)
      if (issued === undefined) return []
      const { actor: from, joined } = this.callerOf({ event, issued, rule, copy: null })
      return [link(from, to, rule, { event, joined })]
    })
  }

  /**
   * The user with this name in the account at the time of the event: the last one created before it, else the only one
   * known.
   */
  userNamed(name: string, event: CaseEvent): Actor | null {
    const account = event.recipient_account_id
    const made = this.#case
      .mentioning(name, this.#case.actions('principal'))
      .filter(
        (other) =>
          other.recipient_account_id === account && (other.event_time_ms ?? 0) <= (event.event_time_ms ?? 0),
      )
      .flatMap((other) => this.#case.issued(other))
      .findLast((issued) => issued.what === 'user' && issued.name?.toLowerCase() === name.toLowerCase())
    if (made !== undefined) return this.made(made, account)
    const rows = this.#case
      .named(name)
      .filter((row) => row.principal_kind === 'user' && row.principal_account_id === account)
    const [row] = rows
    const isOne = new Set(rows.map((each) => each.principal_key)).size === 1
    if (row !== undefined && isOne) return this.#credentials.principal(row)
    return madeActor(
      'user',
      { uniqueId: null, arn: `arn:aws:iam::${account ?? ''}:user/${name}`, name, account },
      [],
    )
  }

  /** The user or role in the response of CreateUser or CreateRole. */
  made(issued: Issued, account: string | null): Actor | null {
    if (!isMadePrincipal(issued)) return null
    const about = { ...issued, account: readIamArn(issued.arn)?.account ?? account }
    const bare = madeActor(issued.what, about, [])
    const row = this.#case
      .named(issued.uniqueId ?? issued.arn ?? '')
      .find((each) => each.principal_key === bare.id)
    return row === undefined ? bare : this.#credentials.principal(row)
  }
}

/** Several events match a session equally; a key issued twice was issued by both. */
function isAmbiguous({ issuances }: Actor): boolean {
  return issuances.length > 1 && issuances.every(({ rule }) => rule !== 'key')
}

/** A user can also have sessions of other kinds; a role used in the console has no kind. */
function isOfConsole({ credentialClass, arn }: Actor): boolean {
  if (readIamArn(arn)?.kind === 'assumed-role') return true
  return credentialClass === 'console-session' || credentialClass === 'root-console'
}

function wasOpen(row: IdentityRow, at: number): boolean {
  const { created } = markOf(row)
  return isTemporary(row) && created !== null && created <= at && at - created <= CONSOLE_SESSION_MS
}

/** Neither a service nor another account's view of the caller. */
function isSomebody(row: IdentityRow): boolean {
  return row.principal_kind !== 'service' && row.principal_kind !== 'account'
}

/** `AdministratorAccess` is requested; the role is AWSReservedSSO_AdministratorAccess_0123456789abcdef. */
function isFor(issued: Issued, role: { readonly account: string; readonly name: string }): boolean {
  if (issued.what !== 'portal' || issued.account !== role.account) return false
  const set = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(role.name)?.[1]
  return issued.role === role.name || issued.role === set
}

function namedOnly(arn: string): Actor {
  const bare = madeActor(
    'user',
    { uniqueId: null, arn, name: readIamArn(arn)?.name ?? arn, account: readIamArn(arn)?.account ?? null },
    [],
  )
  return { ...bare, id: `unknown:${arn}`, principalKind: 'unknown' }
}
