/**
 * A rule as a condition on the rows of `event`: tests on dictionaries become sets of ids; what only the record can answer
 * stays open, and is asked of the events that the rest leaves.
 */
import type { Leaf, Node } from '../match/node.js'
import { columnOf, eventColumnOf, type DictionaryName } from './columns.js'
import { intersected, inverted, united, type Bits, type Dictionaries } from './dictionary.js'

export type Part =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'set'; readonly dictionary: DictionaryName; readonly bits: Bits }
  /** A test on a column of the event itself. */
  | { readonly kind: 'event'; readonly leaf: Leaf; readonly column: string; readonly negated: boolean }
  /** Only the record can say. */
  | { readonly kind: 'open' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Part[] }

const ALWAYS: Part = { kind: 'always' }
const NEVER: Part = { kind: 'never' }

export function planOf(node: Node, dictionaries: Dictionaries, negated = false): Part {
  const dictionary = onlyDictionary(node)
  if (dictionary !== null) {
    const bits = dictionaries.of(dictionary).bitsOf(node)
    return setOf(dictionary, negated ? inverted(bits) : bits)
  }
  switch (node.kind) {
    case 'leaf': {
      const column = node.other === null ? eventColumnOf(node.field) : null
      return column === null ? { kind: 'open' } : { kind: 'event', leaf: node, column, negated }
    }
    case 'not':
      return planOf(node.node, dictionaries, !negated)
    case 'and':
    case 'or': {
      const isAnd = (node.kind === 'and') !== negated
      return combined(
        isAnd ? 'and' : 'or',
        node.nodes.map((part) => planOf(part, dictionaries, negated)),
      )
    }
  }
}

/** The dictionary that answers all of it. */
function onlyDictionary(node: Node): DictionaryName | null {
  if (node.kind === 'leaf') {
    const column = columnOf(node.field)
    if (column === null) return null
    return node.other === null || columnOf(node.other)?.dictionary === column.dictionary
      ? column.dictionary
      : null
  }
  if (node.kind === 'not') return onlyDictionary(node.node)
  const [first = null, ...others] = node.nodes.map(onlyDictionary)
  return others.every((other) => other === first) ? first : null
}

function setOf(dictionary: DictionaryName, bits: Bits): Part {
  const count = bits.reduce((sum, bit) => sum + bit, 0)
  if (count === 0) return NEVER
  return count === bits.length ? ALWAYS : { kind: 'set', dictionary, bits }
}

function combined(kind: 'and' | 'or', parts: readonly Part[]): Part {
  const [ends, drops] = kind === 'and' ? (['never', 'always'] as const) : (['always', 'never'] as const)
  const flat = parts.flatMap((part) =>
    part.kind === kind ? (part as { parts: readonly Part[] }).parts : [part],
  )
  const sets = new Map<DictionaryName, Bits>()
  const others: Part[] = []
  for (const part of flat) {
    if (part.kind === 'set') {
      const known = sets.get(part.dictionary)
      const join = kind === 'and' ? intersected : united
      sets.set(part.dictionary, known === undefined ? part.bits : join(known, part.bits))
    } else if (part.kind !== drops) others.push(part)
  }
  const joined = [...[...sets].map(([dictionary, bits]) => setOf(dictionary, bits)), ...others]
  if (joined.some((part) => part.kind === ends)) return kind === 'and' ? NEVER : ALWAYS
  const kept = joined.filter((part) => part.kind !== drops)
  if (kept.length === 0) return kind === 'and' ? ALWAYS : NEVER
  return kept.length === 1 ? (kept[0] as Part) : { kind, parts: kept }
}

export function isOpen(part: Part): boolean {
  return part.kind === 'open' || ('parts' in part && part.parts.some(isOpen))
}

/** What every event that can meet it has: the record may say yes to what is open. */
export function possible(part: Part): Part {
  if (part.kind === 'open') return ALWAYS
  return 'parts' in part ? combined(part.kind, part.parts.map(possible)) : part
}

/** Sets that every event that meets it lies in. */
export function impliedSets(part: Part): ReadonlyMap<DictionaryName, Bits> {
  if (part.kind === 'set') return new Map([[part.dictionary, part.bits]])
  if (!('parts' in part)) return new Map()
  const [first = new Map<DictionaryName, Bits>(), ...others] = part.parts.map(impliedSets)
  const implied = new Map(first)
  if (part.kind === 'and') {
    for (const sets of others)
      for (const [name, bits] of sets) {
        const known = implied.get(name)
        implied.set(name, known === undefined ? bits : intersected(known, bits))
      }
    return implied
  }
  for (const [name, bits] of first) {
    const each = others.map((sets) => sets.get(name))
    if (each.some((other) => other === undefined)) implied.delete(name)
    else
      implied.set(
        name,
        each.reduce<Bits>((sum, other) => united(sum, other as Bits), bits),
      )
  }
  return implied
}
