/** A repeated key is reported in any text, and nothing else is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textRepeatsKey } from '../../src/decode/repeated-keys.js'

const KEYS = ['a', '', '__proto__', '0', 'a"b', 'a\\', ':', '":', '{}', 'é', '\u2028']
const space = fc.constantFrom('', ' ', '\n\t ')
const literal = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(...KEYS, '\\"', '"a":1'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  )
  .map((value) => JSON.stringify(value))

/** JSON as text, printed in any way, and whether it has an object with two equal keys. */
interface Written {
  readonly text: string
  readonly repeats: boolean
}

const { value } = fc.letrec<{ value: Written; list: Written; object: Written }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal.map((text) => ({ text, repeats: false })),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }).map((items) => ({
    text: `[${items.map(({ text }) => text).join(' , ')}]`,
    repeats: items.some(({ repeats }) => repeats),
  })),
  object: fc
    .array(fc.tuple(fc.constantFrom(...KEYS), fc.boolean(), space, tie('value')), { maxLength: 5 })
    .map((members) => ({
      text: `{${members
        .map(([key, isEscaped, gap, { text }]) => `${gap}${written(key, isEscaped)}${gap}:${gap}${text}`)
        .join(',')}}`,
      repeats:
        new Set(members.map(([key]) => key)).size < members.length ||
        members.some(([, , , { repeats }]) => repeats),
    })),
}))

/** The same key, spelt with escapes. */
function written(key: string, isEscaped: boolean): string {
  if (!isEscaped) return JSON.stringify(key)
  return `"${Array.from(key, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
}

describe('a repeated key', () => {
  it('is found in every JSON that has one, and in no other', () => {
    let found = 0
    fc.assert(
      fc.property(value, ({ text, repeats }) => {
        if (repeats) found++
        expect({ text, repeats: textRepeatsKey(text) }).toEqual({ text, repeats })
      }),
      { numRuns: 20_000 },
    )
    expect(found).toBeGreaterThan(1000)
  })

  it('is looked for however deep the nesting', () => {
    const nested = (inner: string): string => `${'{"a":['.repeat(3000)}${inner}${']}'.repeat(3000)}`
    expect(textRepeatsKey(nested('{"b":1}'))).toBe(false)
    expect(textRepeatsKey(nested('{"b":1,"b":2}'))).toBe(true)
  })

  it('is not reported for text that is not JSON', () => {
    expect(textRepeatsKey('{"a":1,"a":2')).toBe(false)
    expect(textRepeatsKey('a,"b","c"')).toBe(false)
  })
})
