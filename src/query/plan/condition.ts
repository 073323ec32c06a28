/** Conditions on an event row `e`: what a route that came from elsewhere still has to test. */
import type { TimeWindow } from '../../model/question.js'
import type { Arm, Criterion, DimensionArm } from './criteria.js'
import { joined, or, raw, sql, type Statement } from './statement.js'
import { usesOf } from './event-use.js'

/** `time` is a column of ours. */
export function inWindow(time: string, { sinceMs, untilMs }: TimeWindow): Statement[] {
  const conditions: Statement[] = []
  if (sinceMs !== undefined) conditions.push(sql`${raw(time)} >= ${sinceMs}`)
  if (untilMs !== undefined) conditions.push(sql`${raw(time)} < ${untilMs}`)
  return conditions
}

/**
 * How many events will be tested: `few` asks the full text for each, `many` reads all its hits once. `early`: those of `f`, the first in
 * order of time, which lie in the runs `run`; what their numbers tell is tested before their rows are read. See early.ts.
 */
export type Testing = 'few' | 'many' | 'early'

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
  const id = raw(testing === 'early' ? 'f.id' : 'e.id')
  switch (arm.kind) {
    case 'dimension':
      return dimensionHolds(arm, testing)
    case 'column':
      return testing === 'early'
        ? sql`${id} IN (SELECT c.id FROM event c WHERE c.${raw(arm.column)} = ${arm.value})`
        : sql`e.${raw(arm.column)} IS ${arm.value}`
    case 'resource':
      // An event names few resources: looking at each is cheaper than a list of all that bear the name.
      return sql`EXISTS (SELECT 1 FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
    WHERE ${usesOf(id.sql)} AND ${or(arm.names)})`
    case 'text':
      return textHolds(arm.match, testing, id)
  }
}

function textHolds(match: string, testing: Testing, id: Statement): Statement {
  const matching = sql`FROM event_text t WHERE t.event_text MATCH ${match}`
  if (!isCheapToAsk(match) || testing === 'many') return sql`${id} IN (SELECT t.rowid ${matching})`
  if (testing === 'few') return sql`EXISTS (SELECT 1 ${matching} AND t.rowid = ${id})`
  return sql`${id} IN (SELECT t.rowid FROM run CROSS JOIN event_text t
    WHERE t.event_text MATCH ${match} AND t.rowid BETWEEN run.low AND run.high)`
}

function dimensionHolds({ dimension, ids, wideMatch }: DimensionArm, testing: Testing): Statement {
  const column = raw(`e.${dimension}_id`)
  return wideMatch !== undefined && testing === 'few' && isCheapToAsk(wideMatch)
    ? sql`EXISTS (SELECT 1 FROM value_text v WHERE v.value_text MATCH ${wideMatch} AND v.rowid = ${column})`
    : sql`${column} IN (${ids})`
}

/**
 * Whether FTS5 finds out quickly about one event or a run: it does for single words. For a prefix it gathers the lists of all words that
 * begin so. Of a phrase, or of words that must all occur, it first looks for the first match and then goes on to the next one behind: of
 * common words that are hardly ever together that is their whole lists, 0.25 s at 10,000,000 events.
 */
export function isCheapToAsk(match: string): boolean {
  return match.split(' OR ').every((word) => ONE_WORD.test(word))
}

const ONE_WORD = /^(?:"[^\p{L}\p{N}\p{Co}"]*[\p{L}\p{N}\p{Co}]+[^\p{L}\p{N}\p{Co}"]*"|[\p{L}\p{N}\p{Co}]+)$/u
