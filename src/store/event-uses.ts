import { MAX_USES, USE_BITS } from '../model/event-id.js'

/** Condition for the uses `x` of one event: a range of IDs, since event_rowid has no index. */
export function usesOf(x: string, eventId: string): string {
  return `${x}.id BETWEEN ${eventId} << ${USE_BITS} AND (${eventId} << ${USE_BITS}) + ${MAX_USES - 1}`
}

/** The event of a use `x`, as event_rowid; written like this, an index of the uses still covers the query. */
export function eventOf(x: string): string {
  return `(${x}.id >> ${USE_BITS})`
}
