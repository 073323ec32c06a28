/**
 * Row numbers of events are given before a batch is read, so that its worker can write finished rows and full text. They are
 * those of the batch's own room; a batch that needs more than its room goes on in a region of its own, far behind.
 */
/** Row numbers for each batch: a batch is some 10,000 events. */
export const ROOM = 2 ** 17
const OVERFLOW_BEGIN = 2 ** 47
const OVERFLOW_ROOM = 2 ** 27
/** From here on numbers are overflow: the next load goes on below. */
export const FIRST_OVERFLOW = OVERFLOW_BEGIN

/** Rows of event_resource are numbered `event.id << USE_BITS` and on: so an event's uses are a range. */
export const USE_BITS = 14
export const MAX_USES = 2 ** USE_BITS

/** First number of the room behind `last`. */
export function nextRoom(last: number): number {
  return (Math.floor(last / ROOM) + 1) * ROOM
}

/** @param first of the batch's room. @param index from 0. @throws for a batch of over 134 million rows. */
export function rowNumber(first: number, index: number): number {
  if (index < ROOM) return first + index
  if (index - ROOM >= OVERFLOW_ROOM) throw new Error(`more than ${OVERFLOW_ROOM} events in one batch`)
  return OVERFLOW_BEGIN + (first / ROOM) * OVERFLOW_ROOM + index - ROOM
}

/** Number of an event's use in event_resource; a bigint beyond 2^53. */
export function useNumber(eventId: number, index: number): number | bigint {
  return eventId < 2 ** 38
    ? eventId * MAX_USES + index
    : (BigInt(eventId) << BigInt(USE_BITS)) + BigInt(index)
}
