/** The correlation section. */
import { isMapping, RuleError, textOf, textsOf, type Plain } from './plain.js'

/** The last two are ours: see docs/rules.md. */
const TYPES = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'new_value',
  'absence',
] as const
export type CorrelationType = (typeof TYPES)[number]

const OPERATORS = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  eq: (a: number, b: number) => a === b,
  neq: (a: number, b: number) => a !== b,
}
type Operator = keyof typeof OPERATORS

export interface Correlation {
  readonly type: CorrelationType
  /** Ids or names, as written. */
  readonly rules: readonly string[]
  readonly groupBy: readonly string[]
  /** Alias → rule → field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly timespanMs: number
  /** All must hold; empty: every rule must occur. */
  readonly bounds: readonly { readonly operator: Operator; readonly value: number }[]
  readonly fields: readonly string[]
  /** Of value_percentile: which one; 50 is the median. */
  readonly percentile: number
  /** Of absence: where the second rule is missing. */
  readonly side: 'before' | 'after'
  /** Whether the rules it names also give hits of their own. */
  readonly generate: boolean
}

/** @throws RuleError */
export function parseCorrelation(map: ReadonlyMap<string, Plain>): Correlation {
  const type = textOf(map.get('type'))
  if (!isType(type)) throw new RuleError(`the correlation type ${type ?? '(none)'} is not known`)
  const rules = textsOf(map.get('rules'))
  if (rules.length === 0) throw new RuleError('the correlation names no rules')
  const condition = map.get('condition')
  if (condition !== undefined && !isMapping(condition))
    throw new RuleError('the condition of a correlation is a map, such as gte: 10')
  const bounds = isMapping(condition) ? readBounds(condition) : []
  const fields = isMapping(condition) ? textsOf(condition.get('field')) : []
  refuseMissing(type, { rules, bounds: bounds.length, fields: fields.length })
  return {
    type,
    rules,
    groupBy: textsOf(map.get('group-by')),
    aliases: readAliases(map.get('aliases')),
    timespanMs: readTimespan(textOf(map.get('timespan'))),
    bounds,
    fields,
    percentile: isMapping(condition) ? readPercentile(condition.get('percentile')) : 50,
    side: readSide(map.get('missing')),
    generate: textOf(map.get('generate'))?.toLowerCase() === 'true',
  }
}

function isType(type: string | null): type is CorrelationType {
  return TYPES.some((known) => known === type)
}

function readBounds(condition: ReadonlyMap<string, Plain>): Correlation['bounds'] {
  return [...condition].flatMap(([operator, value]) => {
    if (operator === 'field' || operator === 'percentile') return []
    if (!Object.hasOwn(OPERATORS, operator)) throw new RuleError(`condition: ${operator} is not known`)
    const number = Number(textOf(value) ?? Number.NaN)
    if (!Number.isFinite(number)) throw new RuleError(`condition: ${operator} needs a number`)
    return [{ operator: operator as Operator, value: number }]
  })
}

function refuseMissing(
  type: CorrelationType,
  {
    rules,
    bounds,
    fields,
  }: { readonly rules: readonly string[]; readonly bounds: number; readonly fields: number },
): void {
  if ((type === 'event_count' || /^value_/.test(type)) && bounds === 0)
    throw new RuleError(`${type} needs a condition, such as gte: 10`)
  if ((/^value_/.test(type) || type === 'new_value') && fields === 0)
    throw new RuleError(`${type} needs condition: field`)
  if (/^value_(?:sum|avg|percentile)$/.test(type) && fields > 1)
    throw new RuleError(`${type} needs one field`)
  if (type === 'absence' && rules.length !== 2)
    throw new RuleError('absence needs two rules: what is there, and what is missing')
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readTimespan(text: string | null): number {
  const [, count = '', unit = ''] = /^(\d{1,8})([smhd])$/.exec(text ?? '') ?? []
  const ms = Number(count) * (UNITS[unit] ?? 0)
  if (ms === 0) throw new RuleError(`the timespan ${text ?? '(none)'} is not a number of s, m, h or d`)
  return ms
}

function readAliases(value: Plain | undefined): Correlation['aliases'] {
  if (value === undefined) return new Map()
  if (!isMapping(value)) throw new RuleError('aliases is a map of alias: {rule: field}')
  return new Map(
    [...value].map(([alias, fields]) => {
      if (!isMapping(fields)) throw new RuleError(`the alias ${alias} is no map of rule: field`)
      return [alias, new Map([...fields].map(([rule, field]) => [rule, textOf(field) ?? '']))]
    }),
  )
}

function readPercentile(value: Plain | undefined): number {
  const percentile = Number(textOf(value) ?? '50')
  if (!(percentile >= 0 && percentile <= 100)) throw new RuleError('percentile is a number from 0 to 100')
  return percentile
}

function readSide(value: Plain | undefined): 'before' | 'after' {
  const side = textOf(value) ?? 'after'
  if (side !== 'before' && side !== 'after') throw new RuleError('missing is before or after')
  return side
}

export function holds(bounds: Correlation['bounds'], value: number): boolean {
  return bounds.every((bound) => OPERATORS[bound.operator](value, bound.value))
}

/** Whether more events can make a condition false again. */
export function hasUpperBound(bounds: Correlation['bounds']): boolean {
  return bounds.some(({ operator }) => operator !== 'gt' && operator !== 'gte')
}
