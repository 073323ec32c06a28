/** Conditions on an event row `e`: what a route that came from elsewhere still has to test. */
import type { TimeWindow } from '../model/question.js'
import type { Arm, Restriction } from './reach.js'
import { or, raw, sql, type Statement } from './statement.js'

/** `time` is a column of ours. */
export function inWindow(time: string, { sinceMs, untilMs }: TimeWindow): Statement[] {
  const conditions: Statement[] = []
  if (sinceMs !== undefined) conditions.push(sql`${raw(time)} >= ${sinceMs}`)
  if (untilMs !== undefined) conditions.push(sql`${raw(time)} < ${untilMs}`)
  return conditions
}

export function isRestricted({ dimension, ids }: Restriction): Statement {
  return sql`e.${raw(dimension)}_id IN (${ids})`
}

/** How many events will be tested: `few` asks the full text for each, `many` reads all its hits once. */
export type Testing = 'few' | 'many'

export function inArms(arms: readonly Arm[], testing: Testing): Statement[] {
  return arms.length === 0 ? [] : [or(arms.map((arm) => inArm(arm, testing)))]
}

function inArm(arm: Arm, testing: Testing): Statement {
  switch (arm.kind) {
    case 'dimension':
      return isRestricted(arm)
    case 'column':
      return sql`e.${raw(arm.column)} = ${arm.value}`
    case 'resource':
      // An event names few resources: looking at each is cheaper than a list of all that bear the name.
      return sql`EXISTS (SELECT 1 FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
    WHERE x.event_rowid = e.id AND ${or(arm.names)})`
    case 'text':
      return testing === 'few'
        ? sql`EXISTS (SELECT 1 FROM event_text t WHERE t.event_text MATCH ${arm.match} AND t.rowid = e.id)`
        : sql`e.id IN (SELECT t.rowid FROM event_text t WHERE t.event_text MATCH ${arm.match})`
  }
}
