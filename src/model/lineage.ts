/** Where credentials came from and what was made from them: a graph of credentials and principals, joined by events. */
import type { CredentialClass, PrincipalKind } from './principal.js'

/** Why two things are joined, strongest first. Codes are part of the JSON; labels stand in the tree. */
export const LINK_RULES = {
  key: { label: 'key', meaning: 'the access key that was issued is the one that was used' },
  session: {
    label: 'principalId + creationDate',
    meaning:
      'another key of the session that was issued: same principalId, created in the second of the event',
  },
  console: {
    label: 'ARN + creationDate',
    meaning: 'a sign-in gives many keys: same ARN, created in the second of the sign-in',
  },
  'switch-from': { label: 'SwitchFrom', meaning: 'the console says which ARN switched to the role' },
  'credential-id': {
    label: 'credentialId',
    meaning: 'the Identity Center token that was issued is the one that was used',
  },
  id: { label: 'unique id', meaning: 'the response names the id of the user or role that was made' },
  name: { label: 'account + name', meaning: 'the user of this name in this account' },
  forwarded: {
    label: 'forwarded by a service',
    meaning: 'a service called with these rights; which credentials were behind it is not recorded',
  },
  request: { label: 'requestID', meaning: 'both events belong to one request' },
  'shared-event': {
    label: 'sharedEventID',
    meaning: 'both events are copies of one action, in two accounts',
  },
  'account-role-time': {
    label: 'account + role + time',
    meaning: 'credentials of the same permission set in the same account, asked for within seconds',
  },
  'instance-id': {
    label: 'instance id',
    meaning: 'the session bears the id of the instance that was launched',
  },
  owner: { label: 'belongs to', meaning: 'a credential of this principal; others may have made it' },
  'error-message': {
    label: 'error message',
    meaning: 'an attempt that failed; what it was for is named by the error message',
  },
} as const satisfies Record<string, { label: string; meaning: string }>

export type LinkRule = keyof typeof LINK_RULES

export interface LineageEvent {
  readonly event_id: string
  readonly event_time: string | null
  readonly event_source: string | null
  readonly event_name: string | null
  readonly source_ip_address: string | null
  readonly aws_region: string | null
  readonly recipient_account_id: string | null
  readonly error_code: string | null
}

export type LineageNodeKind = 'key' | 'session' | 'forwarded' | 'principal' | 'attempt'

/** What a node did under one name. */
export interface LineageDeed {
  readonly event_source: string | null
  readonly event_name: string | null
  readonly count: number
  readonly failed: number
  readonly first: string | null
  readonly last: string | null
}

export interface LineageCall {
  readonly event_name: string
  readonly count: number
}

export interface LineageNode {
  /** Unique in this graph, and the same in every graph of the case. */
  readonly id: string
  readonly kind: LineageNodeKind
  readonly credential_class: CredentialClass | null
  readonly principal_kind: PrincipalKind | null
  readonly arn: string | null
  readonly principal_id: string | null
  readonly account_id: string | null
  /** Whose account it is, when AWS has published it as its own. */
  readonly account_owner?: string
  /** Best readable name. */
  readonly name: string | null
  /** Issued or used; the first few of `key_count`. */
  readonly access_keys: readonly string[]
  readonly key_count: number
  /** When the session began. */
  readonly created: string | null
  /** Services that called with its rights: forwarded sessions only. */
  readonly via: readonly string[]
  /** Events that it made; null where that was not counted. */
  readonly events: number | null
  readonly first_event: string | null
  readonly last_event: string | null
  /** Why nothing stands above it. */
  readonly end: string | null
  /** Issuing events or credentials that are not shown below it. */
  readonly more: number
  /** `limit` or `depth`: what to raise to see them. */
  readonly more_because: 'limit' | 'depth' | null
  /** The issuing events among them, by name. */
  readonly more_calls: readonly LineageCall[]
  /** Issuing events that are not shown above it. */
  readonly more_above: number
  /** With --events only. */
  readonly did?: readonly LineageDeed[]
  /** With --events, in JSON: its events in order of time. */
  readonly event_list?: readonly LineageEvent[]
  readonly more_events?: number
}

export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly rule: LinkRule
  /** The event that issued `to`; null where a rule needs none. */
  readonly event: LineageEvent | null
  /** How the caller is known where userIdentity does not tell, and the event that tells it; or the copy of another account. */
  readonly joined: { readonly rule: LinkRule; readonly event: LineageEvent | null } | null
  /** More than 1: so many events match equally, this is one of them. */
  readonly candidates: number
  /** Who called, where that is not `from`. */
  readonly by: string | null
  /** An attempt that failed; nothing was made. */
  readonly failure: LineageFailure | null
}

export interface LineageFailure {
  readonly error_code: string | null
  readonly count: number
  readonly last: LineageEvent
}

export interface LineageGraph {
  readonly asked: string
  /** Ids of the nodes that were asked for. */
  readonly start: readonly string[]
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  readonly notes: readonly string[]
}

/** One of several things that a name can mean. */
export interface LineageCandidate {
  /** What to type to mean this one. */
  readonly start: string
  readonly what: string
  readonly first_event: string | null
  readonly events: number
}

export interface LineageChoice {
  readonly asked: string
  readonly candidates: readonly LineageCandidate[]
  readonly more: number
}
