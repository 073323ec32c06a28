/** A row of `coldtrail resources`. Times are UTC text. */
export interface ResourceRow {
  /** The ARN, or the name if the service has no ARN for it. */
  readonly resource: string
  readonly type: string | null
  readonly events: number
  readonly first_touched: string | null
  readonly last_touched: string | null
  readonly principals: number
  /** The busiest principals with counts. */
  readonly by: string
  /** Roles of the resource. */
  readonly roles: string
  /** 1 if the ARN was derived from the region and account of the record, an assumption. */
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

/** What an event, or an access-log line, did to a resource. */
export type Touch = 'created' | 'changed' | 'written' | 'shared' | 'unshared' | 'deleted' | 'read' | 'used'

/** One step of a resource's history, or several of one kind. */
export interface HistoryRow {
  readonly time: string | null
  /** null for a single event. */
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
  /** The first event; null of a line of an access log, unless an event has its request ID. */
  readonly event_id: string | null
  readonly request_id: string | null
}

export interface ResourceHistory {
  readonly resource: string
  readonly type: string | null
  /** Its ARN was derived from the region and account of records. */
  readonly derived: boolean
  readonly events: number
  /** Lines of S3 server access logs; without those of a request that is an event here. */
  readonly access_log_lines: number
  readonly history: readonly HistoryRow[]
}
