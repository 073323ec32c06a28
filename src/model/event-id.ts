/**
 * Event IDs are allocated before a batch is read, so that its worker can write finished rows and full text. Each batch
 * has a range of its own; if that is too small it continues in an overflow range far above.
 */
/** IDs per batch; a batch has some 10,000 events. */
export const ROOM = 2 ** 17
const OVERFLOW_BEGIN = 2 ** 47
const OVERFLOW_ROOM = 2 ** 27
/** Start of the overflow ranges; the next load continues below. */
export const FIRST_OVERFLOW = OVERFLOW_BEGIN

/** Rows of event_resource are numbered from `event.id << USE_BITS`, so an event's uses are a range. */
export const USE_BITS = 14
export const MAX_USES = 2 ** USE_BITS

/** First ID of the range after `last`. */
export function nextRoom(last: number): number {
  return (Math.floor(last / ROOM) + 1) * ROOM
}

/** @param first of the batch's range. @param index from 0. @throws for a batch of over 134 million rows. */
export function rowNumber(first: number, index: number): number {
  if (index < ROOM) return first + index
  if (index - ROOM >= OVERFLOW_ROOM) throw new Error(`more than ${OVERFLOW_ROOM} events in one batch`)
  return OVERFLOW_BEGIN + (first / ROOM) * OVERFLOW_ROOM + index - ROOM
}

/** ID of an event's use in event_resource; a bigint beyond 2^53. */
export function useNumber(eventId: number, index: number): number | bigint {
  return eventId < 2 ** 38
    ? eventId * MAX_USES + index
    : (BigInt(eventId) << BigInt(USE_BITS)) + BigInt(index)
}
