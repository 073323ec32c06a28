/** Rules and their hits. */

/** Least severe first. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof LEVELS)[number]

export function isLevel(text: string): text is Level {
  return LEVELS.some((level) => level === text)
}

/** What became of a rule. */
export const RULE_STATES = {
  hit: 'it hit',
  'no hit': 'no event met it',
  'cannot hit': 'no event of the case can meet it; the reason says why',
  'part of': 'it is part of a correlation and gives no hits of its own',
  'not evaluated': 'it could not be evaluated; the reason says why',
} as const
export type RuleState = keyof typeof RULE_STATES

/** A rule of a detection, with what became of it. */
export interface RuleRow {
  readonly number: number
  readonly rule_id: string | null
  readonly title: string
  readonly level: Level | null
  readonly author: string | null
  readonly state: RuleState
  readonly reason: string | null
  readonly hits: number
  readonly events: number
  readonly principals: number
  readonly first_seen: string | null
  readonly last_seen: string | null
  readonly techniques: string
  readonly place: string
}

const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/

/** ATT&CK techniques among the tags of a rule. */
export function techniquesOf(tags: readonly string[]): string[] {
  return [...new Set(tags.flatMap((tag) => TECHNIQUE.exec(tag)?.[1]?.toUpperCase() ?? []))].sort()
}

/** Most severe first, of these the rarest. */
export function sortedRules(rules: readonly RuleRow[]): RuleRow[] {
  const rank = ({ level }: RuleRow): number => (level === null ? -1 : LEVELS.indexOf(level))
  return [...rules].sort(
    (one, other) =>
      Number(other.hits > 0) - Number(one.hits > 0) ||
      rank(other) - rank(one) ||
      one.hits - other.hits ||
      one.number - other.number,
  )
}

/** A rule in a summary: what its hits have in a scope. */
export interface HitSummary {
  readonly level: Level | null
  readonly title: string
  readonly author: string | null
  readonly techniques: string
  readonly events: number
  readonly principals: number
  readonly first_seen: string | null
  readonly last_seen: string | null
}
