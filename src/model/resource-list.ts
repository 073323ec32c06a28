/** What `coldtrail resources` lists. Times are UTC text. */
export interface ResourceRow {
  /** The ARN, or the name where the service has no ARN for it. */
  readonly resource: string
  readonly type: string | null
  readonly events: number
  readonly first_touched: string | null
  readonly last_touched: string | null
  readonly principals: number
  /** The busiest principals, with how often. */
  readonly by: string
  /** The parts that it played. */
  readonly roles: string
  /** 1 when the ARN was put together from the region and account of the record: an assumption. */
  readonly derived: number
  readonly name: string | null
  readonly principal_list: readonly string[]
}

export const RESOURCE_COLUMNS = [
  'resource',
  'type',
  'events',
  'first_touched',
  'last_touched',
  'principals',
  'by',
  'roles',
  'derived',
  'name',
] as const satisfies readonly (keyof ResourceRow)[]

export const RESOURCE_LISTS = ['principal_list'] as const satisfies readonly (keyof ResourceRow)[]

/** What an event meant to a resource. */
export type Touch = 'created' | 'changed' | 'written' | 'shared' | 'unshared' | 'deleted' | 'read' | 'used'

/** One step of a resource's life, or several of one kind. */
export interface HistoryRow {
  readonly time: string | null
  /** Null when it happened once. */
  readonly until: string | null
  readonly touch: Touch
  readonly failed: boolean
  readonly times: number
  readonly event_names: readonly string[]
  readonly principals: readonly string[]
  readonly credential_classes: readonly string[]
  readonly source_ips: readonly string[]
  readonly error_codes: readonly string[]
  /** Who was given access. */
  readonly grantees: readonly string[]
  /** The first event. */
  readonly event_id: string
}

export interface ResourceHistory {
  readonly resource: string
  readonly type: string | null
  /** Its ARN was put together from the region and account of records. */
  readonly derived: boolean
  readonly events: number
  readonly history: readonly HistoryRow[]
}
