/** Files and folders of rules → rules that can be evaluated, and those that cannot. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { CaseError } from '../../model/case-error.js'
import { both } from '../match/node.js'
import { isMapping, RuleError, readDocuments, type PlainDocument } from './plain.js'
import { agrees, readRule, type AnyRule, type FilterRule, type RefusedRule, type Rule } from './rule.js'

/** Larger ones are not rules. */
const MOST_BYTES = 16 * 1024 * 1024

export interface RuleSet {
  readonly rules: readonly Rule[]
  readonly refused: readonly RefusedRule[]
  /** About files, for the user. */
  readonly notes: readonly string[]
}

/** Where the pack lies in the package; a bundled module does not know its distance to the source. */
export function packFolder(): string {
  return path.dirname(createRequire(import.meta.url).resolve('#rules/identity.yml'))
}

/** @throws CaseError exit 2 for a path that does not exist. */
export function loadRules(paths: readonly string[]): RuleSet {
  const found: (AnyRule | RefusedRule)[] = []
  for (const given of paths) for (const file of filesOf(given)) found.push(...readFile(file))
  return resolveFilters(withoutRepeats(found))
}

/** Rules that are read again in a thread. */
export function readRuleTexts(texts: readonly string[]): readonly Rule[] {
  return resolveFilters(texts.flatMap((text) => readDocuments(text).map((one) => readRule(one, '')))).rules
}

function filesOf(given: string): string[] {
  const stats = statSync(given, { throwIfNoEntry: false })
  if (stats === undefined)
    throw new CaseError(`there are no rules at ${given}`, {
      hint: 'name a file or folder of Sigma rules with --rules',
    })
  if (!stats.isDirectory()) return [given]
  return readdirSync(given, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/i.test(name) && !/(?:^|[\\/])\./.test(name))
    .sort()
    .map((name) => path.join(given, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
}

function readFile(file: string): (AnyRule | RefusedRule)[] {
  const refuse = (reason: string): RefusedRule[] => [
    readRule({ text: '', value: new RuleError(reason) }, file) as RefusedRule,
  ]
  let text: string
  try {
    const { size } = statSync(file)
    if (size > MOST_BYTES) return refuse(`a file of ${size} bytes; rules are read up to ${MOST_BYTES}`)
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    return refuse(error instanceof TypeError ? 'not UTF-8' : (error as Error).message)
  }
  const documents = readDocuments(text)
  if (documents.length === 0) return refuse('an empty file')
  const isSingle = documents.length === 1
  const shown = path.dirname(file) === packFolder() ? `built-in/${path.basename(file)}` : file
  return documents.filter(isFilled).map((one, at) => readRule(one, isSingle ? shown : `${shown}#${at + 1}`))
}

function isFilled({ value }: PlainDocument): boolean {
  return (
    value instanceof RuleError ||
    isMapping(value) ||
    Array.isArray(value) ||
    !('type' in value && value.type === 'null')
  )
}

/** The first of several rules with one id is evaluated. The same text twice is one rule. */
function withoutRepeats(found: readonly (AnyRule | RefusedRule)[]): (AnyRule | RefusedRule)[] {
  const byId = new Map<string, AnyRule | RefusedRule>()
  const texts = new Set<string>()
  return found.flatMap((rule) => {
    const { id, sha256 } = rule
    if (rule.kind !== 'refused' && texts.has(sha256)) return []
    texts.add(sha256)
    const first = id === null ? undefined : byId.get(id)
    if (id === null || rule.kind === 'refused') return [rule]
    if (first === undefined) byId.set(id, rule)
    return first === undefined
      ? [rule]
      : [refused(rule, `its id is that of ${first.place}, which is evaluated`)]
  })
}

export function refused(rule: AnyRule | RefusedRule, reason: string): RefusedRule {
  return { ...rule, kind: 'refused', reason }
}

function resolveFilters(all: readonly (AnyRule | RefusedRule)[]): RuleSet {
  const filters = all.filter((rule) => rule.kind === 'filter')
  const missing = filters.flatMap((filter) => unknownRules(filter, all))
  const rules = all.flatMap((rule): Rule[] => {
    if (rule.kind !== 'detection') return rule.kind === 'correlation' ? [rule] : []
    const narrowing = filters.filter(
      (filter) => names(filter, rule) && agrees(filter.logsource, rule.logsource),
    )
    return [
      {
        ...rule,
        node: both([rule.node, ...narrowing.map(({ node }) => node)]),
        filters: narrowing.map((filter) => filter.text),
      },
    ]
  })
  const withReason = all.filter((rule) => rule.kind === 'refused')
  const notes = all.flatMap((rule) => rule.notes.map((note) => `${rule.place}: ${note}`))
  return { rules, refused: [...withReason, ...missing], notes }
}

function names(filter: FilterRule, rule: Rule): boolean {
  if (filter.rules === null) return true
  return filter.rules.some((name) => name === rule.id || name === rule.name)
}

function unknownRules(filter: FilterRule, all: readonly (AnyRule | RefusedRule)[]): RefusedRule[] {
  const unknown = (filter.rules ?? []).filter(
    (name) => !all.some((rule) => rule.id === name || rule.name === name),
  )
  return unknown.length === 0
    ? []
    : [refused(filter, `the filter names rules that are not here: ${unknown.join(', ')}`)]
}
