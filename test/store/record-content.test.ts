import { describe, expect, it } from 'vitest'
import { canonicalContent } from '../../src/store/record-content.js'

const content = (text: string | Buffer): string => {
  const found = canonicalContent(Buffer.from(text))
  return typeof found === 'string' ? found : `bytes ${found.toString('hex')}`
}

describe('equal content', () => {
  it.each([
    ['keys in another order', '{"a":1,"b":{"c":[1,2],"d":null}}', '{"b":{"d":null,"c":[1,2]},"a":1}'],
    ['white space', '{"a":[1,{"b":"x y"}]}', ' {\r\n\t"a" : [ 1 , { "b" : "x y" } ] } '],
    ['escapes', '{"a/\\u00e9":"\\u0041\\/\\n\\u2028"}', '{"\\u0061/é":"A/\\u000a\u2028"}'],
    ['a pair of surrogates', '"\\ud83d\\ude00"', '"😀"'],
    ['nothing in them', '{"a":{},"b":[]}', '{"b":[ ],"a":{ }}'],
    ['values of every kind', '[true,false,null,-0.5e+7,"",{}]', '[ true, false, null, -0.5e+7, "", {} ]'],
  ])('%s', (_, a, b) => {
    expect(content(a)).toBe(content(b))
  })
})

describe('different content', () => {
  it.each([
    ['digits beyond a double', '{"a":12345678901234.672}', '{"a":12345678901234.673}'],
    ['long digits', '{"a":9007199254740992}', '{"a":9007199254740993}'],
    [
      'two long numbers in each other’s place',
      '{"a":90071992547409921,"b":90071992547409922}',
      '{"a":90071992547409922,"b":90071992547409921}',
    ],
    ['more than a double can hold', '[1e400]', '[1e500]'],
    ['less than a double can hold', '[1e-400]', '[0]'],
    ['the sign of zero', '[0]', '[-0]'],
    ['the spelling of a number', '[1]', '[1.0]'],
    ['a number and its text', '[1]', '["1"]'],
    ['a repeated key', '{"a":1,"a":2}', '{"a":2}'],
    ['the order of a repeated key', '{"a":1,"a":2}', '{"a":2,"a":1}'],
    ['a repeated key in another spelling', '{"a":1,"\\u0061":2}', '{"a":2}'],
    ['lone surrogates', '["\\ud800"]', '["\\ud801"]'],
    ['a lone surrogate and its replacement', '["\\ud800"]', '["\ufffd"]'],
    ['the order of a list', '[1,2]', '[2,1]'],
    ['a list and an object', '{"a":[]}', '{"a":{}}'],
    ['levels', '[[1],2]', '[[1,2]]'],
    ['white space in a text', '["a b"]', '["a  b"]'],
    ['what is no JSON', '{"a":1', '{"a":1 '],
  ])('%s', (_, a, b) => {
    expect(content(a)).not.toBe(content(b))
  })

  it('in bytes that are not UTF-8', () => {
    const texts = [Buffer.from('"\xff"', 'latin1'), Buffer.from('"\xfe"', 'latin1'), Buffer.from('"\ufffd"')]
    expect(new Set(texts.map(content)).size).toBe(3)
  })
})

it('is read from records nested as deep as JSON.parse goes', () => {
  const depth = 100_000
  const nested = (inner: string): string => `${'{"b":1,"a":['.repeat(depth)}${inner}${']}'.repeat(depth)}`
  const turned = `${'{ "a":['.repeat(depth)}"x"${'],"b":1}'.repeat(depth)}`
  expect(content(nested('"x"')) === content(turned)).toBe(true)
  expect(content(nested('"x"')) === content(nested('"y"'))).toBe(false)
})

/** The text of a value with its keys in another order and other white space, from a seed. */
function respelled(value: unknown, next: () => number): string {
  const space = ['', ' ', '\n\t'][next() % 3] ?? ''
  if (Array.isArray(value))
    return `[${space}${value.map((inner) => respelled(inner, next)).join(`${space},`)}${space}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
  if (next() % 2 === 0) members.reverse()
  const texts = members.map(([key, inner]) => `${JSON.stringify(key)}${space}:${respelled(inner, next)}`)
  return `{${space}${texts.join(`,${space}`)}}`
}

it('is the same for values of every shape in every spelling', () => {
  let seed = 7
  const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) >> 8
  const make = (depth: number): unknown => {
    const kind = next() % (depth > 4 ? 4 : 6)
    if (kind === 0) return next()
    if (kind === 1) return `t${next() % 100}"\\é\u0001`
    if (kind === 2) return next() % 2 === 0
    if (kind === 3) return null
    const inner = Array.from({ length: next() % 5 }, () => make(depth + 1))
    return kind === 4 ? inner : Object.fromEntries(inner.map((value, at) => [`k${at}`, value]))
  }
  for (let round = 0; round < 500; round++) {
    const value = make(0)
    const written = content(respelled(value, next))
    expect(written).toBe(content(respelled(value, next)))
    expect(JSON.parse(written)).toEqual(value)
  }
})
