/** A repeated value with its ID, which is the same in every case. */
export type SqlValue = string | number | null

export interface Entry {
  /** 52-bit hash of the values: the same in every worker, run and case, so threads need not coordinate. */
  readonly id: number
  /** The ID as text, for the digest of each event that has it. Formatting a 52-bit number takes 0.14 µs. */
  readonly label: string
  values: readonly SqlValue[]
  text: string
  /**
   * Already written to a shard of this worker. Shards are merged in order, so once is enough. After that only the ID is
   * needed; values, text and names are freed, since they are most of a worker's memory.
   */
  shipped: boolean
}

/** An entry that is found by names of its own. */
export interface NamedEntry extends Entry {
  names: readonly { readonly name: string; readonly kind: string }[]
}

/** A session, with the caller whose it is. */
export interface IdentityEntry extends NamedEntry {
  readonly caller: NamedEntry
}

export interface ResourceEntry {
  /** 63-bit hash: there can be tens of millions of S3 objects, too many for 52 bits. */
  readonly id: bigint
  /** Like the label of an entry. */
  readonly label: string
  readonly arn: string | null
  readonly type: string | null
  readonly name: string | null
  readonly derived: number
  shipped: boolean
}

/** A resource named by an event; `role` is an index into RESOURCE_ROLES. */
export interface ResourceUse {
  readonly resource: ResourceEntry
  readonly role: number
}

/** One event, ready for a shard. The normaliser reuses it: copy what must outlive the next record. */
export interface EventDraft {
  eventTimeMs: number | null
  action: Entry
  place: Entry
  identity: IdentityEntry
  address: Entry
  client: Entry
  outcome: Entry
  eventId: string
  requestId: string | null
  sharedEventId: string | null
  bytesIn: number | null
  bytesOut: number | null
  /** Position in `resources` of the one that it acted on. */
  targetUse: number | null
  /** Searchable text of the event's own values. */
  text: string
  flags: number
  /** In the order of model/use-order.ts. */
  resources: readonly ResourceUse[]
}

export const FLAG = {
  repaired: 1,
  tooDeep: 2,
  reduced: 4,
  lenient: 8,
  /** Without eventTime: the time is from the record's `@timestamp` or its envelope. */
  timestampTime: 16,
  envelopeTime: 32,
} as const
