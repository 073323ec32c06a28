/**
 * Which credential an identity uses, and which events issued it. Rules in order: the access key; for users' sessions
 * whether a service forwarded the call; the caller and the session's start; the token; the instance.
 */
import type { LinkRule } from '../../model/lineage.js'
import {
  forwardedActor,
  keyActor,
  principalActor,
  sessionActor,
  tokenActor,
  type Actor,
  type Issuance,
} from './actor.js'
import { isCopy, type CaseEvent } from './case-event.js'
import type { CaseEvents } from './case-events.js'
import {
  commonName,
  isForwarded,
  isOfUser,
  isSameSession,
  isTemporary,
  keyOf,
  markOf,
  sessionId,
  type IdentityRow,
  type SessionMark,
} from './identity-row.js'
import type { Issued, IssuingKind } from './issued.js'
import { readIamArn } from './record-fields.js'
import { RUNNER_OF_CLASS, SESSION_NAMES, type Runner } from './runner.js'

/** With more calls in one second, the full text is searched before their records are read. */
const FEW_IN_A_SECOND = 3
const SECOND = 1000

export class Credentials {
  readonly #case: CaseEvents
  readonly #byIdentity = new Map<number, Actor>()
  readonly #byKey = new Map<string, Actor | null>()
  readonly #issuedKeys = new Map<string, readonly Issuance[]>()

  constructor(events: CaseEvents) {
    this.#case = events
  }

  ofIdentity(row: IdentityRow): Actor {
    const known = this.#byIdentity.get(row.id)
    if (known !== undefined) return known
    const actor = this.#find(row)
    this.#byIdentity.set(row.id, actor)
    return actor
  }

