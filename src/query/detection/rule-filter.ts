/** `--rule` and `--min-level` → the events of hits, and the rules themselves. */
import { CaseError } from '../../model/case-error.js'
import { LEVELS, type Level } from '../../model/detection.js'
import { readDetection } from '../../store/detection.js'
import type { Connection } from '../../store/open.js'
import { readNumber } from '../../store/reader.js'
import { likePattern } from '../find/value.js'
import { and, list, or, raw, sql, type Statement } from '../plan/statement.js'

export interface RuleChoice {
  /** Ids, names or titles, with `*` for any text; empty: every rule. */
  readonly rules: readonly string[]
  readonly minLevel: Level | null
}

export function isRuleChoice({ rules, minLevel }: RuleChoice): boolean {
  return rules.length > 0 || minLevel !== null
}

/** Selects `id` of each event of a hit, once. */
export function eventsOfRules(choice: RuleChoice): Statement {
  return sql`SELECT DISTINCT event_rowid AS id FROM detection_event WHERE rule IN (${chosenRules(choice)})`
}

/** Selects `id` of detection_rule. */
export function chosenRules({ rules, minLevel }: RuleChoice): Statement {
  const tests = [
    ...(rules.length === 0 ? [] : [or(rules.map(named))]),
    ...(minLevel === null ? [] : [sql`r.level IN ${list(LEVELS.slice(LEVELS.indexOf(minLevel)))}`]),
  ]
  return sql`SELECT r.id FROM detection_rule r WHERE ${tests.length === 0 ? raw('1') : and(tests)}`
}

/** Orders by level; -1 without one. `column` must be a constant. */
export function severity(column: string): Statement {
  const ranks = LEVELS.map((level, at) => `WHEN '${level}' THEN ${at}`).join(' ')
  return raw(`CASE ${column} ${ranks} ELSE -1 END`)
}

function named(typed: string): Statement {
  return sql`(r.rule_id = ${typed} OR r.name = ${typed} OR r.title LIKE ${likePattern(typed)} ESCAPE '\\')`
}

/** @throws CaseError without a detection, or if no rule is chosen. */
export function detectionNotes(db: Connection, choice: RuleChoice): string[] {
  const kept = readDetection(db)
  if (kept === null)
    throw new CaseError('no rules were evaluated over this case yet', { hint: 'run coldtrail detect first' })
  const unknown = choice.rules.find(
    (rule) => readNumber(db, chosenRules({ rules: [rule], minLevel: null })) === null,
  )
  if (unknown !== undefined)
    throw new CaseError(`no rule has the id, name or title ${unknown}`, {
      hint: 'coldtrail hits lists the rules that hit; titles may end in *',
    })
  return kept.isOlder
    ? ['index added to the case after the rules were evaluated: run coldtrail detect again']
    : []
}
