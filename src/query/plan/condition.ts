/** Conditions on an event row `e`: what a route that starts at another index still has to test. */
import type { TimeWindow } from '../../model/question.js'
import type { Arm, Criterion, DimensionArm } from './criteria.js'
import { joined, or, raw, sql, type Statement } from './statement.js'
import { usesOf } from './event-use.js'

/** `time` must be a constant. */
export function inWindow(time: string, { sinceMs, untilMs }: TimeWindow): Statement[] {
  const conditions: Statement[] = []
  if (sinceMs !== undefined) conditions.push(sql`${raw(time)} >= ${sinceMs}`)
  if (untilMs !== undefined) conditions.push(sql`${raw(time)} < ${untilMs}`)
  return conditions
}

/**
 * How many events will be tested: `few` queries the full text per event, `many` reads all its matches once. `early`
 * tests the first events in time order, `f`, whose IDs lie in the ranges `run`; the full text is tested by ID before
 * any row is read. See first-page-probe.ts.
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
    case 'form':
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
      // An event names few resources: checking each is cheaper than listing all uses of the name.
      return sql`EXISTS (SELECT 1 FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
    WHERE ${usesOf(id.sql)} AND ${or(arm.names)})`
    case 'form':
      return sql`${id} IN (${arm.ids})`
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
  if (wideMatch === undefined || testing !== 'few' || !isCheapToAsk(wideMatch))
    return sql`${column} IN (${ids})`
  const said = (id: Statement) =>
    sql`EXISTS (SELECT 1 FROM value_text v WHERE v.value_text MATCH ${wideMatch} AND v.rowid = ${id})`
  return dimension === 'identity'
    ? or([said(column), said(sql`(SELECT s.caller_id FROM session s WHERE s.id = ${column})`)])
    : said(column)
}

/**
 * Whether FTS5 quickly tests one event or a run. It does for single words. For a prefix it merges the lists of all
 * words with that prefix. For a phrase, or words that must all occur, it searches for the first match and then for the
 * next one after it; common words that rarely occur together cost their whole lists, 0.25 s at 10,000,000 events.
 */
export function isCheapToAsk(match: string): boolean {
  return match.split(' OR ').every((word) => ONE_WORD.test(word))
}

const ONE_WORD = /^(?:"[^\p{L}\p{N}\p{Co}"]*[\p{L}\p{N}\p{Co}]+[^\p{L}\p{N}\p{Co}"]*"|[\p{L}\p{N}\p{Co}]+)$/u