  /** The credential that an event issued. */
  ofIssued(issued: Issued, event: CaseEvent): Actor | null {
    if (issued.what === 'key') return this.longTerm(issued.key)
    if (issued.what === 'token') return this.ofToken(issued.credentialId)
    if (issued.what !== 'session') return null
    const byKey = issued.key === null ? null : this.ofKey(issued.key)
    return byKey ?? this.ofMark(issued.mark, this.#rowsOf(issued.mark), this.caller(event))
  }

  caller(event: CaseEvent): IdentityRow {
    return this.#case.identity(event.identity_id)
  }

  longTerm(key: string): Actor {
    const rows = this.#case.withKey(key).filter((row) => !isTemporary(row))
    const found = this.#case.mentioning(key, this.#case.actions('key'))
    const issuances = this.#issuances(found, 'key', (issued) => issued.what === 'key' && issued.key === key)
    return keyActor(key, rows, issuances)
  }

  /** null if no event of the case issued the key. */
  ofKey(key: string): Actor | null {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const actor = this.#issuedWithKey(key)
    this.#byKey.set(key, actor)
    return actor
  }

  ofToken(credentialId: string): Actor {
    const rows = this.#case.named(credentialId).filter((row) => row.credential_id === credentialId)
    const tokens = rows.filter((row) => keyOf(row) === null)
    const found = this.#case.mentioning(credentialId, this.#case.actions('token'))
    const isIt = (issued: Issued): boolean => issued.what === 'token' && issued.credentialId === credentialId
    return tokenActor(credentialId, tokens, this.#issuances(found, 'credential-id', isIt))
  }

  /** A session whose key has no issuing event: matched by caller and start. */
  ofMark(mark: SessionMark, rows: readonly IdentityRow[], row: IdentityRow): Actor {
    const issuances = this.#issuedAt(mark)
    const [only] = issuances
    if (issuances.length === 1 && only?.issued.what === 'session' && only.issued.key !== null) {
      const actor = this.ofKey(only.issued.key)
      if (actor !== null) return actor
    }
    const own = this.#leftOver(rows)
    const [first] = own
    const named = first === undefined ? mark : markOf(first)
    if (issuances.length > 0) return sessionActor(sessionId(named), named, null, own, issuances)
    return sessionActor(sessionId(named), named, null, own, this.#launch(named, first ?? row))
  }

  /** Sessions other than that of its key which the event may have started: another event matches equally. */
  otherSession(issued: Issued, event: CaseEvent): Actor | null {
    if (issued.what !== 'session' || issued.key === null) return null
    const rows = this.#rowsOf(issued.mark)
    const issuances = this.#issuedAt(issued.mark)
    if (issuances.length < 2 || this.#leftOver(rows).length === 0) return null
    return this.ofMark(issued.mark, rows, this.caller(event))
  }

  #find(row: IdentityRow): Actor {
    const key = keyOf(row)
    if (!isTemporary(row)) {
      if (key !== null) return this.longTerm(key)
      return row.credential_id === null ? this.principal(row) : this.ofToken(row.credential_id)
    }
    const byKey = key === null ? null : this.ofKey(key)
    if (byKey !== null) return byKey
    if (isForwarded(row)) return forwardedActor(row, this.rowsOfPrincipal(row))
    return this.#bySession(row, key)
  }

  #bySession(row: IdentityRow, key: string | null): Actor {
    const dated = row.session_created === null && key !== null ? (this.#datedRow(key) ?? row) : row
    const mark = markOf(dated)
    if (mark.created === null) {
      const rows = key === null ? [row] : this.#case.withKey(key)
      return sessionActor(key ?? String(row.id), mark, null, rows, [])
    }
    const actor = this.ofMark(mark, this.#rowsOf(mark), dated)
    const token = actor.issuances.length === 0 ? row.credential_id : null
    const byToken = token === null ? null : this.ofToken(token)
    return byToken === null || byToken.issuances.length === 0
      ? actor
      : { ...actor, issuances: byToken.issuances }
  }

  /** A key has one creation date, though not every record has it. */
  #datedRow(key: string): IdentityRow | undefined {
    return this.#case.withKey(key).find((row) => row.session_created !== null)
  }

  principal(row: IdentityRow): Actor {
    const rows = this.rowsOfPrincipal(row)
    const actor = principalActor(row, rows)
    if (row.principal_kind !== 'account') return actor
    return { ...actor, rows: rows.filter((each) => each.principal_id === row.principal_id) }
  }

  /** Every identity of the same principal, found by a name they all have. */
  rowsOfPrincipal(row: IdentityRow): IdentityRow[] {
    const name = commonName(row)
    const rows = name === null ? [row] : this.#case.named(name)
    const same = rows.filter((each) => each.principal_key === row.principal_key)
    return same.length === 0 ? [row] : same
  }

  #issuancesOfKey(key: string): readonly Issuance[] {
    const known = this.#issuedKeys.get(key)
    if (known !== undefined) return known
    const found = this.#case.mentioning(key, this.#case.actions('sts'))
    const issuances = this.#issuances(
      found,
      'key',
      (issued) => issued.what === 'session' && issued.key === key,
    )
    this.#issuedKeys.set(key, issuances)
    return issuances
  }

  #issuedWithKey(key: string): Actor | null {
    const issuances = this.#issuancesOfKey(key)
    const mark = issuances.map(({ issued }) => issued).find((issued) => issued.what === 'session')?.mark
    if (mark === undefined) return null
    const own = this.#case.withKey(key)
    const among = this.#issuedAt(mark)
    // Other keys belong to the session only if no other event of that second could have started it.
    const others = among.length === 1 ? this.#leftOver(this.#rowsOf(mark)) : []
    const rows = [...own, ...others.filter((row) => !own.includes(row))]
    return sessionActor(key, mark, key, rows, issuances)
  }

