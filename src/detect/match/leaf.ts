/** `field|modifier|…: values` → tests. */
import { RE2JS } from 're2js'
import { Network } from '../../model/network.js'
import { isScalarValue, RuleError, type Plain, type Scalar } from '../parse/plain.js'
import type { Field } from './field.js'
import { both, either, not, type Leaf, type Node } from './node.js'
import { ANY, compilePattern, fold, plainText, type Piece } from './pattern.js'
import { piecesOf, TEXT_MODIFIERS } from './values.js'
import { isTimePart, timePart, type TimePart } from './time-part.js'

const NUMERIC = {
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
}
type Comparison = keyof typeof NUMERIC

interface Item {
  field: string | null
  alternatives: (readonly (readonly Piece[])[])[]
  scalars: readonly Scalar[]
  isAll: boolean
  cased: boolean
  negated: boolean
  what: 'text' | 're' | 'cidr' | 'exists' | 'fieldref'
  comparison: Comparison | null
  part: TimePart | null
  regexFlags: number
  /** Of a field reference. */
  place: 'contains' | 'startswith' | 'endswith' | null
}

export function parseItem(key: string, value: Plain): Node {
  const [field = '', ...modifiers] = key.split('|')
  const list = Array.isArray(value) ? (value as readonly Plain[]) : [value]
  if (list.length === 0) throw new RuleError(`${key}: an empty list`)
  const scalars = list.map((one) => {
    if (!isScalarValue(one))
      throw new RuleError(`${key}: a value that is neither text, number, boolean nor null`)
    return one
  })
  const item: Item = {
    field: field === '' ? null : field,
    alternatives: [],
    scalars,
    isAll: false,
    cased: false,
    negated: false,
    what: 'text',
    comparison: null,
    part: null,
    regexFlags: 0,
    place: null,
  }
  const isRegex = modifiers.includes('re')
  item.alternatives = scalars.map((scalar) => [isRegex ? [scalar.text] : piecesOf(scalar)])
  for (const modifier of modifiers) apply(item, modifier, key)
  if (item.field === null && item.what === 'text') item.alternatives = item.alternatives.map(anywhere)
  const leaves = scalars.map((scalar, at) => leafOf(item, scalar, item.alternatives[at] ?? [], key))
  const node = item.isAll ? both(leaves) : mergeEquals(leaves)
  return item.negated ? not(node) : node
}

/** A keyword is found anywhere in the event. */
function anywhere(alternatives: readonly (readonly Piece[])[]): (readonly Piece[])[] {
  return alternatives.map((pieces) => [ANY, ...pieces, ANY])
}

function apply(item: Item, modifier: string, key: string): void {
  if (modifier === 'all') item.isAll = true
  else if (modifier === 'cased') item.cased = true
  else if (modifier === 'neq') item.negated = true
  else if (modifier === 're' || modifier === 'cidr' || modifier === 'exists' || modifier === 'fieldref')
    item.what = modifier
  else if (Object.hasOwn(NUMERIC, modifier)) item.comparison = modifier as Comparison
  else if (isTimePart(modifier)) item.part = modifier
  else if (item.what === 're' && /^[ims]$/.test(modifier)) item.regexFlags |= REGEX_FLAGS[modifier as 'i']
  else if (item.what === 'fieldref' && /^(?:contains|startswith|endswith)$/.test(modifier))
    item.place = modifier as 'contains'
  else if (Object.hasOwn(TEXT_MODIFIERS, modifier)) {
    if (modifier === 'contains' || modifier === 'startswith' || modifier === 'endswith') item.place = modifier
    const change = TEXT_MODIFIERS[modifier]
    item.alternatives = item.alternatives.map((values) => values.flatMap((pieces) => change?.(pieces) ?? []))
  } else throw new RuleError(`${key}: the modifier ${modifier} is not known`)
}

const REGEX_FLAGS = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL }

