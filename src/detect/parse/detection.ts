/** The detection section: search identifiers and their condition → one tree. */
import { parseItem } from '../match/leaf.js'
import { both, either, type Node } from '../match/node.js'
import { parseCondition } from './condition.js'
import { isList, isMapping, isScalarValue, RuleError, textsOf, type Plain } from './plain.js'

/** @throws RuleError */
export function parseDetection(detection: ReadonlyMap<string, Plain>, skip: readonly string[] = []): Node {
  const named = new Map<string, Node>()
  for (const [name, value] of detection) {
    if (name === 'condition' || name === 'timeframe' || skip.includes(name)) continue
    named.set(name, identifier(name, value))
  }
  const conditions = textsOf(detection.get('condition'))
  if (conditions.length === 0) throw new RuleError('it has no condition')
  if (named.size === 0) throw new RuleError('it has nothing to search for')
  return either(conditions.map((condition) => parseCondition(condition, named)))
}

function identifier(name: string, value: Plain): Node {
  if (isMapping(value)) return ofMap(name, value)
  if (isScalarValue(value)) return parseItem('', value)
  if (!isList(value) || value.length === 0) throw new RuleError(`${name} is empty`)
  const keywords = value.filter(isScalarValue)
  const others = value.flatMap((item) => (isScalarValue(item) ? [] : [identifier(name, item)]))
  return either([...(keywords.length === 0 ? [] : [parseItem('', keywords)]), ...others])
}

function ofMap(name: string, map: ReadonlyMap<string, Plain>): Node {
  if (map.size === 0) throw new RuleError(`${name} is empty`)
  return both([...map].map(([key, value]) => parseItem(key, value)))
}
