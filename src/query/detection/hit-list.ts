/** What rules found: by rule, and each event of each hit. */
import { LEVELS, techniquesOf, type Level } from '../../model/detection.js'
import type { Connection } from '../../store/open.js'
import { readTuples } from '../../store/reader.js'
import { raw, sql } from '../plan/statement.js'
import { chosenRules, severity, type RuleChoice } from './rule-filter.js'

export const HIT_RULE_COLUMNS = [
  'level',
  'hits',
  'principals',
  'first_seen',
  'last_seen',
  'title',
  'techniques',
  'author',
] as const
export const ALL_HIT_RULE_COLUMNS = [
  ...HIT_RULE_COLUMNS,
  'rule_id',
  'events',
  'description',
  'reference_list',
  'license',
  'place',
] as const

export type HitRule = Readonly<Record<(typeof ALL_HIT_RULE_COLUMNS)[number], string | number | null>> & {
  readonly rule: number
}

export interface HitChoice extends RuleChoice {
  /** T1537 also takes in T1537.001. */
  readonly techniques: readonly string[]
}

/** Most severe first, of these the rarest. */
export function listHitRules(db: Connection, choice: HitChoice): HitRule[] {
  const columns = ['rule', 'tags', ...ALL_HIT_RULE_COLUMNS.filter((name) => name !== 'techniques')]
  const rows = readTuples(
    db,
    sql`SELECT ${raw(columns.join(', '))} FROM rules WHERE hits > 0 AND rule IN (${chosenRules(choice)})
    ORDER BY ${severity('level')} DESC, hits, rule`,
  )
  return rows.flatMap((values) => {
    const row = Object.fromEntries(columns.map((name, at) => [name, values[at] ?? null]))
    const techniques = techniquesOf(JSON.parse(String(row['tags'])) as string[])
    if (!isOf(techniques, choice.techniques)) return []
    return [{ ...row, techniques: techniques.join(' ') } as unknown as HitRule]
  })
}

function isOf(techniques: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  const names = wanted.map((name) => name.toUpperCase())
  return techniques.some((one) => names.some((name) => one === name || one.startsWith(`${name}.`)))
}

export const HIT_EVENT_COLUMNS = [
  'level',
  'title',
  'hit',
  'event_time',
  'event_name',
  'principal',
  'source_ip_address',
  'error_code',
  'event_id',
] as const
export const ALL_HIT_EVENT_COLUMNS = [
  ...HIT_EVENT_COLUMNS,
  'author',
  'rule_id',
  'event_source',
  'aws_region',
  'recipient_account_id',
  'user_agent',
  'source_path',
  'member',
  'record_offset',
  'record_length',
] as const

export type HitEvent = Readonly<Record<(typeof ALL_HIT_EVENT_COLUMNS)[number], string | number | null>>

/** The events of the hits of these rules, in their order. */
export function* listHitEvents(db: Connection, rules: readonly HitRule[]): Generator<HitEvent> {
  const names = ALL_HIT_EVENT_COLUMNS.filter((name) => name !== 'hit')
  for (const { rule } of rules) {
    const numbers = new Map<string, number>()
    const rows = readTuples(
      db,
      sql`SELECT hit, ${raw(names.join(', '))} FROM hit_events
      WHERE rule = ${rule} ORDER BY hit, event_time_ms, event_rowid`,
    )
    for (const [hit = null, ...values] of rows) {
      // Hits are counted from 1, also where their number is that of an event.
      const number = numbers.get(String(hit)) ?? numbers.size + 1
      numbers.set(String(hit), number)
      yield {
        ...Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])),
        hit: number,
      } as HitEvent
    }
  }
}

/** A layer for MITRE's ATT&CK Navigator: techniques of the rules that hit, by their most severe level. */
export function navigatorLayer(rules: readonly HitRule[]): object {
  const scores = new Map<string, { score: number; titles: string[] }>()
  for (const { techniques, level, title, hits } of rules)
    for (const technique of String(techniques).split(' ').filter(Boolean)) {
      const known = scores.get(technique) ?? { score: 0, titles: [] }
      known.score = Math.max(known.score, LEVELS.indexOf(level as Level) + 1)
      known.titles.push(`${String(title)}: ${String(hits)}`)
      scores.set(technique, known)
    }
  return {
    name: 'coldtrail hits',
    versions: { layer: '4.5' },
    domain: 'enterprise-attack',
    description: 'Techniques of the rules that hit; the score is the level, 1 informational to 5 critical.',
    techniques: [...scores].map(([techniqueID, { score, titles }]) => ({
      techniqueID,
      score,
      comment: titles.join('\n'),
      showSubtechniques: techniqueID.includes('.'),
    })),
    gradient: { colors: ['#ffffff', '#d62728'], minValue: 0, maxValue: 5 },
  }
}
