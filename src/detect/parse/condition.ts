/** `selection and not 1 of filter_*` → a tree. */
import { both, either, not, type Node } from '../match/node.js'
import { compilePattern, parsePieces } from '../match/pattern.js'
import { RuleError } from './plain.js'

const MOST_CONDITION = 20_000
const MOST_DEPTH = 100

/** @throws RuleError for what is no condition. */
export function parseCondition(text: string, named: ReadonlyMap<string, Node>): Node {
  if (text.length > MOST_CONDITION) throw new RuleError(`a condition of ${text.length} characters`)
  if (text.includes('|'))
    throw new RuleError('the condition has a pipe (| count, | near): obsolete, write a correlation instead')
  const parser = new ConditionParser(text.match(/[()]|[^\s()]+/g) ?? [], named)
  return parser.parse()
}

class ConditionParser {
  #at = 0
  #depth = 0
  constructor(
    readonly tokens: readonly string[],
    readonly named: ReadonlyMap<string, Node>,
  ) {}

  parse(): Node {
    const node = this.#or()
    if (this.#at < this.tokens.length)
      throw new RuleError(`condition: ${this.tokens[this.#at] ?? ''} is not expected`)
    return node
  }

  #or(): Node {
    const nodes = [this.#and()]
    while (this.#takes('or')) nodes.push(this.#and())
    return either(nodes)
  }

  #and(): Node {
    const nodes = [this.#not()]
    while (this.#takes('and')) nodes.push(this.#not())
    return both(nodes)
  }

  #not(): Node {
    if (++this.#depth > MOST_DEPTH) throw new RuleError(`condition: nested deeper than ${MOST_DEPTH}`)
    const node = this.#takes('not') ? not(this.#not()) : this.#term()
    this.#depth--
    return node
  }

  #term(): Node {
    if (this.#takes('(')) {
      const node = this.#or()
      if (!this.#takes(')')) throw new RuleError('condition: a bracket is not closed')
      return node
    }
    const word = this.tokens[this.#at++]
    if (word === undefined) throw new RuleError('condition: it ends too early')
    const known = this.named.get(word)
    if (known !== undefined) return known
    if (/^(?:1|any|all)$/i.test(word) && this.#takes('of')) return this.#of(word)
    throw new RuleError(`condition: there is no ${word}`)
  }

  #of(quantity: string): Node {
    const pattern = this.tokens[this.#at++] ?? ''
    const isAll = pattern.toLowerCase() === 'them'
    const matches = compilePattern(parsePieces(pattern), true)
    const nodes = [...this.named].flatMap(([name, node]) =>
      (isAll ? !name.startsWith('_') : matches(name)) ? [node] : [],
    )
    if (nodes.length === 0) throw new RuleError(`condition: nothing is named ${pattern}`)
    return quantity.toLowerCase() === 'all' ? both(nodes) : either(nodes)
  }

  #takes(word: string): boolean {
    if (this.tokens[this.#at]?.toLowerCase() !== word) return false
    this.#at++
    return true
  }
}
