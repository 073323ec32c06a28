/** What the Sigma specification says about one rule and one event. */
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/detect/match/node.js'
import { recordField, wholeRecord } from '../../src/detect/match/field.js'
import { readDocuments } from '../../src/detect/parse/plain.js'
import { readRule } from '../../src/detect/parse/rule.js'

const HEAD = 'title: T\nlogsource: {product: aws, service: cloudtrail}\n'

function ruleOf(detection: string, head = HEAD) {
  const [document] = readDocuments(`${head}detection:\n${detection.replaceAll(/^/gm, '  ')}`)
  return readRule(document!, 'made.yml')
}

function reasonOf(detection: string, head?: string): string {
  const rule = ruleOf(detection, head)
  return rule.kind === 'refused' ? rule.reason : ''
}

function hits(detection: string, record: Record<string, unknown>): boolean {
  const rule = ruleOf(detection)
  if (rule.kind !== 'detection') throw new Error(rule.kind === 'refused' ? rule.reason : rule.kind)
  return evaluate(rule.node, (name) => (name === null ? wholeRecord(record) : recordField(record, name)))
}

const one = (item: string, record: Record<string, unknown>) => hits(`s:\n  ${item}\ncondition: s`, record)

describe('values', () => {
  it('compares text without case, also outside ASCII', () => {
    expect(one('f: STRASSE', { f: 'straße' })).toBe(true)
    expect(one('f: ΟΔΟΣ', { f: 'οδος' })).toBe(true)
    expect(one('f: abc', { f: 'abcd' })).toBe(false)
    expect(one('f|cased: abc', { f: 'ABC' })).toBe(false)
  })

  it.each([
    ["'a*c'", 'abbc', true],
    ["'a?c'", 'abc', true],
    ["'a?c'", 'ac', false],
    ["'a?c'", 'a😀c', true],
    ["'a*b?d*'", 'axxbbcdzz', true],
    [String.raw`'a\*c'`, 'a*c', true],
    [String.raw`'a\*c'`, 'abc', false],
    [String.raw`'a\\*'`, String.raw`a\bc`, true],
    [String.raw`'a\\*'`, 'a*', false],
    [String.raw`'a\\\*c'`, String.raw`a\*c`, true],
    [String.raw`'a\b'`, String.raw`a\b`, true],
    [String.raw`'a\\b'`, String.raw`a\b`, true],
    [String.raw`'a\\\\b'`, String.raw`a\\b`, true],
    ["'*'", '', true],
    ["''", '', true],
    ["''", 'a', false],
  ])('wildcards and escapes: %s against %s', (pattern, text, expected) => {
    expect(one(`f: ${pattern}`, { f: text })).toBe(expected)
  })

  it('compares numbers and booleans as they are written', () => {
    expect(one('f: 012345678901', { f: '012345678901' })).toBe(true)
    expect(one('f: 443', { f: 443 })).toBe(true)
    expect(one('f: true', { f: 'true' })).toBe(true)
    expect(one("f: 'False'", { f: false })).toBe(true)
  })

  it('takes null as absent or null, and exists as present', () => {
    expect(one('f: null', {})).toBe(true)
    expect(one('f: null', { f: null })).toBe(true)
    expect(one('f: null', { f: '' })).toBe(false)
    expect(one('f|exists: true', { f: null })).toBe(true)
    expect(one('f|exists: false', {})).toBe(true)
  })

  it('is false of an absent field, and true of its negation', () => {
    expect(hits('a:\n  f: x\ncondition: a', {})).toBe(false)
    expect(hits('a:\n  f: x\ncondition: not a', {})).toBe(true)
    expect(hits('a:\n  f: x\ncondition: not (not a)', {})).toBe(false)
    expect(one('f|neq: x', {})).toBe(true)
    expect(one('f|neq: x', { f: 'X' })).toBe(false)
  })

  it('takes a list by any element, also on the way, and an object by its JSON and its values', () => {
    const record = { r: { items: [{ cidr: '10.0.0.1' }, { cidr: '0.0.0.0/0' }], tags: ['a', 'b'] } }
    expect(one('r.items.cidr: 0.0.0.0/0', record)).toBe(true)
    expect(one('r.tags: b', record)).toBe(true)
    expect(one(`r|contains: '"cidr":"0.0.0.0/0"'`, record)).toBe(true)
    expect(one('r|contains: 10.0.0', record)).toBe(true)
    const policy = { requestParameters: { policy: '{"Action":"s3:GetObject"}' } }
    expect(one(`requestParameters|contains|all: ['"s3:GetObject"', Action]`, policy)).toBe(true)
  })

  it('finds keys with dots', () => {
    expect(one('a.b.c: x', { 'a.b': { c: 'x' } })).toBe(true)
    expect(one('a.b.c: x', { a: { 'b.c': 'x' } })).toBe(true)
  })
})

