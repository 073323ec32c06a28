/** Correlations name rules: who needs whom, in which order. */
import { refused } from '../parse/load.js'
import type { CorrelationRule, RefusedRule, Rule } from '../parse/rule.js'

export interface Resolved {
  /** Each after the correlations that it names. */
  readonly correlations: readonly CorrelationRule[]
  /** Of each correlation, the rules that it names, in its order. */
  readonly parts: ReadonlyMap<CorrelationRule, readonly Rule[]>
  /** Rules that give no hits of their own. */
  readonly hidden: ReadonlySet<Rule>
  readonly refused: readonly RefusedRule[]
}

export function resolveCorrelations(rules: readonly Rule[], unusable: readonly RefusedRule[]): Resolved {
  return new Resolver(rules, unusable).resolve()
}

class Resolver {
  readonly #named = new Map<string, Rule | RefusedRule>()
  readonly #done = new Map<CorrelationRule, string | null>()
  readonly #open = new Set<CorrelationRule>()
  readonly #order: CorrelationRule[] = []
  readonly #parts = new Map<CorrelationRule, Rule[]>()

  constructor(
    readonly rules: readonly Rule[],
    unusable: readonly RefusedRule[],
  ) {
    for (const rule of [...rules, ...unusable])
      for (const name of [rule.id, rule.name])
        if (name !== null && !this.#named.has(name)) this.#named.set(name, rule)
  }

  resolve(): Resolved {
    const correlations = this.rules.filter((rule) => rule.kind === 'correlation')
    const unusable = correlations.flatMap((rule) => {
      const reason = this.#visit(rule)
      return reason === null ? [] : [refused(rule, reason)]
    })
    const hidden = new Set<Rule>()
    const shown = new Set<Rule>()
    for (const [rule, parts] of this.#parts)
      for (const part of parts) (rule.correlation.generate ? shown : hidden).add(part)
    for (const rule of shown) hidden.delete(rule)
    return { correlations: this.#order, parts: this.#parts, hidden, refused: unusable }
  }

  /** @returns why it cannot be evaluated. */
  #visit(rule: CorrelationRule): string | null {
    const known = this.#done.get(rule)
    if (known !== undefined) return known
    if (this.#open.has(rule)) return 'the correlation names itself, directly or through others'
    this.#open.add(rule)
    const reason = this.#visitParts(rule)
    this.#open.delete(rule)
    this.#done.set(rule, reason)
    if (reason === null) this.#order.push(rule)
    return reason
  }

  #visitParts(rule: CorrelationRule): string | null {
    const parts: Rule[] = []
    for (const name of rule.correlation.rules) {
      const part = this.#named.get(name)
      if (part === undefined) return `it names ${name}, which is not among the rules`
      if (part.kind === 'refused') return `it names ${name}, which is not evaluated: ${part.reason}`
      if (part.kind === 'correlation') {
        const reason = this.#visit(part)
        if (reason !== null)
          return part === rule ? reason : `it names ${name}, which is not evaluated: ${reason}`
      }
      parts.push(part)
    }
    this.#parts.set(rule, parts)
    return null
  }
}