  #rowsOf(mark: SessionMark): IdentityRow[] {
    const name = isOfUser(mark) ? mark.arn : (mark.principalId ?? mark.sessionName ?? mark.arn)
    if (name === null || mark.created === null) return []
    return this.#case
      .namedAt(name, mark.created)
      .filter((row) => !isForwarded(row) && isSameSession(markOf(row), mark))
  }

  /** Identities whose key no event issued: keys that the session created for itself, or none. */
  #leftOver(rows: readonly IdentityRow[]): IdentityRow[] {
    return rows.filter((row) => {
      const key = keyOf(row)
      return key === null || this.#issuancesOfKey(key).length === 0
    })
  }

  /** Events in the session's first second that may have started it. */
  #issuedAt(mark: SessionMark): Issuance[] {
    if (mark.created === null) return []
    const { created } = mark
    const isIt = (issued: Issued): boolean => issued.what === 'session' && isSameSession(issued.mark, mark)
    const at = (...kinds: readonly IssuingKind[]) =>
      this.#case.between(created, created + SECOND - 1, this.#case.actions(...kinds))
    const signIns = this.#issuances(at('sign-in'), 'console', isIt)
    if (isOfUser(mark) && signIns.length > 0) return signIns
    const tokens = this.#issuances(this.#fewer(at('sts'), mark), 'session', isIt)
    if (tokens.length > 0) return tokens
    const switches = this.#issuances(at('switch'), 'session', isIt)
    return switches.length > 0 ? switches : signIns
  }

  #fewer(events: readonly CaseEvent[], mark: SessionMark): readonly CaseEvent[] {
    const { principalId, sessionName } = mark
    // GetSessionToken names its caller in userIdentity only, so there is no text to search.
    const phrase = sessionName ?? principalId?.split(':')[1] ?? null
    if (events.length <= FEW_IN_A_SECOND || isOfUser(mark) || phrase === null) return events
    return this.#case.onlyMentioning(events, phrase)
  }

  #issuances(events: readonly CaseEvent[], rule: LinkRule, isIt: (issued: Issued) => boolean): Issuance[] {
    const found: Issuance[] = []
    for (const event of events) {
      const issued = this.#case.issued(event).find(isIt)
      if (issued === undefined) continue
      const same = found.findIndex((each) => isCopy(each.event, event))
      const before = found[same]
      if (before === undefined) found.push({ event, issued, rule, copy: null })
      else if (before.event.event_id !== event.event_id) found[same] = this.#together(before, event)
    }
    return found.map((issuance) => this.#withCopy(issuance))
  }

  /** Of two copies, the caller's own names the caller; the other has only AWSAccount. */
  #together(issuance: Issuance, other: CaseEvent): Issuance {
    if (this.caller(issuance.event).principal_type !== 'AWSAccount') return { ...issuance, copy: other }
    return { ...issuance, event: other, copy: issuance.event }
  }

  /** Possibly only one copy has the response with the key: the other is found by sharedEventID. */
  #withCopy(issuance: Issuance): Issuance {
    const { event, issued, copy } = issuance
    if (copy !== null || event.shared_event_id === null) return issuance
    const target =
      issued.what === 'session' ? readIamArn(issued.mark.roleArn ?? issued.mark.arn)?.account : undefined
    const isForeign = this.caller(event).principal_type === 'AWSAccount'
    if (!isForeign && (target === undefined || target === event.recipient_account_id)) return issuance
    const other = this.#case
      .withSharedId(event.shared_event_id)
      .find(({ event_id, event_name }) => event_id !== event.event_id && event_name === event.event_name)
    return other === undefined ? issuance : this.#together(issuance, other)
  }

  /** Credentials of an instance, task or function are renewed while it runs; the launch may be the only recorded event. */
  #launch(mark: SessionMark, row: IdentityRow): Issuance[] {
    const runner = RUNNER_OF_CLASS[row.credential_class]
    return runner === undefined ? [] : this.launchOf(runner, mark)
  }

  /** Launches are matched by session name. */
  launchOf(runner: Runner, { sessionName, arn, created }: SessionMark): Issuance[] {
    if (sessionName === null || !SESSION_NAMES[runner].test(sessionName)) return []
    // Every instance ID contains the word `i`: only the rest is rare.
    const found = this.#case.mentioning(sessionName.replace(/^i-/, ''), this.#case.actions('launch', 'code'))
    const account = readIamArn(arn)?.account
    const isIt = (issued: Issued): boolean =>
      issued.what === 'launch' && issued.sessionNames.includes(sessionName)
    const launches = this.#issuances(
      found.filter((event) => account === undefined || account === (event.recipient_account_id ?? account)),
      runner === 'instance' ? 'instance-id' : 'in-scope-of',
      isIt,
    )
    if (runner !== 'function') return launches
    // The session ran the code that was deployed last before it.
    const ran = launches.filter(
      ({ event }) => created === null || (event.event_time_ms ?? 0) <= created + SECOND,
    )
    return ran.slice(-1)
  }
}
