/** Uses of resources; `x` is event_resource. */
import { eventOf, usesOf as rangeOf } from '../../store/event-uses.js'
import { raw, type Statement } from './statement.js'

export const EVENT_OF_USE = raw(eventOf('x'))

/** Condition for the uses of one event; `eventId` is an SQL expression. */
export function usesOf(eventId: string): Statement {
  return raw(rangeOf('x', eventId))
}
