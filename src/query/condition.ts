/** Conditions on an event row `e`: what a route that came from elsewhere still has to test. */
import type { TimeWindow } from '../model/question.js'
import type { Arm, Criterion, DimensionArm } from './reach.js'
import { joined, or, raw, sql, type Statement } from './statement.js'
import { usesOf } from './event-use.js'

/** `time` is a column of ours. */
export function inWindow(time: string, { sinceMs, untilMs }: TimeWindow): Statement[] {
  const conditions: Statement[] = []
  if (sinceMs !== undefined) conditions.push(sql`${raw(time)} >= ${sinceMs}`)
  if (untilMs !== undefined) conditions.push(sql`${raw(time)} < ${untilMs}`)
  return conditions
}

/** How many events will be tested: `few` asks the full text for each, `many` reads all its hits once. */
export type Testing = 'few' | 'many'

/** Never null, so that it can be negated. */
export function holds(criterion: Criterion, testing: Testing): Statement {
  switch (criterion.kind) {
    case 'all':
      return sql`(${joined(
        criterion.of.map((part) => holds(part, testing)),
        ' AND ',
      )})`
    case 'any':
      return or(criterion.of.map((part) => holds(part, testing)))
    case 'without':
      return sql`(${holds(criterion.wanted, testing)} AND NOT ${holds(criterion.unwanted, testing)})`
    case 'dimension':
    case 'column':
    case 'resource':
    case 'text':
      return armHolds(criterion, testing)
  }
}

function armHolds(arm: Arm, testing: Testing): Statement {
  switch (arm.kind) {
    case 'dimension':
      return dimensionHolds(arm, testing)
    case 'column':
      return sql`e.${raw(arm.column)} IS ${arm.value}`
    case 'resource':
      // An event names few resources: looking at each is cheaper than a list of all that bear the name.
      return sql`EXISTS (SELECT 1 FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
    WHERE ${usesOf('e.id')} AND ${or(arm.names)})`
    case 'text':
      return testing === 'few' && isCheapToAsk(arm.match)
        ? sql`EXISTS (SELECT 1 FROM event_text t WHERE t.event_text MATCH ${arm.match} AND t.rowid = e.id)`
        : sql`e.id IN (SELECT t.rowid FROM event_text t WHERE t.event_text MATCH ${arm.match})`
  }
}

function dimensionHolds({ dimension, ids, wideMatch }: DimensionArm, testing: Testing): Statement {
  const column = raw(`e.${dimension}_id`)
  return wideMatch !== undefined && testing === 'few' && isCheapToAsk(wideMatch)
    ? sql`EXISTS (SELECT 1 FROM value_text v WHERE v.value_text MATCH ${wideMatch} AND v.rowid = ${column})`
    : sql`${column} IN (${ids})`
}

/** For a prefix FTS5 gathers the lists of all words that begin so: not something to do for each event. */
function isCheapToAsk(match: string): boolean {
  return !match.replace(/"(?:[^"]|"")*"/g, '').includes('*')
}