describe('modifiers', () => {
  it.each([
    ['f|contains: b*d', { f: 'abcde' }, true],
    ['f|startswith: ab', { f: 'ABC' }, true],
    ['f|endswith: bc', { f: 'abcd' }, false],
    ['f|contains|all: [a, c]', { f: 'abc' }, true],
    ['f|contains|all: [a, d]', { f: 'abc' }, false],
    ["f|windash|contains: ' -f'", { f: 'x /f' }, true],
    ["f|windash|contains: ' -f'", { f: 'x —f' }, true],
    ["f|re: '^a.c$'", { f: 'abc' }, true],
    ["f|re: '^a.c$'", { f: 'ABC' }, false],
    ["f|re|i: '^a.c$'", { f: 'ABC' }, true],
    ["f|re|m: '^b$'", { f: 'a\nb' }, true],
    ["f|re|s: 'a.b'", { f: 'a\nb' }, true],
    ["f|re: 'a.b'", { f: 'a\nb' }, false],
    ['f|base64: foobar', { f: 'Zm9vYmFy' }, true],
    ['f|base64offset|contains: /bin/bash', { f: Buffer.from('x /bin/bash -c').toString('base64') }, true],
    ['f|wide|base64offset|contains: cmd', { f: Buffer.from('a cmd', 'utf16le').toString('base64') }, true],
    ['f|utf16be|base64: é', { f: Buffer.from([0, 0xe9]).toString('base64') }, true],
    ['f|utf16|base64: a', { f: Buffer.from([0xff, 0xfe, 0x61, 0]).toString('base64') }, true],
    ['f|lt: 5', { f: 4 }, true],
    ['f|lte: 5', { f: '5' }, true],
    ['f|gt: 5', { f: 'x' }, false],
    ['f|gte: 5', {}, false],
    ['f|cidr: 10.0.0.0/8', { f: '10.1.2.3' }, true],
    ['f|cidr: 10.0.0.0/8', { f: '11.1.2.3' }, false],
    ['f|cidr: 2001:db8::/32', { f: '2001:DB8::1' }, true],
    ['f|cidr: [10.0.0.0/8, 192.168.0.0/16]', { f: 'ec2.amazonaws.com' }, false],
    ['f|hour: 3', { f: '2023-07-10T03:04:05Z' }, true],
    ['f|hour|gte: 22', { f: '2023-07-10T23:04:05Z' }, true],
    ['f|minute: 4', { f: '2023-07-10T03:04:05Z' }, true],
    ['f|day: 10', { f: '2023-07-10' }, true],
    ['f|week: 52', { f: '2023-01-01' }, true],
    ['f|week: 1', { f: '2024-12-30' }, true],
    ['f|month: 7', { f: '2023-07-10' }, true],
    ['f|year: 2023', { f: '2023-07-10' }, true],
    ['f|fieldref: g', { f: 'A', g: 'a' }, true],
    ['f|fieldref|endswith: g', { f: 'user/a', g: 'A' }, true],
    ['f|fieldref|neq: g', { f: 'A', g: 'b' }, true],
    ['f|fieldref: g', { f: 'a' }, false],
    [String.raw`f|expand: 'a\%b\%'`, { f: 'a%b%' }, true],
  ])('%s', (item, record, expected) => {
    expect(one(item, record)).toBe(expected)
  })

  it.each([
    ['f|expand: "%admins%"', /placeholder %admins%/],
    ['f|nonsense: 1', /nonsense is not known/],
    ["f|re: '(?<=a)b'", /f\|re/],
    ['f|cidr: 10.0.0.0/64', /not a network/],
    ['f|gt: x', /not a number/],
    ['f: []', /empty list/],
    ['f: {g: x}', /neither text/],
    [`f|windash: '${' -a'.repeat(9)}'`, /dashes/],
  ])('refuses %s', (item, reason) => {
    expect(reasonOf(`s:\n  ${item}\ncondition: s`)).toMatch(reason)
  })
})

