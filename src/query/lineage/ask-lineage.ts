/** `coldtrail lineage`: resolves a value to a credential, principal or event, and returns the graph around it. */
import { CaseError } from '../../model/case-error.js'
import type {
  LineageChoice,
  LineageDeed,
  LineageEdge,
  LineageEvent,
  LineageGraph,
  LineageNode,
} from '../../model/lineage.js'
import type { Connection } from '../../store/open.js'
import { ownedAccountLabel } from '../principals/account-owner.js'
import { mentions } from '../find/by-text.js'
import type { Actor } from './actor.js'
import type { CaseEvent } from './case-event.js'
import { CaseEvents } from './case-events.js'
import { ChildFinder } from './children.js'
import { Credentials } from './credentials.js'
import { isWithoutCredential } from './identity-row.js'
import type { Link } from './link.js'
import { Parents } from './parents.js'
import { isoOf } from './record-fields.js'
import { StartReader } from './start.js'
import { Walk, type WalkBounds, type Walked } from './walk.js'

export interface LineageQuestion extends WalkBounds {
  readonly asked: string
  /** Counts by name; `all` also lists the events. */
  readonly events: 'none' | 'counts' | 'all'
}

/** Beyond this, keys are counted, not listed. */
const MOST_KEYS = 30
/** Events listed per node; find principal lists all. */
const MOST_EVENTS = 1000

/** @throws CaseError if nothing in the case has this name. */
export function askLineage(db: Connection, question: LineageQuestion): LineageGraph | LineageChoice {
  const events = new CaseEvents(db)
  const credentials = new Credentials(events)
  const parents = new Parents(events, credentials)
  const children = new ChildFinder(events, credentials, parents)
  const { asked } = question
  const reading = new StartReader(events, credentials, parents, children).read(asked)
  if (reading.kind === 'choice') return { asked, candidates: reading.candidates, more: reading.more }
  if (reading.kind === 'unknown') {
    const mentioning = mentions(asked)
    throw new CaseError(`no access key, session, principal or event of this case is named ${asked}`, {
      ...(mentioning === undefined ? {} : { hint: `records that mention it: ${mentioning}` }),
    })
  }
  const { actors, links, notes } = reading.start
  const walked = new Walk(parents, children, question).from(actors, links)
  return {
    asked,
    start: actors.map(({ id }) => id),
    nodes: [...walked.actors.values()].map((actor) => nodeOf(events, actor, walked, question.events)),
    edges: walked.links.map(edgeOf),
    notes: walked.isCut ? [...notes, CUT_NOTE] : notes,
  }
}

const CUT_NOTE =
  'the graph is large and was cut: start at one of its nodes, or use a lower --depth or --limit'

export function isChoice(answer: LineageGraph | LineageChoice): answer is LineageChoice {
  return 'candidates' in answer
}

function nodeOf(
  events: CaseEvents,
  actor: Actor,
  walked: Walked,
  wanted: LineageQuestion['events'],
): LineageNode {
  const more = walked.more.get(actor.id)
  // Events of a principal are those of its credentials, which are separate nodes below it.
  const activity =
    actor.kind === 'principal' || actor.kind === 'attempt' ? null : events.activityOf(actor.rows)
  return {
    id: actor.id,
    kind: actor.kind,
    credential_class: actor.credentialClass,
    principal_kind: actor.principalKind,
    arn: actor.arn,
    principal_id: actor.principalId,
    account_id: actor.account,
    ...ownerOf(actor.account),
    name: actor.name,
    access_keys: actor.keys.slice(0, MOST_KEYS),
    key_count: actor.keys.length,
    created: isoOf(actor.mark?.created ?? null),
    via: actor.kind === 'forwarded' ? [...new Set(actor.rows.flatMap((row) => row.invoked_by ?? []))] : [],
    events: activity?.events ?? null,
    first_event: isoOf(activity?.firstMs ?? null),
    last_event: isoOf(activity?.lastMs ?? null),
    end: walked.tops.has(actor.id) ? endOf(actor) : null,
    more: more?.count ?? 0,
    more_because: more?.because ?? null,
    more_calls: events.callsOf(more?.unseen ?? []),
    more_above: walked.moreAbove.get(actor.id) ?? 0,
    ...deedsOf(events, actor, wanted),
  }
}

function ownerOf(account: string | null): Pick<LineageNode, 'account_owner'> {
  const owner = account === null ? null : ownedAccountLabel(account)
  return owner === null ? {} : { account_owner: owner }
}

function deedsOf(events: CaseEvents, actor: Actor, wanted: LineageQuestion['events']): Partial<LineageNode> {
  if (wanted === 'none' || actor.kind === 'attempt') return {}
  // Activity through a credential is counted at the credential.
  const rows = actor.kind === 'principal' ? actor.rows.filter(isWithoutCredential) : actor.rows
  const did = events
    .deedsOf(rows)
    .map(([event_source, event_name, count, failed, first, last]): LineageDeed => ({
      event_source,
      event_name,
      count,
      failed,
      first: isoOf(first),
      last: isoOf(last),
    }))
  if (wanted === 'counts') return { did }
  const all = did.reduce((sum, { count }) => sum + count, 0)
  const listed = events.eventsOf(rows, MOST_EVENTS)
  return { did, event_list: listed.map(eventOf), more_events: all - listed.length }
}

/** Why the way up ends here. */
function endOf(actor: Actor): string {
  if (actor.kind === 'key') return 'long-term key: no CreateAccessKey for it in this case'
  if (actor.kind !== 'principal') return 'unknown parent: no issuing event in this case'
  return END_OF_KIND[actor.principalKind ?? 'unknown']
}

const END_OF_KIND: Readonly<Record<NonNullable<Actor['principalKind']>, string>> = {
  root: 'the root of its account',
  user: 'no CreateUser for it in this case',
  role: 'no CreateRole for it in this case',
  'federated-user': 'see its sessions for who made them',
  'identity-center-user': 'a user of IAM Identity Center: how it signed in is not part of this chain',
  'external-subject': 'from an identity provider outside AWS',
  service: 'an AWS service; no request that it answered is in this case',
  account: 'unknown parent: a caller of another account, whose copy of the event is not in this case',
  unknown: 'unknown parent: the record does not name the caller',
}

function edgeOf({ from, to, rule, event, joined, candidates, by, failure }: Link): LineageEdge {
  return {
    from: from.id,
    to: to.id,
    rule,
    event: event === null ? null : eventOf(event),
    joined:
      joined === null
        ? null
        : { rule: joined.rule, event: joined.event === null ? null : eventOf(joined.event) },
    candidates,
    by,
    failure:
      failure === null
        ? null
        : { error_code: failure.errorCode, count: failure.count, last: eventOf(failure.last) },
  }
}

function eventOf(event: CaseEvent): LineageEvent {
  return {
    event_id: event.event_id,
    event_time: isoOf(event.event_time_ms),
    event_source: event.event_source,
    event_name: event.event_name,
    source_ip_address: event.source_ip_address,
    aws_region: event.aws_region,
    recipient_account_id: event.recipient_account_id,
    error_code: event.error_code,
  }
}
