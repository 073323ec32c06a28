import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { afterPrefix, asStored, matches, matchesAnyCase, readPattern } from '../../src/query/find/value.js'

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

it('matches names in any case of A to Z, and no others, through their index', () => {
  const db = new Database(':memory:')
  db.exec('CREATE TABLE r (name TEXT); CREATE INDEX i ON r (name COLLATE NOCASE)')
  const small = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  const near = fc.string({
    unit: fc.constantFrom('a', 'A', 'z', 'Z', '@', '[', '_', '`', '{', 'é', '\u{10ffff}'),
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.array(near, { minLength: 1 }), near, fc.boolean(), (names, text, isPrefix) => {
      db.exec('DELETE FROM r')
      for (const name of names) db.prepare('INSERT INTO r VALUES (?)').run(name)
      const { sql, params } = matchesAnyCase('name', { text, isPrefix })
      const found = db.prepare(`SELECT name FROM r INDEXED BY i WHERE ${sql}`).pluck().all(params)
      const meant = names.filter((name) =>
        isPrefix ? small(name).startsWith(small(text)) : small(name) === small(text),
      )
      expect(found.sort()).toEqual(meant.sort())
    }),
  )
  db.close()
})