describe('search identifiers and conditions', () => {
  const ABC = 'a: {f: 1}\nb: {g: 1}\nc: {h: 1}\n_d: {i: 1}\n'
  it.each([
    ['a or b and not c', { f: 1, h: 1 }, true],
    ['(a or b) and not c', { f: 1, h: 1 }, false],
    ['NOT a AND B'.replace('B', 'b'), { g: 1 }, true],
    ['1 of them', { i: 1 }, false],
    ['all of them', { f: 1, g: 1, h: 1 }, true],
    ['1 of _*', { i: 1 }, true],
    ['all of a*', { f: 1 }, true],
    ['[a, c]', { h: 1 }, true],
  ])('%s', (condition, record, expected) => {
    expect(hits(`${ABC}condition: ${condition}`, record)).toBe(expected)
  })

  it('takes a list of maps as alternatives, and a list of texts as words of the whole event', () => {
    expect(hits('a:\n  - f: 1\n    g: 1\n  - h: 1\ncondition: a', { h: 1 })).toBe(true)
    expect(
      hits("k: [EVILSERVICE, 'svchost.exe -n evil']\ncondition: k", { f: { g: 'x evilservice y' } }),
    ).toBe(true)
    expect(hits("k: {'|all': [one, two]}\ncondition: k", { f: 'one', g: ['two'] })).toBe(true)
    expect(hits("k: {'|all': [one, two]}\ncondition: k", { f: 'one' })).toBe(false)
  })

  it.each([
    ['a: {f: 1}\ncondition: a | count() > 5', /pipe/],
    ['a: {f: 1}\ncondition: a and', /too early/],
    ['a: {f: 1}\ncondition: (a', /not closed/],
    ['a: {f: 1}\ncondition: b', /there is no b/],
    ['a: {f: 1}\ncondition: 1 of b*', /nothing is named b\*/],
    ['a: {f: 1}', /no condition/],
    [`a: {f: 1}\ncondition: ${'('.repeat(500)}a${')'.repeat(500)}`, /nested deeper/],
  ])('refuses %s', (detection, reason) => {
    expect(reasonOf(detection)).toMatch(reason)
  })

  it('refuses other log sources and taxonomies, YAML that is none, and aliases that explode', () => {
    expect(reasonOf('a: {f: 1}\ncondition: a', 'title: T\nlogsource: {product: windows}\n')).toMatch(
      /windows/,
    )
    expect(reasonOf('a: {f: 1}\ncondition: a', `${HEAD}taxonomy: ecs\n`)).toMatch(/ecs/)
    expect(reasonOf('a: {f: "1}\ncondition: a')).toMatch(/not YAML/)
    const bomb = ['a0: &a0 [x, x]']
    for (let at = 1; at < 40; at++) bomb.push(`a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`)
    expect(reasonOf(`${bomb.join('\n')}\ncondition: a1`)).toMatch(/counting those in aliases|nested deeper/)
  })

  it('matches a slow expression in linear time', () => {
    expect(one("f|re: '^(a+)+$'", { f: `${'a'.repeat(5000)}b` })).toBe(false)
  })
})
