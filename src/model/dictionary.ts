/** A value that repeats over an archive, with the id that every case gives it. */
export type SqlValue = string | number | null

export interface Entry {
  /** 52-bit hash of the values: the same in every worker, run and case, so that no thread has to ask another for it. */
  readonly id: number
  /** The id as text: for the digest of each event that has it. To write a number of 52 bits takes 0.14 µs. */
  readonly label: string
  values: readonly SqlValue[]
  /** Searchable text of the value. */
  text: string
  /**
   * Already written to a shard of this worker. Shards are merged in order, so once is enough; only the id is needed then, and
   * values, text and names are let go: they are most of what a worker would keep in memory.
   */
  shipped: boolean
}

export interface IdentityEntry extends Entry {
  names: readonly { readonly name: string; readonly kind: string }[]
}

export interface ResourceEntry {
  /** 63-bit hash: objects in buckets are counted in tens of millions, too many for 52 bits. */
  readonly id: bigint
  /** As that of an entry. */
  readonly label: string
  readonly arn: string | null
  readonly type: string | null
  readonly name: string | null
  readonly derived: number
  shipped: boolean
}

/** A resource that an event names; `role` is an index into RESOURCE_ROLES. */
export interface ResourceUse {
  readonly resource: ResourceEntry
  readonly role: number
}

/** One event, ready for a shard. Reused by the normaliser: copy what must outlive the next record. */
export interface EventDraft {
  eventTimeMs: number | null
  action: Entry
  place: Entry
  identity: IdentityEntry
  origin: Entry
  outcome: Entry
  eventId: string
  requestId: string | null
  sharedEventId: string | null
  /** Searchable text of what is the event's own. */
  text: string
  flags: number
  resources: readonly ResourceUse[]
}

export const FLAG = {
  repaired: 1,
  tooDeep: 2,
  reduced: 4,
  lenient: 8,
  /** No eventTime: the time is that of the record's `@timestamp`, or of its envelope. */
  timestampTime: 16,
  envelopeTime: 32,
} as const
