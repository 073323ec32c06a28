/** For any rules and records, the case gives the events that a plain evaluation of every record gives. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { detect } from '../../src/detect/detect.js'
import { columnOf } from '../../src/detect/case/columns.js'
import { ABSENT, columnField, recordField, wholeRecord, type Field } from '../../src/detect/match/field.js'
import { evaluate } from '../../src/detect/match/node.js'
import { loadRules } from '../../src/detect/parse/load.js'
import { query } from '../helpers/cli-case.js'
import { SOAK, times } from '../helpers/counts.js'
import { BASE, makeCase, withId, writeRules } from './made-case.js'

type Json = Record<string, unknown>

const WORDS = [
  'alpha',
  'Alpha',
  'beta',
  'be*a',
  'β',
  'ß',
  'ss',
  '',
  'a.b',
  'true',
  '7',
  '10.0.0.1',
  '2001:db8::1',
]
const word = fc.constantFrom(...WORDS)
const scalar = fc.oneof(word, fc.constant(null), fc.boolean(), fc.integer({ min: -3, max: 12 }))
const tree: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.record(
    { a: scalar, b: fc.array(fc.record({ c: scalar }, { requiredKeys: [] }), { maxLength: 2 }) },
    { requiredKeys: [] },
  ),
)
const record: fc.Arbitrary<Json> = fc.record(
  {
    eventName: word,
    eventSource: word,
    errorCode: fc.oneof(word, fc.constant(null)),
    userAgent: word,
    sourceIPAddress: fc.oneof(word, fc.constantFrom('10.1.2.3', '192.0.2.1')),
    readOnly: fc.constantFrom(true, false, 'true', null),
    awsRegion: word,
    requestParameters: tree,
    responseElements: tree,
    eventTime: fc.constantFrom('2024-05-06T07:08:09Z', '2024-12-30T23:00:00Z'),
    userIdentity: fc.record(
      { type: word, userName: word, arn: word, accessKeyId: word, invokedBy: word },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

const FIELDS = [
  'eventName',
  'eventSource',
  'errorCode',
  'userAgent',
  'sourceIPAddress',
  'readOnly',
  'awsRegion',
  'userIdentity.userName',
  'userIdentity.type',
  'requestParameters',
  'requestParameters.a',
  'requestParameters.b.c',
  'responseElements.b',
]
const field = fc.constantFrom(...FIELDS)
const text = fc.constantFrom(...WORDS, 'b*', '*a', 'b?ta', 'a', 'alp')
const quoted = text.map((one) => JSON.stringify(one))
const item = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(field, fc.constantFrom('', '|contains', '|startswith', '|endswith', '|cased', '|neq'), quoted)
      .map(([f, m, v]) => `${f}${m}: ${v}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(field, fc.array(quoted, { minLength: 1, maxLength: 3 }))
      .map(([f, v]) => `${f}: [${v.join(', ')}]`),
  },
  fc
    .tuple(field, fc.array(quoted, { minLength: 2, maxLength: 2 }))
    .map(([f, v]) => `${f}|contains|all: [${v.join(', ')}]`),
  field.map((f) => `${f}: null`),
  fc.tuple(field, fc.boolean()).map(([f, v]) => `${f}|exists: ${String(v)}`),
  field.map((f) => `${f}|re: '^[ab]'`),
  fc.tuple(field, fc.constantFrom('gt', 'lte')).map(([f, m]) => `${f}|${m}: 5`),
  fc.tuple(field, field).map(([f, g]) => `${f}|fieldref: ${g}`),
  fc.constantFrom(
    'sourceIPAddress|cidr: 10.0.0.0/8',
    'eventTime|hour: 7',
    'eventTime|week: 1',
    'eventTime|month|neq: 5',
  ),
)
const map = fc
  .uniqueArray(item, { minLength: 1, maxLength: 3, selector: (one) => one.split(': ')[0] })
  .map((items) => `{${items.map((one) => one.replace(/^([^:]*): /, '"$1": ')).join(', ')}}`)
const selection = fc.oneof(
  { weight: 5, arbitrary: map },
  fc.array(map, { minLength: 2, maxLength: 2 }).map((maps) => `[${maps.join(', ')}]`),
  quoted.map((one) => `[${one}]`),
)
const condition = fc.constantFrom(
  'a',
  'not a',
  'a and b',
  'a or b',
  'a and not b',
  'not (a or b)',
  '1 of them',
  'all of them',
  'a and not (b or not a)',
)
const rule = fc
  .tuple(selection, selection, condition)
  .map(
    ([a, b, c]) =>
      `title: T\nlogsource: {product: aws}\ndetection:\n  a: ${a}\n  b: ${b}\n  condition: ${c}\n`,
  )

/** A field as the case has it: columns hold scalars, and null as nothing. */
function readPlain(of: Json, name: string | null): Field {
  if (name === null) return wholeRecord(of)
  if (name !== 'eventTime' && columnOf(name) === null) return recordField(of, name)
  const value = name.split('.').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], of)
  if (name === 'readOnly' && typeof value === 'string' && value !== 'true') return ABSENT
  if (typeof value === 'number' || typeof value === 'boolean') return columnField(String(value))
  return typeof value === 'string' ? columnField(value) : ABSENT
}

it('finds by columns and records what a plain evaluation of every record finds', { tags: SOAK }, async () => {
  const seed = times(4711, Date.now())
  const records = fc
    .sample(record, { seed, numRuns: 150 })
    .map((one, at) =>
      withId({ eventTime: BASE['eventTime'], recipientAccountId: '111122223333', ...one }, at),
    )
  const caseFile = await makeCase(records)
  const rules = fc
    .sample(rule, { seed, numRuns: times(400, 5000) })
    .map((one, at) => one.replace('title: T', `title: T${at}`))
  const file = writeRules(rules.join('---\n'))
  const set = loadRules([file])
  expect(set.refused).toEqual([])
  expect(set.rules).toHaveLength(rules.length)
  await detect({
    casePath: caseFile,
    rulePaths: [file],
    withPack: false,
    store: true,
    workers: 0,
    toolVersion: 'test',
  })
  const found = new Map<string, Set<string>>()
  for (const { title, event_id } of query<{ title: string; event_id: string }>(
    caseFile,
    'SELECT title, event_id FROM hit_events',
  ))
    found.set(title, (found.get(title) ?? new Set()).add(event_id))
  let hits = 0
  for (const one of set.rules) {
    if (one.kind !== 'detection') throw new Error(one.kind)
    const expected = records
      .filter((of) => evaluate(one.node, (name) => readPlain(of, name)))
      .map((of) => String((of as Json)['eventID']))
    hits += expected.length
    expect([...(found.get(one.title) ?? [])].sort(), `${one.text}\n(seed ${seed})`).toEqual(expected.sort())
  }
  expect(hits).toBeGreaterThan(1000)
})
