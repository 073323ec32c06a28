/** One YAML document → a rule, a correlation or a filter. */
import { hash } from 'node:crypto'
import { clean } from '../../model/clean-text.js'
import { isLevel, type Level } from '../../model/detection.js'
import { fold } from '../match/pattern.js'
import { leavesOf, type Node } from '../match/node.js'
import { parseCorrelation, type Correlation } from './correlation.js'
import { parseDetection } from './detection.js'
import {
  isMapping,
  isScalarValue,
  RuleError,
  textOf,
  textsOf,
  type Plain,
  type PlainDocument,
} from './plain.js'

export interface RuleHead {
  readonly id: string | null
  readonly name: string | null
  readonly title: string
  readonly author: string | null
  readonly level: Level | null
  readonly status: string | null
  readonly license: string | null
  readonly description: string | null
  readonly references: readonly string[]
  readonly falsePositives: readonly string[]
  readonly tags: readonly string[]
  /** File, and number of the document in it. */
  readonly place: string
  readonly sha256: string
  readonly text: string
  /** Spellings that other tools would read otherwise. */
  readonly notes: readonly string[]
}

export interface DetectionRule extends RuleHead {
  readonly kind: 'detection'
  readonly logsource: LogSource
  /** With the conditions of filters. */
  readonly node: Node
  /** Texts of the filters that narrow it. */
  readonly filters: readonly string[]
}

export interface CorrelationRule extends RuleHead {
  readonly kind: 'correlation'
  readonly correlation: Correlation
}

export interface FilterRule extends RuleHead {
  readonly kind: 'filter'
  readonly logsource: LogSource
  /** Ids or names; null: every rule. */
  readonly rules: readonly string[] | null
  readonly node: Node
}

export type Rule = DetectionRule | CorrelationRule
export type AnyRule = Rule | FilterRule

/** What is not evaluated, and why. */
export interface RefusedRule extends RuleHead {
  readonly kind: 'refused'
  readonly reason: string
}

export type LogSource = Readonly<Record<'product' | 'service' | 'category', string | null>>

const MOST_TITLE = 256

export function readRule({ text, value }: PlainDocument, place: string): AnyRule | RefusedRule {
  const head = readHead(text, value instanceof Map ? value : new Map<string, Plain>(), place)
  try {
    if (value instanceof RuleError) throw value
    return { ...head, ...readBody(value) } as AnyRule
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    return { ...head, kind: 'refused', reason: clean(error.message) }
  }
}

function readBody(value: Plain): object {
  if (!isMapping(value)) throw new RuleError('not a rule: it has no keys')
  const taxonomy = textOf(value.get('taxonomy'))
  if (taxonomy !== null && taxonomy !== 'sigma') throw new RuleError(`its taxonomy is ${taxonomy}, not sigma`)
  if (textOf(value.get('title')) === null) throw new RuleError('it has no title')
  const [detection, correlation, filter] = ['detection', 'correlation', 'filter'].map((key) => value.get(key))
  if (isMapping(correlation)) return { kind: 'correlation', correlation: parseCorrelation(correlation) }
  const logsource = readLogSource(value.get('logsource'))
  if (isMapping(filter)) {
    const rules = filter.get('rules')
    const isAny = isScalarValue(rules) && rules.text === 'any'
    return {
      kind: 'filter',
      logsource,
      rules: isAny ? null : textsOf(rules),
      node: parseDetection(filter, ['rules']),
    }
  }
  if (!isMapping(detection)) throw new RuleError('not a rule: it has no detection, correlation or filter')
  refuseOtherSource(logsource)
  return { kind: 'detection', logsource, node: parseDetection(detection), filters: [] }
}

function readHead(text: string, map: ReadonlyMap<string, Plain>, place: string): RuleHead {
  const read = (key: string): string | null => {
    const found = textOf(map.get(key))
    return found === null ? null : clean(found)
  }
  const level = read('level')?.toLowerCase() ?? null
  const notes: string[] = []
  for (const word of wordsIn(map.get('detection')))
    notes.push(`${word} is read as text; pySigma reads it as a boolean: write it in quotes`)
  if (level !== null && !isLevel(level)) notes.push(`its level ${level} is not one of Sigma`)
  return {
    id: read('id'),
    name: read('name'),
    title: (read('title') ?? '(no title)').slice(0, MOST_TITLE),
    author: read('author'),
    level: level !== null && isLevel(level) ? level : null,
    status: read('status'),
    license: read('license'),
    description: read('description'),
    references: textsOf(map.get('references')).map(clean),
    falsePositives: textsOf(map.get('falsepositives')).map(clean),
    tags: textsOf(map.get('tags')).map((tag) => clean(tag.toLowerCase())),
    place: clean(place),
    sha256: hash('sha256', text),
    text,
    notes,
  }
}

function wordsIn(value: Plain | undefined): string[] {
  if (value === undefined) return []
  if (isScalarValue(value)) return value.isWord ? [value.text] : []
  return (isMapping(value) ? [...value.values()] : value).flatMap(wordsIn)
}

function readLogSource(value: Plain | undefined): LogSource {
  const read = (key: string): string | null => (isMapping(value) ? textOf(value.get(key)) : null)
  return { product: read('product'), service: read('service'), category: read('category') }
}

function refuseOtherSource(source: LogSource): void {
  const { product, service, category } = source
  const isOurs =
    (product === null || fold(product) === 'aws') &&
    (service === null || fold(service) === 'cloudtrail') &&
    category === null
  if (isOurs && (product !== null || service !== null)) return
  const named = [product, service, category].filter((part) => part !== null).join('/') || 'none'
  throw new RuleError(`its log source is ${named}, not aws/cloudtrail`)
}

/** A filter narrows rules of the same log source. */
export function agrees(filter: LogSource, rule: LogSource): boolean {
  return (['product', 'service', 'category'] as const).every(
    (key) => filter[key] === null || fold(filter[key]) === fold(rule[key] ?? ''),
  )
}

export function fieldsOf(node: Node): ReadonlySet<string | null> {
  return new Set(leavesOf(node).flatMap(({ field, other }) => (other === null ? [field] : [field, other])))
}
