import type { PrincipalKind } from './principal.js'

/** One principal with its counts: `coldtrail principals`. Times are UTC text. */
export interface PrincipalRow {
  readonly principal: string
  readonly principal_kind: PrincipalKind
  readonly account_id: string | null
  readonly events: number
  readonly errors: number
  readonly first_seen: string | null
  readonly last_seen: string | null
  readonly regions: number
  readonly source_ips: number
  readonly access_keys: number
  /** Owner of the account if AWS has published it as its own. */
  readonly account_owner: string | null
  readonly arn: string | null
  readonly principal_key: string
  readonly credential_class_list: readonly string[]
  readonly region_list: readonly string[]
  readonly source_ip_list: readonly string[]
  readonly access_key_list: readonly string[]
}

export type PrincipalColumn = keyof PrincipalRow

/** In the order of `csv`; lists are in the JSON formats only, unless requested. */
export const PRINCIPAL_COLUMNS = [
  'principal',
  'principal_kind',
  'account_id',
  'events',
  'errors',
  'first_seen',
  'last_seen',
  'regions',
  'source_ips',
  'access_keys',
  'account_owner',
  'arn',
  'principal_key',
] as const satisfies readonly PrincipalColumn[]

export const PRINCIPAL_LISTS = [
  'credential_class_list',
  'region_list',
  'source_ip_list',
  'access_key_list',
] as const satisfies readonly PrincipalColumn[]

export const PRINCIPAL_SORTS = ['events', 'errors', 'first_seen', 'last_seen', 'principal'] as const
export type PrincipalSort = (typeof PRINCIPAL_SORTS)[number]
