import { describe, expect, it } from 'vitest'
import { membersOf } from '../../src/decode/member-text.js'

const KEYS = ['requestParameters', 'responseElements']

describe('the exact text of a member', () => {
  it.each([
    ['{"requestParameters":{"a":1.0e2 , "b":"\\u0041"},"x":1}', '{"a":1.0e2 , "b":"\\u0041"}'],
    ['{ "x" : "requestParameters\\":{" ,\n "requestParameters" : null }', 'null'],
    ['{"a":{"requestParameters":1},"requestParameters":12345678901234567890}', '12345678901234567890'],
    ['{"requestParameters":1,"requestParameters":[2]}', '[2]'],
    ['{"request\\u0050arameters":"é"}', '"é"'],
  ])('of %s', (text, expected) => {
    expect(membersOf(text, KEYS).get('requestParameters')).toBe(expected)
  })

  it.each([
    '',
    'x',
    '[1]',
    '{',
    '{"requestParameters"',
    '{"requestParameters":',
    '{"requestParameters":{"a":1}',
    '{1:2}',
  ])('is absent, and no error, in %s', (text) => {
    expect(membersOf(text, KEYS).get('responseElements')).toBeUndefined()
  })
})