function leafOf(item: Item, scalar: Scalar, alternatives: readonly (readonly Piece[])[], key: string): Leaf {
  const made = (test: Leaf['test'], more: Partial<Leaf> = {}): Leaf => ({
    kind: 'leaf',
    field: item.field,
    other: null,
    key: JSON.stringify([key, scalar.type, scalar.text]),
    equals: null,
    test,
    ...more,
  })
  if (item.what === 'exists') {
    if (!/^(?:true|false)$/i.test(scalar.text)) throw new RuleError(`${key}: exists is true or false`)
    const wanted = scalar.text.toLowerCase() === 'true'
    return made((field) => field.isPresent === wanted)
  }
  if (item.comparison !== null || item.part !== null) return made(numberTest(item, scalar, key))
  if (scalar.type === 'null') return made((field) => field.isNull)
  if (item.what === 're') return made(regexTest(scalar.text, item.regexFlags, key))
  if (item.what === 'cidr') return made(cidrTest(scalar.text, key))
  if (item.what === 'fieldref') return made(referenceTest(item), { other: scalar.text })
  return made(...textTest(alternatives, item.cased))
}

function textTest(
  alternatives: readonly (readonly Piece[])[],
  cased: boolean,
): [Leaf['test'], Pick<Leaf, 'equals'>] {
  const plain = alternatives.map(plainText)
  const equals = cased || plain.includes(null) ? null : plain.map((text) => fold(text ?? ''))
  const tests = alternatives.map((pieces) => compilePattern(pieces, cased))
  const test: Leaf['test'] = (field) =>
    (cased ? field.texts : field.folded).some((text) => tests.some((matches) => matches(text)))
  return [test, { equals }]
}

/** Many names of calls are one look-up. */
function mergeEquals(leaves: readonly Leaf[]): Node {
  const simple = leaves.filter(({ equals }) => equals !== null)
  if (simple.length < 2) return either(leaves)
  const equals = new Set(simple.flatMap((leaf) => leaf.equals ?? []))
  const merged: Leaf = {
    ...(simple[0] as Leaf),
    key: JSON.stringify(simple.map(({ key }) => key)),
    equals: [...equals],
    test: (field) => field.folded.some((text) => equals.has(text)),
  }
  return either([merged, ...leaves.filter((leaf) => leaf.equals === null)])
}

const MOST_REGEX = 10_000

function regexTest(source: string, flags: number, key: string): Leaf['test'] {
  if (source.length > MOST_REGEX)
    throw new RuleError(`${key}: a regular expression of ${source.length} characters`)
  try {
    const regex = RE2JS.compile(source, flags)
    return (field) => field.texts.some((text) => regex.matcher(text).find())
  } catch (error) {
    throw new RuleError(`${key}: ${(error as Error).message}`)
  }
}

function cidrTest(source: string, key: string): Leaf['test'] {
  const network = Network.read(source)
  if (network === undefined) throw new RuleError(`${key}: ${source} is not a network such as 10.0.0.0/8`)
  return (field) => field.texts.some((text) => network.has(text))
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

function numberTest({ comparison, part }: Item, scalar: Scalar, key: string): Leaf['test'] {
  if (!NUMBER.test(scalar.text)) throw new RuleError(`${key}: ${scalar.text} is not a number`)
  const wanted = Number(scalar.text)
  const compare = comparison === null ? (a: number, b: number) => a === b : NUMERIC[comparison]
  const valueOf = (text: string): number | null =>
    part !== null ? timePart(text, part) : NUMBER.test(text) ? Number(text) : null
  return (field) =>
    field.texts.some((text) => {
      const value = valueOf(text)
      return value !== null && compare(value, wanted)
    })
}

function referenceTest({ place, cased }: Item): Leaf['test'] {
  return (field, other) => {
    const read = (from: Field | null): readonly string[] => (cased ? from?.texts : from?.folded) ?? []
    return read(field).some((text) =>
      read(other).some((part) => {
        if (place === 'contains') return text.includes(part)
        if (place === 'startswith') return text.startsWith(part)
        return place === 'endswith' ? text.endsWith(part) : text === part
      }),
    )
  }
}
