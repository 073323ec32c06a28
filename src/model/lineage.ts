/** Where credentials came from and what they issued: a graph of credentials and principals, linked by events. */
import type { CredentialClass, PrincipalKind } from './principal.js'

/** Why two nodes are linked, strongest first. Codes are part of the JSON; labels are shown in the tree. */
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
  'switch-from': { label: 'SwitchFrom', meaning: 'the console recorded which ARN switched to the role' },
  'credential-id': {
    label: 'credentialId',
    meaning: 'the Identity Center token that was issued is the one that was used',
  },
  id: { label: 'unique id', meaning: 'the response names the id of the user or role that was made' },
  name: { label: 'account + name', meaning: 'the user of this name in this account' },
  forwarded: {
    label: 'forwarded by a service',
    meaning: 'a service called on behalf of this principal; the credentials it used are not recorded',
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
    meaning: 'the session is named after the launched instance',
  },
  'in-scope-of': {
    label: 'task or function',
    meaning:
      'the session is named after the task that was started, or after the function whose code was deployed last',
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

/** Calls of a node under one name. */
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
  /** Owner of the account if AWS has published it as its own. */
  readonly account_owner?: string
  /** Most readable name. */
  readonly name: string | null
  /** Issued or used; the first few of `key_count`. */
  readonly access_keys: readonly string[]
  readonly key_count: number
  /** Start of the session. */
  readonly created: string | null
  /** Services that called on its behalf; forwarded sessions only. */
  readonly via: readonly string[]
  /** Number of its events; null if not counted. */
  readonly events: number | null
  readonly first_event: string | null
  readonly last_event: string | null
  /** Why nothing is above it. */
  readonly end: string | null
  /** Issuing events or credentials not shown below it. */
  readonly more: number
  /** `limit` or `depth`: what to raise to see them. */
  readonly more_because: 'limit' | 'depth' | null
  /** The issuing events among them, by name. */
  readonly more_calls: readonly LineageCall[]
  /** Issuing events not shown above it. */
  readonly more_above: number
  /** With --events only. */
  readonly did?: readonly LineageDeed[]
  /** With --events, in JSON: its events in time order. */
  readonly event_list?: readonly LineageEvent[]
  readonly more_events?: number
}

export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly rule: LinkRule
  /** The event that issued `to`; null if the rule needs none. */
  readonly event: LineageEvent | null
  /** If userIdentity does not identify the caller: the rule and event that do, or another account's copy. */
  readonly joined: { readonly rule: LinkRule; readonly event: LineageEvent | null } | null
  /** More than 1: this many events match equally, and this is one of them. */
  readonly candidates: number
  /** The caller, if it is not `from`. */
  readonly by: string | null
  /** A failed attempt; nothing was issued. */
  readonly failure: LineageFailure | null
}

export interface LineageFailure {
  readonly error_code: string | null
  readonly count: number
  readonly last: LineageEvent
}

export interface LineageGraph {
  readonly asked: string
  /** IDs of the starting nodes. */
  readonly start: readonly string[]
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  readonly notes: readonly string[]
}

/** One candidate for an ambiguous name. */
export interface LineageCandidate {
  /** What to type for this candidate. */
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
