import { describe, expect, it } from 'vitest'
import { typedCase, withCase } from '../../src/cli/parse/typed-case.js'

describe('the case in what is suggested', () => {
  it.each([
    [['--case', 'a b.sqlite'], 'a b.sqlite'],
    [['x', '--case=c', '--limit', '3'], 'c'],
    [['--case', 'first', '--case', 'last'], 'last'],
    [['x'], undefined],
    [['--case', 'c', '--', '--case=x'], 'c'],
    [['--event=--case', 'x'], undefined],
  ])('of %j is %s', (argv, expected) => {
    expect(typedCase(argv)).toBe(expected)
  })

  it.each([
    [`records: coldtrail find text '"x"'`, `records: coldtrail find text --case 'a b' '"x"'`],
    ['run coldtrail index again', "run coldtrail index --case 'a b' again"],
    ['see with: coldtrail verify', "see with: coldtrail verify --case 'a b'"],
    ['coldtrail digest verify --keys k', "coldtrail digest verify --case 'a b' --keys k"],
    ['coldtrail show X, coldtrail info.', "coldtrail show --case 'a b' X, coldtrail info --case 'a b'."],
  ])('is in %s', (line, expected) => {
    expect(withCase(line, 'a b')).toBe(expected)
    expect(withCase(line, undefined)).toBe(line)
  })

  it.each([
    'coldtrail handoff verify out.sqlite',
    'coldtrail log verify q.jsonl',
    'coldtrail index FOLDER --case c',
    'another coldtrail is indexing',
    'a newer coldtrail',
  ])('is not in %s', (line) => {
    expect(withCase(line, 'c2')).toBe(line)
  })
})
