import fc from 'fast-check'
import { expect, it } from 'vitest'
import { afterPrefix, asStored, matches, readPattern } from '../../src/query/value.js'

it.each([
  ['alice', { text: 'alice', isPrefix: false }],
  ['alice*', { text: 'alice', isPrefix: true }],
  ['*', { text: '', isPrefix: true }],
  ['alice\\*', { text: 'alice*', isPrefix: false }],
  ['a\\*b*', { text: 'a*b', isPrefix: true }],
  ['a*b', { text: 'a*b', isPrefix: false }],
  ['a%_', { text: 'a%_', isPrefix: false }],
  ['', { text: '', isPrefix: false }],
])('reads %s', (typed, pattern) => {
  expect(readPattern(typed)).toEqual(pattern)
})

it('spells names as the case holds them', () => {
  expect(asStored('a\0b\ud800')).toBe('a\u2400b\ufffd')
})

it('makes a range of a prefix', () => {
  expect(matches('name', readPattern('ab*'))).toEqual({ sql: 'name >= ? AND name < ?', params: ['ab', 'ac'] })
  expect(matches('name', readPattern('*'))).toEqual({ sql: 'name >= ?', params: [''] })
  expect(matches('name', readPattern('ab'))).toEqual({ sql: 'name = ?', params: ['ab'] })
})

it.each([
  ['a\u{10ffff}', 'b'],
  ['\u{10ffff}', undefined],
  ['\ud7ff', '\ue000'],
  ['\uffff', '\u{10000}'],
  ['z', '{'],
  ['', undefined],
])('ends the range of %j at %j', (prefix, end) => {
  expect(afterPrefix(prefix)).toBe(end)
})

it('holds exactly the strings that begin with the prefix, by bytes', () => {
  const bytes = (text: string) => Buffer.from(text)
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ unit: 'binary' }),
      (prefix, other) => {
        const end = afterPrefix(prefix)
        for (const text of [prefix + other, other]) {
          const isIn =
            bytes(text).compare(bytes(prefix)) >= 0 &&
            (end === undefined || bytes(text).compare(bytes(end)) < 0)
          expect(isIn).toBe(text.startsWith(prefix))
        }
      },
    ),
  )
})
